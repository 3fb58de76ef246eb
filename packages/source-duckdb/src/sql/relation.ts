import { AtcError } from "@atc/contract";
import { type Database, quoted } from "../engine/database.ts";
import type { DuckdbOptions, FileFormat } from "../engine/duckdb-options.ts";
import type { SourceFile } from "../files/files.ts";

/** The name of the column with each row's file. */
export const fileColumn = "atc source file";

/** What stands in a FROM clause, and what is known about it. */
export interface Relation {
  /** SQL for looking at some rows: what cannot be read is left out. */
  readonly sample: string;
  /** SQL for reading all rows; CSV rows that cannot be split go into the table `reject_errors` of the connection. */
  readonly read: string;
  /** Whether rejected rows are kept in `reject_errors`. */
  readonly rejects: boolean;
  /** Line of the first row, where rows are lines. */
  readonly firstLine: number;
  /** How dates and times of a CSV file are written, where it is not ISO 8601. */
  readonly timeFormats: readonly string[];
  /** Types that DuckDB found in a CSV or JSON file, whose columns are all read as text, by name. */
  readonly foundTypes: ReadonlyMap<string, string>;
}

function list(files: readonly SourceFile[]): string {
  // Characters of patterns stand for themselves in brackets.
  return `[${files.map(({ path }) => quoted(path.replaceAll(/[*?[]/g, "[$&]"))).join(", ")}]`;
}

function call(reader: string, files: readonly SourceFile[], options: Readonly<Record<string, string>>): string {
  const given = Object.entries({ hive_types_autocast: "false", ...options }).map(
    ([name, value]) => `${name} = ${value}`,
  );
  return `${reader}(${[list(files), ...given, `filename = ${quoted(fileColumn)}`].join(", ")})`;
}

function parquetRelation(files: readonly SourceFile[]): Relation {
  const read = call("read_parquet", files, { binary_as_string: "true" });
  return { sample: read, read, rejects: false, firstLine: 1, timeFormats: [], foundTypes: new Map() };
}

/** What `sniff_csv` tells of a file. */
interface Dialect {
  readonly Delimiter: string;
  readonly Quote: string;
  readonly Escape: string;
  readonly Comment: string;
  readonly SkipRows: number;
  readonly HasHeader: boolean;
  readonly Columns: readonly { readonly name: string; readonly type: string }[];
  readonly DateFormat: string | null;
  readonly TimestampFormat: string | null;
}

/**
 * All fields are read as text and cast afterwards, where a failing cast is missing and tells its text: types that the reader finds hold for the
 * rows it looked at only, and a TIMESTAMP among them would drop zones that later rows name.
 */
async function csvRelation(database: Database, files: readonly SourceFile[]): Promise<Relation> {
  const first = quoted((files[0]?.path ?? "").replaceAll(/[*?[]/g, "[$&]"));
  const [found] = (await database.rows(`FROM sniff_csv(${first}, ignore_errors = true)`)) as unknown as [Dialect];
  const sign = (text: string, none: string): string => quoted(text === "(empty)" || text === "" ? none : text);
  const dialect = {
    all_varchar: "true",
    delim: sign(found.Delimiter, ","),
    quote: sign(found.Quote, '"'),
    escape: sign(found.Escape, '"'),
    comment: sign(found.Comment, ""),
    skip: String(found.SkipRows),
    header: String(found.HasHeader),
  };
  return {
    sample: call("read_csv", files, { ...dialect, ignore_errors: "true" }),
    read: call("read_csv", files, { ...dialect, store_rejects: "true", rejects_limit: "0" }),
    rejects: true,
    firstLine: found.SkipRows + (found.HasHeader ? 2 : 1),
    timeFormats: [found.TimestampFormat ?? "", found.DateFormat ?? ""].filter((format) => format !== ""),
    foundTypes: new Map(found.Columns.map(({ name, type }) => [name, type])),
  };
}

async function jsonRelation(
  database: Database,
  files: readonly SourceFile[],
  badRows: DuckdbOptions["badRows"],
): Promise<Relation> {
  const described = await database.rows(
    `SELECT column_name, column_type FROM (DESCRIBE FROM ${call("read_json", files, { ignore_errors: "true" })})`,
  );
  const types = new Map(described.map((row) => [String(row["column_name"]), String(row["column_type"])]));
  types.delete(fileColumn);
  const hive = new Set((files[0]?.path ?? "").split(/[/\\]/).flatMap((part) => /^([^=]+)=/.exec(part)?.[1] ?? []));
  const fields = [...types.keys()].filter((name) => !hive.has(name)).map((name) => `${quoted(name)}: 'VARCHAR'`);
  const columns = { columns: `{${fields.join(", ")}}` };
  const lenient = { ...columns, ignore_errors: "true" };
  return {
    sample: call("read_json", files, lenient),
    read: call("read_json", files, badRows === "skip" || badRows === "nan" ? lenient : columns),
    rejects: false,
    firstLine: 1,
    timeFormats: [],
    foundTypes: types,
  };
}

/** How files of a format are read. */
export function fileRelation(
  database: Database,
  files: readonly SourceFile[],
  format: FileFormat,
  badRows: DuckdbOptions["badRows"],
): Promise<Relation> {
  if (format === "csv") return csvRelation(database, files);
  if (format === "json") return jsonRelation(database, files, badRows);
  return Promise.resolve(parquetRelation(files));
}

/**
 * A query as a relation, over the view `files` with the types that DuckDB finds.
 *
 * @throws ATC_INVALID_ARGUMENT where it is empty
 */
export function sqlRelation(sql: string, files: readonly SourceFile[], format: FileFormat | undefined): Relation {
  const query = sql.trim().replace(/;+$/, "");
  if (query === "")
    throw new AtcError("ATC_INVALID_ARGUMENT", `duckdb: the query is empty; give a SELECT`, { details: {} });
  const view = format === undefined ? "" : `WITH files AS (FROM ${call(`read_${format}`, files, {})}) `;
  const read = `(${view}SELECT * FROM (${query}\n))`;
  return { sample: read, read, rejects: false, firstLine: 1, timeFormats: [], foundTypes: new Map() };
}
