import {
  AtcError,
  type ColumnType,
  type SeriesColumns,
  type TableFile,
  type TablePlan,
  type TableWriter,
  type TextColumn,
  type TypedArray,
} from "@atc/contract";
import type { Appender, Connection, DataChunk, LogicalType, Vector } from "@duckdb/node-bindings";
import type { Binding } from "./engine/binding.ts";
import { type Database, identifier, openDatabase, quoted } from "./engine/database.ts";
import { duckdbError } from "./engine/duckdb-error.ts";
import type { DuckdbOptions } from "./engine/duckdb-options.ts";

/** How to write Parquet files. */
export interface ParquetOptions extends Pick<DuckdbOptions, "memoryBytes" | "threads" | "tempDirectory"> {
  /** The compression of column chunks. Default: `zstd`. */
  readonly compression?: "zstd" | "snappy" | "gzip" | "uncompressed";
}

const compressions: readonly string[] = ["zstd", "snappy", "gzip", "uncompressed"];
/** Rows of a vector of DuckDB. */
const chunkRows = 2048;

/**
 * DuckDB's type of a column: its name in SQL and its number in the C interface. Times have no zone: no type has
 * nanoseconds and a zone.
 */
function typeOf(duckdb: Binding, type: ColumnType): { readonly sql: string; readonly id: number } {
  const { Type } = duckdb;
  switch (type) {
    case "timestamp[ms]":
      return { sql: "TIMESTAMP_MS", id: Type.TIMESTAMP_MS };
    case "timestamp[ns]":
      return { sql: "TIMESTAMP_NS", id: Type.TIMESTAMP_NS };
    case "int8":
      return { sql: "TINYINT", id: Type.TINYINT };
    case "uint8":
      return { sql: "UTINYINT", id: Type.UTINYINT };
    case "int32":
      return { sql: "INTEGER", id: Type.INTEGER };
    case "uint32":
      return { sql: "UINTEGER", id: Type.UINTEGER };
    case "int64":
      return { sql: "BIGINT", id: Type.BIGINT };
    case "float32":
      return { sql: "FLOAT", id: Type.FLOAT };
    case "float64":
      return { sql: "DOUBLE", id: Type.DOUBLE };
    case "text":
      return { sql: "VARCHAR", id: Type.VARCHAR };
  }
}

/**
 * A writer of Parquet files. DuckDB collects the rows in a table, which uses the temporary directory beyond its memory;
 * `finish` writes them, in the order of the calls of `write`. Numbers keep every bit; times are int64 milliseconds or
 * nanoseconds, UTC, without a zone.
 *
 * @throws ATC_INVALID_ARGUMENT for an option out of range
 */
export function parquetWriter(options: ParquetOptions = {}): TableWriter {
  const { compression = "zstd", ...settings } = options;
  if (!compressions.includes(compression))
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `parquet: option compression is "${compression}"; give one of ${compressions.join(", ")}`,
      { details: { option: "compression" } },
    );
  return {
    name: "parquet",
    extension: ".parquet",
    async create(path, plan) {
      const database = await openDatabase(settings);
      try {
        return await openFile(database, path, plan, compression);
      } catch (error) {
        await database[Symbol.asyncDispose]();
        throw duckdbError(error, path);
      }
    },
  };
}

