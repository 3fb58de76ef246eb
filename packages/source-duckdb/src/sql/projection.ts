import { AtcError, type ColumnMetadata, type RowKind } from "@atc/contract";
import {
  clockCandidates,
  type LikelyClock,
  likelyClock,
  type MatchedColumns,
  matchColumns,
  misspeltNotes,
  otherColumns,
} from "@atc/plugin-kit";
import { type Database, identifier, quoted } from "../engine/database.ts";
import type { DuckdbOptions } from "../engine/duckdb-options.ts";
import { fileColumn, type Relation } from "./relation.ts";
import { type RelationColumn, textExpression } from "./relation-column.ts";
import { sampleTexts, type TimeSource, timeSource } from "./time-source.ts";

/** A column of the query's result. */
interface ProjectedColumn {
  /** The name of the source's column that it belongs to. */
  readonly name: string;
  /**
   * The content of its vector: strings, times, doubles; or, for `fault`, the texts that could not be converted.
   */
  readonly role: "symbol" | "time" | "clock" | "number" | "text" | "fault";
}

/** The query that gives a source's rows, and the meaning of its columns. */
export interface Projection {
  /** Whether rows are bars or ticks. */
  readonly kind: RowKind;
  /** The source's columns. */
  readonly columns: readonly ColumnMetadata[];
  /** The columns of the result. */
  readonly projected: readonly ProjectedColumn[];
  /** The query over a relation. */
  readonly sql: string;
  /** How times are read. */
  readonly time: Pick<TimeSource, "vector" | "layout">;
  /** The names of the columns that are not read. */
  readonly leftOut: readonly string[];
  /** Questions about names that seem to be misspelt. */
  readonly questions: readonly string[];
  /** Whether symbols are file names. */
  readonly symbolIsFile: boolean;
  /** What was assumed about columns. */
  readonly notes: readonly string[];
}

const numeric = /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\b.*)$/;
const textual = /^(?:VARCHAR|JSON|UUID|ENUM\b.*)$/;

/** What a number is in text: the same as in CSV files. DuckDB would take `1_000` and `inf` too. */
const decimal = String.raw`[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?`;

/** SQL for the number in a text; NULL if it is not one. */
function textNumber(text: string): string {
  return `CASE WHEN regexp_full_match(trim(${text}), ${quoted(decimal)}) THEN TRY_CAST(${text} AS DOUBLE) END`;
}

/** SQL for a number, and for the text of a value that is not a number. */
function numberExpressions(column: RelationColumn): { readonly value: string; readonly fault?: string } {
  if (numeric.test(column.type)) return { value: `CAST(${identifier(column.name)} AS DOUBLE)` };
  const text = textExpression(column);
  const value = textNumber(text);
  return { value, fault: `CASE WHEN (${value}) IS NULL THEN left(${text}, 80) END` };
}

function unsuitable(source: string, column: RelationColumn, what: string): AtcError {
  return new AtcError(
    "ATC_INVALID_DATA",
    `"${source}" column "${column.name}" has the type ${column.type.slice(0, 80)}, which is not a ${what}; name another with the option columns, or convert it in SQL`,
    { details: { source, column: column.name } },
  );
}

/** The columns of a relation. */
async function describe(database: Database, relation: Relation): Promise<readonly RelationColumn[]> {
  const rows = await database.rows(
    `SELECT column_name AS name, column_type AS type FROM (DESCRIBE SELECT * FROM ${relation.sample})`,
  );
  return rows.map(({ name, type }, i) => ({
    name: String(name),
    title: relation.titles[i] ?? String(name),
    type: String(type),
  }));
}

/** The columns that are kept in addition to the canonical ones. */
function extras(
  columns: readonly RelationColumn[],
  map: MatchedColumns,
  relation: Relation,
  options: DuckdbOptions,
): readonly { readonly name: string; readonly column: RelationColumn; readonly isText: boolean }[] {
  const typeOf = ({ name, type }: RelationColumn): string => relation.foundTypes.get(name) ?? type;
  const isKept = (column: RelationColumn): boolean =>
    textual.test(typeOf(column)) ? options.text === "keep" : numeric.test(typeOf(column)) && options.extra !== "drop";
  const names = columns.map(({ title }) => title);
  const kept = otherColumns(names, map, (position) => {
    const column = columns[position];
    return column.name !== fileColumn && isKept(column);
  });
  return kept.map(({ name, position }) => {
    const column = columns[position];
    return { name, column, isText: textual.test(typeOf(column)) };
  });
}

