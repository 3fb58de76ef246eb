import { AtcError } from "@atc/contract";
import { type Database, identifier, quoted } from "../engine/database.ts";
import type { DuckdbOptions, FileFormat } from "../engine/duckdb-options.ts";
import type { SourceFile } from "../files/files.ts";
import { checkHeaderOnce, csvHeader, dialectOptions, literalPath, sniffCsv } from "./csv-header.ts";

/** What relations without lines have in common. */
const plain = { rejects: false, firstLine: 1, hasLines: false, titles: [], foundTypes: new Map<string, string>() };

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
  /** Whether rows are lines. */
  readonly hasLines: boolean;
  /** Whether the rows are those of the user's query, which may take long. */
  readonly isQuery: boolean;
  /** The names in the header of a CSV file, as they are written. */
  readonly titles: readonly string[];
  /** The types that DuckDB detected in a CSV or JSON file, by column. All columns of such files are read as text. */
  readonly foundTypes: ReadonlyMap<string, string>;
}

function list(files: readonly SourceFile[]): string {
  return `[${files.map(({ path }) => literalPath(path)).join(", ")}]`;
}

function call(reader: string, files: readonly SourceFile[], options: Readonly<Record<string, string>>): string {
  const given = Object.entries({ hive_types_autocast: "false", ...options }).map(
    ([name, value]) => `${name} = ${value}`,
  );
  return `${reader}(${[list(files), ...given, `filename = ${quoted(fileColumn)}`].join(", ")})`;
}

function parquetRelation(files: readonly SourceFile[]): Relation {
  const read = call("read_parquet", files, { binary_as_string: "true" });
  return { sample: read, read, ...plain, isQuery: false };
}

/**
 * All fields are read as text and cast afterwards, so that a failing cast can be reported with its text. The types that
 * DuckDB detects are only those of the sampled rows, and TIMESTAMP would drop zones that later rows name.
 */
async function csvRelation(database: Database, files: readonly SourceFile[]): Promise<Relation> {
  const path = files[0]?.path ?? "";
  const found = await sniffCsv(database, path);
  const titles = await csvHeader(database, path, found);
  const dialect = { ...dialectOptions(found), header: "true" };
  return {
    sample: call("read_csv", files, { ...dialect, ignore_errors: "true" }),
    read: call("read_csv", files, { ...dialect, store_rejects: "true", rejects_limit: "0" }),
    rejects: true,
    firstLine: 2,
    hasLines: true,
    isQuery: false,
    titles,
    foundTypes: new Map(found.Columns.map(({ name, type }) => [name, type])),
  };
}

/** The names and types of the columns of JSON files, without those of their folders. */
async function jsonColumns(
  database: Database,
  files: readonly SourceFile[],
): Promise<{ readonly types: ReadonlyMap<string, string>; readonly own: readonly string[] }> {
  const described = await database.rows(
    `SELECT column_name, column_type FROM (DESCRIBE FROM ${call("read_json", files, { ignore_errors: "true" })})`,
  );
  const types = new Map(described.map((row) => [String(row["column_name"]), String(row["column_type"])]));
  types.delete(fileColumn);
  const hive = new Set((files[0]?.path ?? "").split(/[/\\]/).flatMap((part) => /^([^=]+)=/.exec(part)?.[1] ?? []));
  return { types, own: [...types.keys()].filter((name) => !hive.has(name)) };
}

