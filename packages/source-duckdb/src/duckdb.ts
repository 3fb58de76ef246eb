import { AtcError, type DataSource, type JsonObject, systemNameOf } from "@atc/contract";
import { createDataSource } from "@atc/plugin-kit";
import { type Database, openDatabase, quoted } from "./engine/database.ts";
import { duckdbError } from "./engine/duckdb-error.ts";
import {
  checkOptions,
  type DuckdbOptions,
  type FileFormat,
  identifyingOptions,
  type SqlSource,
} from "./engine/duckdb-options.ts";
import { checkCompressedHead } from "./files/compressed-file.ts";
import { commonFormat, fileStem, findFiles, identifyingFiles, type SourceFile } from "./files/files.ts";
import { type Request, requestOf } from "./files/request.ts";
import { chunksOf, type OpenedSource } from "./reading/chunks.ts";
import { project } from "./sql/projection.ts";
import { fileRelation, sqlRelation } from "./sql/relation.ts";

/** Raised when the same files are read to other values than before, so that stored results are not taken for current. */
const readerVersion = 1;

/** A text that names no file is none; one that nobody could look at may be. */
function noFiles(error: unknown): readonly SourceFile[] {
  if (["EMFILE", "ENFILE", "ENOMEM", "EIO"].includes(systemNameOf(error))) throw error;
  return [];
}

/** Files that a query names in quotes: without them a changed file would be taken for the old one. */
async function filesInQuery(database: Database, sql: string): Promise<readonly SourceFile[]> {
  const found = new Map<string, SourceFile>();
  for (const [, single, double] of sql.matchAll(/'((?:[^']|'')+)'|"((?:[^"]|"")+)"/g)) {
    const path = (single ?? double ?? "").replaceAll("''", "'").replaceAll('""', '"');
    // A text with a dot or a slash may be a path; any other names a symbol or a column.
    if (!/[./\\]/.test(path)) continue;
    const files = await findFiles(database, [path]).catch(noFiles);
    for (const file of files) if (!found.has(file.realPath)) found.set(file.realPath, file);
  }
  return [...found.values()];
}

/** The rows of Parquet files by their footers. */
async function parquetRows(database: Database, files: readonly SourceFile[]): Promise<number> {
  const list = files.map(({ path }) => quoted(path.replaceAll(/[*?[]/g, "[$&]"))).join(", ");
  const [answer] = await database.rows(`SELECT sum(num_rows)::DOUBLE AS rows FROM parquet_file_metadata([${list}])`);
  return Number(answer?.["rows"] ?? 0);
}

async function inspect(database: Database, request: Request, options: DuckdbOptions): Promise<OpenedSource> {
  const given = await findFiles(database, request.paths);
  const format: FileFormat | undefined = given.length > 0 ? (options.format ?? (await commonFormat(given))) : undefined;
  const named = request.sql === undefined ? [] : await filesInQuery(database, request.sql);
  const known = new Set(given.map(({ realPath }) => realPath));
  const files = [...given, ...named.filter(({ realPath }) => !known.has(realPath))];
  if (files[0] !== undefined) await checkCompressedHead(files[0]);
  const badRows = options.badRows ?? "error";
  const relation =
    request.sql === undefined
      ? await fileRelation(database, given, format ?? "parquet", badRows)
      : sqlRelation(request.sql, given, format);
  const projection = await project(database, relation, request.name, options, given.length > 1);
  const hasSymbol = projection.projected.some(({ role }) => role === "symbol");
  const symbol = hasSymbol
    ? undefined
    : (options.symbol ?? (files.length === 1 ? fileStem(files[0]?.path ?? "") : undefined));
  if (!hasSymbol && symbol === undefined)
    throw new AtcError(
      "ATC_INVALID_DATA",
      `"${request.name}" has no column for a symbol (symbol, ticker, instrument); give the option symbol`,
      {
        details: { source: request.name },
      },
    );
  const isParquet = request.sql === undefined && format === "parquet";
  const totalRows = isParquet ? await parquetRows(database, given) : undefined;
  return {
    readings: new Set(),
    checked: { done: false },
    name: request.name,
    database,
    relation,
    projection,
    files,
    symbol,
    totalRows,
    badRows,
  };
}

function identityParts(opened: OpenedSource, request: Request, options: DuckdbOptions): JsonObject {
  return {
    reader: `@atc/source-duckdb/${readerVersion}`,
    files: identifyingFiles(opened.files),
    options: identifyingOptions(options),
    ...(request.sql === undefined ? {} : { sql: request.sql }),
    ...(opened.symbol === undefined ? {} : { symbol: opened.symbol }),
  };
}

/**
 * Opens Parquet, CSV (also gz and zstd) or JSON files of bars or ticks, or a query over them, as a source of column chunks that DuckDB reads. Columns are
 * found by their names as in CSV files; times become `timestamp[ms]` for bars (finer parts cut off) and `timestamp[ns]` for ticks, UTC where they name
 * no zone; numbers are float64. A missing volume is NaN, a missing price or time is a bad row. Where no column holds the symbol it is the
 * option `symbol`, else the name of each row's file without its endings.
 *
 * Memory does not grow with the files, but for queries that sort or group, which use the temporary directory beyond their memory. `summary().hash` is
 * xxHash64 over the columns that were delivered, not over the files' bytes; `bytes` are the files' sizes. Bad rows have the row's number as
 * their line, in CSV and JSON files the line, where each row is one. CSV rows that cannot be split are told after all others.
 *
 * @param source - a path, a directory, a pattern (`*`, `**`, `?`, `[a-z]`), a list of these, or a query
 * @throws ATC_NOT_FOUND; ATC_INVALID_ARGUMENT for an option out of range, files of several formats or a query that does not hold; ATC_UNSUPPORTED
 * for a URL, a pipe, a format or a platform that is not known; ATC_INVALID_DATA where there are no columns of a time, a price or a symbol;
 * ATC_CORRUPT_DATA for a damaged file; ATC_IO
 */
export async function duckdb(
  source: string | readonly string[] | SqlSource,
  options: DuckdbOptions = {},
): Promise<DataSource> {
  checkOptions(options);
  const request = requestOf(source);
  const database = await openDatabase(options);
  let opened: OpenedSource;
  try {
    opened = await inspect(database, request, options);
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw duckdbError(error, request.name);
  }
  const [only, ...others] = opened.files;
  return createDataSource({
    identity: {
      name: request.name,
      ...(only !== undefined && others.length === 0 && request.sql === undefined ? { path: only.realPath } : {}),
      parts: identityParts(opened, request, options),
    },
    kind: opened.projection.kind,
    columns: opened.projection.columns,
    read: (reading) => chunksOf(opened, reading),
    close: async () => {
      for (const reading of opened.readings) {
        reading.interrupt();
        await reading.close();
      }
      await database[Symbol.asyncDispose]();
    },
  });
}
