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
import { commonFormat, fileStem, findFiles, formatOf, identifyingFiles, type SourceFile } from "./files/files.ts";
import { type Request, requestOf } from "./files/request.ts";
import { chunksOf, type OpenedSource } from "./reading/chunks.ts";
import { project } from "./sql/projection.ts";
import { checkNamedFile, fileRelation, sqlRelation } from "./sql/relation.ts";

/**
 * Part of each source's identity. Increase it if the same files give other values than before: stored results then
 * become stale.
 */
const readerVersion = 2;

/** A quoted text that names no file is not a file. If the look-up itself failed, it may be one. */
function noFiles(error: unknown): readonly SourceFile[] {
  if (["EMFILE", "ENFILE", "ENOMEM", "EIO"].includes(systemNameOf(error))) throw error;
  return [];
}

/**
 * The files that a query names in quotes. They are part of the identity, so that a changed file makes stored results
 * stale.
 */
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

/** The number of rows in Parquet files, from their footers. */
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
  if (request.sql !== undefined)
    for (const file of named) await checkNamedFile(database, file, formatOf(file.path), request.sql);
  const badRows = options.badRows ?? "error";
  const relation =
    request.sql === undefined
      ? await fileRelation(database, given, format ?? "parquet", badRows)
      : await sqlRelation(database, request.sql, given, format);
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

function notesOf({ projection: { time, leftOut, questions } }: OpenedSource): readonly string[] {
  return [
    ...time.layout.timeNotes,
    ...questions,
    ...(leftOut.length === 0 ? [] : [`columns left out: ${leftOut.join(", ")}`]),
  ];
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
 * Opens Parquet, CSV or JSON files of bars or ticks, or a query over files, as a source of column chunks that DuckDB
 * reads. CSV and JSON may be compressed with gzip or Zstandard.
 *
 * Columns are matched by the same names as in CSV files. Times become `timestamp[ms]` for bars (finer digits are cut
 * off) and `timestamp[ns]` for ticks; times without a zone are UTC, or in the option `timeZone`. Texts and numbers of
 * times are read as in CSV files. Numbers become float64. A missing volume is NaN; a
 * missing price or time makes a bad row. If no column holds the symbol, it is the option `symbol`, or the name of each
 * row's file without its endings.
 *
 * Memory does not grow with the files, except for queries that sort or group: those use the temporary directory beyond
 * their memory. `summary().hash` is xxHash64 over the delivered columns, not over the files' bytes; `bytes` is the sum
 * of the files' sizes. The line of a bad row is its number; in CSV and JSON files it is the line, if each row is one
 * line. CSV rows that cannot be split are reported after all others.
 *
 * @param source - a path, a directory, a pattern (`*`, `**`, `?`, `[a-z]`), a list of these, or a query
 * @throws ATC_NOT_FOUND; ATC_INVALID_ARGUMENT for an option out of range, files of several formats or an invalid query;
 * ATC_UNSUPPORTED for a URL, a pipe, or an unknown format or platform; ATC_INVALID_DATA if there is no column for a
 * time, a price or a symbol; ATC_CORRUPT_DATA for a damaged file; ATC_IO
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
    notes: notesOf(opened),
    timeIs: opened.projection.time.layout.timeIs,
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
