import type { RowKind } from "@atc/contract";
import { type EpochUnit, epochUnitOf } from "@atc/plugin-kit";
import { type Database, identifier, quoted } from "../engine/database.ts";
import type { Relation } from "./relation.ts";
import { type RelationColumn, textExpression } from "./relation-column.ts";

/** Which columns hold the time, and what it becomes. */
export interface TimeColumns {
  /** The time, or the date. */
  readonly date: RelationColumn;
  /** The time of day beside a date. */
  readonly clock: RelationColumn | undefined;
  /** What a row is: milliseconds are enough for bars, ticks have nanoseconds. */
  readonly kind: RowKind;
  /** What numbers count, where the user says so. */
  readonly unit: EpochUnit | undefined;
}

/** SQL of an int64 since 1970, which is NULL where there is no time that fits. */
export interface TimeExpression {
  readonly sql: string;
  /** What it counts. */
  readonly unit: EpochUnit;
  /** SQL of what stands where it is NULL. */
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
/** Forms beside ISO 8601, of which the first that fits is taken. */
const compactForms = [
  "%Y%m%d",
  "%Y%m%d %H:%M",
  "%Y%m%d %H:%M:%S",
  "%Y%m%d%H%M%S",
  "%Y.%m.%d %H:%M",
  "%Y.%m.%d %H:%M:%S",
];
const sampledRows = 5000;

/** What the first times look like, as text. */
interface TimeSample {
  readonly rows: number;
  readonly numbers: number;
  readonly magnitude: number | null;
  readonly compact: boolean | null;
  /** Those that a cast reads, without a form. */
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
 * ISO 8601 with or without a zone, or one of `forms` where there are some, as text. The casts are to types that heed a zone: that to TIMESTAMP drops
 * it. Kept plain: an IN list or the like would become a join, after which DuckDB does not keep the order of rows.
 */
function parsedText(text: string, forms: readonly string[], kind: RowKind): TimeExpression {
  const zoned = `CAST(TRY_CAST(${text} AS TIMESTAMPTZ) AS TIMESTAMP)`;
  const formed = forms.length === 0 ? "" : `TRY_STRPTIME(${text}, [${forms.map(quoted).join(", ")}]), `;
  // A cast to TIMESTAMP_NS takes half the time of one to TIMESTAMPTZ, but knows neither names of zones nor the years before 1677 and after 2262.
  const fine = `TRY_CAST(${text} AS TIMESTAMP_NS)`;
  const sql =
    kind === "ticks"
      ? `COALESCE(${fine}, TRY(CAST(COALESCE(${formed}${zoned}) AS TIMESTAMP_NS)))`
      : `COALESCE(${formed}CAST(${fine} AS TIMESTAMP), ${zoned})`;
  return { sql, unit: kind === "ticks" ? "ns" : "us", fault: `CASE WHEN ${sql} IS NULL THEN left(${text}, 80) END` };
}

/** Numbers that may have decimals, exactly: as decimals of nine places, times a power of ten. */
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

/** The SQL that turns a relation's times into int64; undefined where the column is of a type that holds no times. */
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

/** The forms that the reader found, then compact ones; those of dates come with the time of day where it stands in a column of its own. */
function formsOf(relation: Relation, clock: RelationColumn | undefined): readonly string[] {
  const odd = relation.timeFormats.filter((format) => !format.startsWith("%Y-%m-%d"));
  const found = clock === undefined ? odd : odd.flatMap((format) => [`${format} %H:%M:%S`, `${format} %H:%M`]);
  return [...found, ...compactForms];
}