async function jsonRelation(
  database: Database,
  files: readonly SourceFile[],
  badRows: DuckdbOptions["badRows"],
): Promise<Relation> {
  const { types, own } = await jsonColumns(database, files);
  const fields = own.map((name) => `${quoted(name)}: 'VARCHAR'`);
  const columns = { columns: `{${fields.join(", ")}}` };
  const lenient = { ...columns, ignore_errors: "true" };
  return {
    sample: call("read_json", files, lenient),
    read: call("read_json", files, badRows === "skip" || badRows === "nan" ? lenient : columns),
    rejects: false,
    firstLine: 1,
    hasLines: true,
    isQuery: false,
    titles: [],
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

/** Types of texts that DuckDB converts to dates and times by guessing their format. */
const guessed = /^(?:DATE|TIME\b.*|TIMESTAMP.*)$/;

/** The view `files`. Its columns have the types that DuckDB detects, but dates and times of CSV and JSON stay texts. */
async function filesView(database: Database, files: readonly SourceFile[], format: FileFormat): Promise<string> {
  if (format === "parquet") return call("read_parquet", files, {});
  const path = files[0]?.path ?? "";
  if (format === "csv") {
    checkHeaderOnce(path, await csvHeader(database, path, await sniffCsv(database, path)));
    return call("read_csv", files, { auto_type_candidates: "['BOOLEAN', 'BIGINT', 'DOUBLE', 'VARCHAR']" });
  }
  const { types, own } = await jsonColumns(database, files);
  const fields = own.map((name) => {
    const type = types.get(name) ?? "VARCHAR";
    return `${quoted(name)}: ${quoted(guessed.test(type) ? "VARCHAR" : type)}`;
  });
  return call("read_json", files, { columns: `{${fields.join(", ")}}` });
}

/** The format by which DuckDB would read dates or times of a CSV file, if it is not that of ISO 8601. */
async function guessedCsvFormat(database: Database, path: string): Promise<string | undefined> {
  const found = await sniffCsv(database, path);
  const formats = [found.TimestampFormat, found.DateFormat];
  return formats.find((format) => format !== null && format !== "" && !format.startsWith("%Y")) ?? undefined;
}

/** A date or time of a JSON file that DuckDB would read though it does not begin with a year. */
async function guessedJsonText(database: Database, file: SourceFile): Promise<string | undefined> {
  const { types, own } = await jsonColumns(database, [file]);
  const temporal = own.filter((name) => guessed.test(types.get(name) ?? ""));
  if (temporal.length === 0) return undefined;
  const columns = `{${temporal.map((name) => `${quoted(name)}: 'VARCHAR'`).join(", ")}}`;
  const texts = temporal.map((name) => `any_value(${identifier(name)}) AS ${identifier(name)}`).join(", ");
  const [row = {}] = await database.rows(`SELECT ${texts} FROM ${call("read_json", [file], { columns })}`);
  return Object.values(row)
    .map(String)
    .find((text) => !/^\d{4}/.test(text));
}

const explicit =
  /\b(?:dateformat|timestampformat|all_varchar|types|dtypes|columns|auto_detect|auto_type_candidates)\s*=/i;

/**
 * Throws ATC_INVALID_DATA for a CSV or JSON file that a query names, if DuckDB would guess the order of its dates.
 */
export async function checkNamedFile(
  database: Database,
  file: SourceFile,
  format: FileFormat | undefined,
  sql: string,
): Promise<void> {
  if (explicit.test(sql) || format === undefined || format === "parquet") return;
  const { path } = file;
  const found = format === "csv" ? await guessedCsvFormat(database, path) : await guessedJsonText(database, file);
  if (found === undefined) return;
  throw new AtcError(
    "ATC_INVALID_DATA",
    `the query reads dates of "${path}", such as ${quoted(found)}, whose order DuckDB guesses; give dateformat or timestampformat in the query (read_${format}(${quoted(path)}, dateformat = '%d/%m/%Y')), or give the file as the path, read it as the view files, and give the option dateOrder`,
    { details: { path } },
  );
}

/**
 * A query as a relation. In the view `files`, columns have the types that DuckDB detects; dates and times of CSV and
 * JSON files stay texts.
 *
 * @throws ATC_INVALID_ARGUMENT if the query is empty
 */
export async function sqlRelation(
  database: Database,
  sql: string,
  files: readonly SourceFile[],
  format: FileFormat | undefined,
): Promise<Relation> {
  const query = sql.trim().replace(/;+$/, "");
  if (query === "")
    throw new AtcError("ATC_INVALID_ARGUMENT", `duckdb: the query is empty; give a SELECT`, { details: {} });
  const view = format === undefined ? "" : `WITH files AS (FROM ${await filesView(database, files, format)}) `;
  const read = `(${view}SELECT * FROM (${query}\n))`;
  return { sample: read, read, ...plain, isQuery: true };
}
