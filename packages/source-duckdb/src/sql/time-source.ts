import type { RowKind } from "@atc/contract";
import { detectTimes, type EpochUnit, type TimeLayout, type TimeOptions } from "@atc/plugin-kit";
import { type Database, identifier } from "../engine/database.ts";
import type { Relation } from "./relation.ts";
import { type RelationColumn, textExpression } from "./relation-column.ts";

/** The columns that hold the time. */
export interface TimeColumns {
  /** The time, or the date. */
  readonly date: RelationColumn;
  /** The time of day, if it has a column of its own. */
  readonly clock: RelationColumn | undefined;
  /** Whether rows are bars, with milliseconds, or ticks, with nanoseconds. */
  readonly kind: RowKind;
}

/** How a vector of times is read: int64 of a type of times, numbers, or texts. */
type TimeVector = EpochUnit | "integers" | "reals" | "texts";

/** The times of a relation: SQL for their vectors, and how to read these. */
export interface TimeSource {
  readonly vector: TimeVector;
  readonly sql: string;
  /** SQL for the text of the time of day, if that has a column of its own. */
  readonly clock?: string;
  /** SQL for the text of a time of a type of times that is out of range. */
  readonly fault?: string;
  readonly layout: TimeLayout;
}

const integer = /^U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?$/;
/** Types whose vectors hold int64 since 1970. */
const timestamps: Readonly<Record<string, EpochUnit>> = {
  TIMESTAMP: "us",
  "TIMESTAMP WITH TIME ZONE": "us",
  TIMESTAMP_S: "s",
  TIMESTAMP_MS: "ms",
  TIMESTAMP_NS: "ns",
};
const sampledRows = 5000;

/** The first times of a relation as texts; "" for a missing one. */
async function sampleTexts(
  database: Database,
  relation: Relation,
  expressions: readonly string[],
): Promise<readonly (readonly string[])[]> {
  const list = expressions.map((sql, i) => `left(trim(${sql}), 400) AS t${i}`).join(", ");
  const rows = await database.rows(`SELECT ${list} FROM ${relation.sample} LIMIT ${sampledRows}`);
  return expressions.map((_, i) => rows.map((row) => String(row[`t${i}`] ?? "")));
}

const midnight = /[ T]00:00:00(?:\.0+)?$/;

/** Times without a zone that are all midnights are dates: pandas has no type of dates. */
function asDates(texts: readonly string[]): readonly string[] {
  const filled = texts.filter((text) => text !== "");
  return filled.length > 0 && filled.every((text) => midnight.test(text))
    ? texts.map((text) => text.replace(midnight, ""))
    : texts;
}

function given(options: TimeOptions, names: readonly (keyof TimeOptions)[]): TimeOptions {
  return Object.fromEntries(names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));
}

/** Times of a type of times. A query is not run for a sample. */
async function typedTimes(
  database: Database,
  relation: Relation,
  source: string,
  { date, kind }: TimeColumns,
  options: TimeOptions,
): Promise<TimeSource> {
  const isDate = date.type === "DATE";
  const isZoned = date.type === "TIMESTAMP WITH TIME ZONE";
  const column = identifier(date.name);
  const unit = isDate ? "us" : (timestamps[date.type] as EpochUnit);
  const own = given(options, ["timeZone", "timeIs", "disambiguation"]);
  const isAsked = options.timeIs === "date" || (isZoned && options.timeZone !== undefined);
  const isSampled = !isDate && (!relation.isQuery || isAsked);
  const [sample = []] = isSampled ? await sampleTexts(database, relation, [textExpression(date)]) : [];
  const made = isDate ? "2024-01-02" : `2024-01-02 09:30:00${isZoned ? "+00" : ""}`;
  const texts = isSampled ? sample.filter((text) => !/infinity/.test(text)) : [made];
  const dates = isZoned || options.timeZone !== undefined ? texts : asDates(texts);
  const layout = detectTimes({ source, dates, options: own });
  const sql = isDate ? `TRY(CAST(${column} AS TIMESTAMP))` : column;
  const isExact = !isDate && (kind === "bars" || unit === "ns");
  const inRange = isDate ? sql : `TRY(CAST(${column} AS TIMESTAMP_NS))`;
  return {
    vector: unit,
    sql,
    layout,
    ...(isExact ? {} : { fault: `CASE WHEN ${inRange} IS NULL THEN CAST(${column} AS VARCHAR) END` }),
  };
}

/**
 * The times of a relation; undefined if the type of the column cannot hold times.
 *
 * @throws ATC_INVALID_DATA if times can be read in more than one way; ATC_INVALID_ARGUMENT for the option `timeZone` if
 * the times are in UTC or name a zone
 */
export async function timeSource(
  database: Database,
  relation: Relation,
  source: string,
  columns: TimeColumns,
  options: TimeOptions,
): Promise<TimeSource | undefined> {
  const { date, clock } = columns;
  const isTyped = timestamps[date.type] !== undefined || date.type === "DATE";
  const isInteger = integer.test(date.type);
  const isReal = /^(?:FLOAT|DOUBLE)$/.test(date.type);
  const isText = /^(?:VARCHAR|JSON|DECIMAL\b.*)$/.test(date.type);
  if (!isTyped && !isInteger && !isReal && !isText) return undefined;
  const all = given(options, ["timeUnit", "dateOrder", "timeZone", "timeIs", "disambiguation", "clockDigits"]);
  if (clock !== undefined && timestamps[date.type] === undefined) {
    const texts = [textExpression(date), textExpression(clock)] as const;
    const [dates = [], clocks = []] = await sampleTexts(database, relation, texts);
    const layout = detectTimes({ source, dates, clocks, clockColumn: clock.title, options: all });
    if (layout.hasClock) return { vector: "texts", sql: texts[0], clock: texts[1], layout };
  }
  if (isTyped) return typedTimes(database, relation, source, columns, options);
  // A given unit saves a query's run for a sample.
  const isKnown = isInteger && options.timeUnit !== undefined;
  const [dates = []] = isKnown ? [["0"]] : await sampleTexts(database, relation, [textExpression(date)]);
  const layout = detectTimes({ source, dates, options: all });
  if (isInteger) return { vector: "integers", sql: `TRY_CAST(${identifier(date.name)} AS BIGINT)`, layout };
  if (isReal) return { vector: "reals", sql: `CAST(${identifier(date.name)} AS DOUBLE)`, layout };
  return { vector: "texts", sql: textExpression(date), layout };
}
