/**
 * Column chunks from Parquet, compressed CSV and JSON files and from SQL, read by DuckDB into typed arrays: no object
 * and no string per row.
 *
 * @packageDocumentation
 */
export { duckdb } from "./duckdb.ts";
export type { DuckdbOptions, FileFormat, SqlSource } from "./engine/duckdb-options.ts";
export { type ParquetReadingOptions, parquetReader } from "./parquet-reader.ts";
export { type ParquetOptions, parquetWriter } from "./parquet-writer.ts";
export { type DuckdbSourceOptions, default } from "./plugin.ts";