/** A column of times of day that no alias names, if rows have dates. */
async function clockOf(
  database: Database,
  relation: Relation,
  source: string,
  columns: readonly RelationColumn[],
  matched: MatchedColumns,
  options: DuckdbOptions,
): Promise<LikelyClock | undefined> {
  const names = columns.map(({ name, title }) => (name === fileColumn ? "" : title));
  const isClock = ({ type }: RelationColumn): boolean => textual.test(type) || type.startsWith("TIME");
  const candidates = clockCandidates(names, matched, (position) => isClock(columns[position])).filter(
    (position) => isClock(columns[position]) || numeric.test(columns[position].type),
  );
  if (candidates.length === 0) return undefined;
  const { timestamp, symbol } = matched;
  const positions = [timestamp, ...(symbol === undefined ? [] : [symbol]), ...candidates];
  const expressions = positions.map((position) => textExpression(columns[position]));
  const found = await sampleTexts(database, relation, expressions);
  const samples = new Map(positions.map((position, i) => [position, found[i] ?? []]));
  return likelyClock({ source, names, matched, texts: (position) => samples.get(position), options });
}

/**
 * Samples a relation and builds the query that reads it.
 *
 * @throws ATC_INVALID_DATA if there is no column for a time or a price, or its type is unsuitable; ATC_INVALID_ARGUMENT
 * if the option `columns` names a column that does not exist
 */
export async function project(
  database: Database,
  relation: Relation,
  source: string,
  options: DuckdbOptions,
  manyFiles: boolean,
): Promise<Projection> {
  const columns = await describe(database, relation);
  const titles = columns.map(({ name, title }) => (name === fileColumn ? "" : title));
  const aliased = matchColumns(titles, {
    source,
    columns: options.columns,
    kind: options.kind,
    values: options.values,
  });
  const at = (position: number): RelationColumn => columns[position];
  const likely = await clockOf(database, relation, source, columns, aliased, options);
  const found = likely === undefined ? aliased : { ...aliased, clock: likely.position };
  const clock = found.clock === undefined ? undefined : at(found.clock);
  const isMapped = options.columns?.clock !== undefined;
  const timeColumns = { date: at(found.timestamp), clock, kind: found.kind, isMapped };
  const time = await timeSource(database, relation, source, timeColumns, options);
  if (time === undefined) throw unsuitable(source, at(found.timestamp), "time");
  const map = time.clock === undefined ? { ...found, clock: undefined } : found;
  const symbolIsFile =
    map.symbol === undefined &&
    options.symbol === undefined &&
    manyFiles &&
    columns.some(({ name }) => name === fileColumn);
  const selected: (ProjectedColumn & { readonly sql: string })[] = [];
  const faults: typeof selected = [];
  const add = (name: string, role: ProjectedColumn["role"], sql: string, fault?: string): void => {
    selected.push({ name, role, sql });
    if (fault !== undefined) faults.push({ name, role: "fault", sql: fault });
  };

  if (map.symbol !== undefined) add("symbol", "symbol", textExpression(at(map.symbol)));
  else if (symbolIsFile) add("symbol", "symbol", identifier(fileColumn));
  add("timestamp", "time", time.sql, time.fault);
  if (time.clock !== undefined) add("timestamp", "clock", time.clock);
  for (const { name, position } of map.numbers) {
    const column = at(position);
    if (!numeric.test(column.type) && !textual.test(column.type)) throw unsuitable(source, column, "number");
    const { value, fault } = numberExpressions(column);
    add(name, "number", value, fault);
  }
  const others = extras(columns, map, relation, options);
  for (const { name, column, isText } of others)
    if (isText) add(name, "text", textExpression(column));
    else
      add(
        name,
        "number",
        numeric.test(column.type) ? numberExpressions(column).value : textNumber(textExpression(column)),
      );
  const read = new Set([
    ...[map.symbol, map.timestamp, map.clock],
    ...map.numbers.map(({ position }) => position),
    ...others.map(({ column }) => columns.indexOf(column)),
  ]);
  const all = [...selected, ...faults];
  const names = map.numbers.map(({ name }) => name);
  return {
    kind: map.kind,
    columns: [
      { name: "symbol", type: "text" },
      { name: "timestamp", type: map.kind === "ticks" ? "timestamp[ns]" : "timestamp[ms]" },
      ...names.map((name) => ({ name, type: "float64" }) as const),
      ...others.map(({ name, isText }) => ({ name, type: isText ? "text" : "float64" }) as const),
    ],
    projected: all.map(({ name, role }) => ({ name, role })),
    sql: `SELECT ${all.map(({ sql }) => sql).join(", ")} FROM ${relation.read}`,
    time,
    questions: misspeltNotes(titles, map),
    leftOut: columns
      .filter((column, position) => !read.has(position) && column.name !== fileColumn && column.title.trim() !== "")
      .map(({ title }) => title.trim()),
    symbolIsFile,
    notes: likely === undefined ? [] : [likely.note],
  };
}