async function openFile(
  database: Database,
  path: string,
  { schema: { columns }, texts = {}, metadata = {} }: TablePlan,
  compression: string,
): Promise<TableFile> {
  const { duckdb } = database;
  const types = columns.map(({ type }) => typeOf(duckdb, type));
  const connection = await database.connect();
  const definitions = columns.map(({ name }, i) => `${identifier(name)} ${types[i]?.sql ?? ""}`);
  await duckdb.query(connection, `CREATE TABLE rows (symbol VARCHAR, ${definitions.join(", ")})`);
  const appender = duckdb.appender_create(connection, null, "rows");
  const logicalTypes = [duckdb.Type.VARCHAR, ...types.map(({ id }) => id)].map((id) => duckdb.create_logical_type(id));
  const columnTexts = columns.map(({ name, type }) => (type === "text" ? (texts[name] ?? []) : undefined));
  const target: AppendTarget = { duckdb, appender, types: logicalTypes, texts: columnTexts };
  let copying: Promise<void> = Promise.resolve();
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    // DuckDB writes on a thread of its own. To disconnect meanwhile would end the process.
    await copying.catch(() => undefined);
    duckdb.disconnect_sync(connection);
    await database[Symbol.asyncDispose]();
  };
  const append = (symbol: string | TextColumn, values: SeriesColumns): Promise<void> =>
    guarded(path, async () => {
      const arrays = columns.map(({ name }) => values[name] as TypedArray);
      const rows = arrays[0]?.length ?? 0;
      for (let row = 0; row < rows; row += chunkRows)
        appendRows(target, symbol, arrays, row, Math.min(chunkRows, rows - row));
      duckdb.appender_flush_sync(appender);
      await Promise.resolve();
    });
  return {
    write: append,
    writeRows: append,
    finish: () =>
      guarded(path, async () => {
        duckdb.appender_close_sync(appender);
        copying = copyTo(duckdb, connection, path, { compression, metadata });
        await copying;
        await close();
      }),
    [Symbol.asyncDispose]: close,
  };
}

async function guarded(path: string, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    throw duckdbError(error, path);
  }
}

/** How a file is written. */
interface FileOptions extends Required<Pick<TablePlan, "metadata">> {
  readonly compression: string;
}

async function copyTo(
  duckdb: Binding,
  connection: Connection,
  path: string,
  { compression, metadata }: FileOptions,
): Promise<void> {
  const pairs = Object.entries(metadata).map(([key, value]) => `${quoted(key)}: ${quoted(value)}`);
  const given = pairs.length === 0 ? "" : `, KV_METADATA {${pairs.join(", ")}}`;
  await duckdb.query(connection, `COPY rows TO ${quoted(path)} (FORMAT parquet, COMPRESSION ${compression}${given})`);
}

/** The table that rows are appended to. */
interface AppendTarget {
  readonly duckdb: Binding;
  readonly appender: Appender;
  /** The types of its columns, the symbol included. */
  readonly types: readonly LogicalType[];
  /** The texts of each column after the symbol; undefined for numbers. */
  readonly texts: readonly (readonly string[] | undefined)[];
}

/**
 * Appends rows `[from, from + count)` of one symbol, or with a symbol each: each column of numbers by one copy of its
 * bytes.
 */
function appendRows(
  { duckdb, appender, types, texts }: AppendTarget,
  symbol: string | TextColumn,
  arrays: readonly TypedArray[],
  from: number,
  count: number,
): void {
  const chunk: DataChunk = duckdb.create_data_chunk(types);
  duckdb.data_chunk_set_size(chunk, count);
  const symbols = duckdb.data_chunk_get_vector(chunk, 0);
  if (typeof symbol === "string")
    for (let row = 0; row < count; row++) duckdb.vector_assign_string_element(symbols, row, symbol);
  else assignTexts(duckdb, symbols, symbol.values, symbol.indices.subarray(from, from + count));
  for (const [c, array] of arrays.entries()) {
    const vector = duckdb.data_chunk_get_vector(chunk, c + 1);
    const dictionary = texts[c];
    if (dictionary !== undefined) {
      assignTexts(duckdb, vector, dictionary, array.subarray(from, from + count) as Int32Array);
      continue;
    }
    const width = array.BYTES_PER_ELEMENT;
    const start = array.byteOffset + from * width;
    duckdb.copy_data_to_vector(vector, 0, array.buffer as ArrayBuffer, start, count * width);
  }
  duckdb.append_data_chunk(appender, chunk);
}

/** Writes texts by their indices; an index without a text is a missing value. */
function assignTexts(duckdb: Binding, vector: Vector, texts: readonly string[], indices: Int32Array): void {
  const validity = new Uint8Array(chunkRows / 8).fill(0xff);
  let missing = 0;
  for (const [row, index] of indices.entries()) {
    const text = texts[index];
    if (text !== undefined) {
      duckdb.vector_assign_string_element(vector, row, text);
      continue;
    }
    validity[row >> 3] = (validity[row >> 3] ?? 0) & ~(1 << (row & 7));
    missing++;
  }
  if (missing === 0) return;
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, validity.buffer, 0, validity.byteLength);
}
