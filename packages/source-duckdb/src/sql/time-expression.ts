import type { RowKind } from "@atc/contract";
import { type EpochUnit, epochUnitOf } from "@atc/plugin-kit";
import { type Database, identifier, quoted } from "../engine/database.ts";
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
  /** The option `timeUnit`: the unit of numbers. */
  readonly unit: EpochUnit | undefined;
}

/** SQL for an int64 since 1970. It is NULL if there is no time, or it is out of range. */
export interface TimeExpression {
  readonly sql: string;
  readonly unit: EpochUnit;
  /** SQL for the text of a time that is NULL. */
  readonly fault?: string;
}

const integer = /^U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?$/;
const real = /^(?:FLOAT|DOUBLE|DECIMAL\b.*)$/;
/** Types whose vectors hold int64 since 1970. */
const timestamps: Readonly<Record<string, EpochUnit>> = {
  TIMESTAMP: "us",
  "TIMESTAMP WITH TIME ZONE": "us",
  TIMESTAMP_S: "s",
  TIMESTAMP_MS: "ms",
  TIMESTAMP_NS: "ns",
};
const fraction: Readonly<Record<EpochUnit, number>> = { s: 0, ms: 3, us: 6, ns: 9 };
/** Formats in addition to ISO 8601; the first match counts. */
const compactForms = [
  "%Y%m%d",
  "%Y%m%d %H:%M",
  "%Y%m%d %H:%M:%S",
  "%Y%m%d%H%M%S",
  "%Y.%m.%d %H:%M",
  "%Y.%m.%d %H:%M:%S",
];
const sampledRows = 5000;

/** Figures on the first times, as text. */
interface TimeSample {
  readonly rows: number;
  readonly numbers: number;
  readonly magnitude: number | null;
  readonly compact: boolean | null;
  /** Times that a cast can read, without a format. */
  readonly iso: number;
}

async function sampleTimes(database: Database, relation: Relation, text: string): Promise<TimeSample> {
  const compact = String.raw`(1[7-9]|2[0-2])\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])`;
  const [sample] = await database.rows(
    `SELECT count(*) AS rows, count(number) AS numbers, max(abs(number)) AS magnitude, bool_and(regexp_full_match(text, ${quoted(compact)})) AS compact, count(TRY_CAST(text AS TIMESTAMPTZ)) AS iso ` +
      `FROM (SELECT text, TRY_CAST(text AS DOUBLE) AS number FROM (SELECT ${text} AS text FROM ${relation.sample}) WHERE text IS NOT NULL LIMIT ${sampledRows})`,
  );
  return sample as unknown as TimeSample;
}

/**
 * SQL for a text in ISO 8601, with or without a zone, or in one of `forms`. The casts go through types that respect a
 * zone: a cast to TIMESTAMP drops it. The SQL is kept simple: an IN list, for example, becomes a join, after which
 * DuckDB does not keep the order of rows.
 */
function parsedText(text: string, forms: readonly string[], kind: RowKind): TimeExpression {
  const zoned = `CAST(TRY_CAST(${text} AS TIMESTAMPTZ) AS TIMESTAMP)`;
  const formed = forms.length === 0 ? "" : `TRY_STRPTIME(${text}, [${forms.map(quoted).join(", ")}]), `;
  // A cast to TIMESTAMP_NS takes half the time of one to TIMESTAMPTZ, but cannot read names of zones, nor years before
  // 1677 or after 2262.
  const fine = `TRY_CAST(${text} AS TIMESTAMP_NS)`;
  const sql =
    kind === "ticks"
      ? `COALESCE(${fine}, TRY(CAST(COALESCE(${formed}${zoned}) AS TIMESTAMP_NS)))`
      : `COALESCE(${formed}CAST(${fine} AS TIMESTAMP), ${zoned})`;
  return { sql, unit: kind === "ticks" ? "ns" : "us", fault: `CASE WHEN ${sql} IS NULL THEN left(${text}, 80) END` };
}

/** SQL for numbers with decimals: exact, by DECIMAL with nine places, times a power of ten. */
function scaledNumber(text: string, unit: EpochUnit, kind: RowKind): TimeExpression {
  const target: EpochUnit = kind === "ticks" || unit === "ns" ? "ns" : "us";
  const factor = `1${"0".repeat(fraction[target] - fraction[unit])}`;
  const sql = `TRY(CAST(floor(TRY_CAST(${text} AS DECIMAL(28, 9)) * ${factor}) AS BIGINT))`;
  return { sql, unit: target, fault: `CASE WHEN ${sql} IS NULL THEN left(${text}, 80) END` };
}

function typedTime(column: RelationColumn, unit: EpochUnit, kind: RowKind): TimeExpression {
  const sql = identifier(column.name);
  if (kind === "bars" || unit === "ns") return { sql, unit };
  return { sql, unit, fault: `CASE WHEN TRY(CAST(${sql} AS TIMESTAMP_NS)) IS NULL THEN CAST(${sql} AS VARCHAR) END` };
}

/** SQL for a relation's times as int64; undefined if the type of the column cannot hold times. */
export async function timeExpression(
  database: Database,
  relation: Relation,
  columns: TimeColumns,
): Promise<TimeExpression | undefined> {
  const { date, clock, kind } = columns;
  const known = timestamps[date.type];
  if (known !== undefined) return typedTime(date, known, kind);
  if (date.type === "DATE") {
    const day = identifier(date.name);
    const sql = clock?.type === "TIME" ? `TRY(${day} + ${identifier(clock.name)})` : `TRY(CAST(${day} AS TIMESTAMP))`;
    return { sql, unit: "us", fault: `CASE WHEN ${sql} IS NULL THEN CAST(${day} AS VARCHAR) END` };
  }
  const isText = date.type === "VARCHAR" || date.type === "JSON";
  if (!isText && !integer.test(date.type) && !real.test(date.type)) return undefined;
  const integral = { sql: `TRY_CAST(${identifier(date.name)} AS BIGINT)` };
  if (integer.test(date.type) && columns.unit !== undefined) return { ...integral, unit: columns.unit };
  const day = textExpression(date);
  const text = clock === undefined || !isText ? day : `concat_ws(' ', ${day}, ${textExpression(clock)})`;
  const sample = await sampleTimes(database, relation, text);
  const isWritten =
    (isText && sample.numbers * 2 <= sample.rows) || (sample.compact === true && columns.unit === undefined);
  if (isWritten) return parsedText(text, sample.iso === sample.rows ? [] : formsOf(relation, clock), kind);
  const unit = columns.unit ?? epochUnitOf(sample.magnitude ?? 0);
  if (integer.test(date.type)) return { ...integral, unit };
  return scaledNumber(text, unit, kind);
}

/**
 * The formats that DuckDB detected, then compact ones. If the time of day has a column of its own, it is added to the
 * formats of dates.
 */
function formsOf(relation: Relation, clock: RelationColumn | undefined): readonly string[] {
  const odd = relation.timeFormats.filter((format) => !format.startsWith("%Y-%m-%d"));
  const found = clock === undefined ? odd : odd.flatMap((format) => [`${format} %H:%M:%S`, `${format} %H:%M`]);
  return [...found, ...compactForms];
}
