import { AtcError } from "@atc/contract";
import { type Database, quoted } from "../engine/database.ts";
import type { DuckdbOptions, FileFormat } from "../engine/duckdb-options.ts";
import type { SourceFile } from "../files/files.ts";

/** The name of the column that holds each row's file. */
export const fileColumn = "atc source file";

/** SQL for a FROM clause, and what is known about its rows. */
export interface Relation {
  /** SQL to sample rows: rows that cannot be read are left out. */
  readonly sample: string;
  /** SQL to read all rows. CSV rows that cannot be split go to the table `reject_errors` of the connection. */
  readonly read: string;
  /** Whether `reject_errors` receives rows. */
  readonly rejects: boolean;
  /** The line of the first row, if rows are lines. */
  readonly firstLine: number;
  /** The formats of dates and times in a CSV file that are not ISO 8601. */
  readonly timeFormats: readonly string[];
  /** The types that DuckDB detected in a CSV or JSON file, by column. All columns of such files are read as text. */
  readonly foundTypes: ReadonlyMap<string, string>;
}

function list(files: readonly SourceFile[]): string {
  // In brackets, the special characters of patterns are literal.
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

/** The result of `sniff_csv`. */
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
 * All fields are read as text and cast afterwards, so that a failing cast can be reported with its text. The types that
 * DuckDB detects are only those of the sampled rows, and TIMESTAMP would drop zones that later rows name.
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

/** The relation of files of one format. */
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
 * A query as a relation. In the view `files`, columns have the types that DuckDB detects.
 *
 * @throws ATC_INVALID_ARGUMENT if the query is empty
 */
export function sqlRelation(sql: string, files: readonly SourceFile[], format: FileFormat | undefined): Relation {
  const query = sql.trim().replace(/;+$/, "");
  if (query === "")
    throw new AtcError("ATC_INVALID_ARGUMENT", `duckdb: the query is empty; give a SELECT`, { details: {} });
  const view = format === undefined ? "" : `WITH files AS (FROM ${call(`read_${format}`, files, {})}) `;
  const read = `(${view}SELECT * FROM (${query}\n))`;
  return { sample: read, read, rejects: false, firstLine: 1, timeFormats: [], foundTypes: new Map() };
}
