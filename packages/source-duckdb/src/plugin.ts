import { AtcError, type DataSource, type Plugin } from "@atc/contract";
import { duckdb } from "./duckdb.ts";
import type { DuckdbOptions } from "./engine/duckdb-options.ts";
import { type ParquetReadingOptions, parquetReader } from "./parquet-reader.ts";
import { type ParquetOptions, parquetWriter } from "./parquet-writer.ts";

/** The options of the plugin: files or a query, and how to read them. */
export interface DuckdbSourceOptions extends DuckdbOptions {
  /** A path, a directory, a pattern or a list of them. With `sql`, the query reads them as the view `files`. */
  readonly path?: string | readonly string[];
  /** A query in DuckDB's SQL, whose columns have the names of a file's columns. Needed without `path`. */
  readonly sql?: string;
}

const source: Plugin<"source", DuckdbSourceOptions> = {
  kind: "source",
  name: "duckdb",
  create: ({ path, sql, ...options }): Promise<DataSource> => {
    if (sql !== undefined) return duckdb({ sql, ...(path === undefined ? {} : { files: path }) }, options);
    if (path !== undefined) return duckdb(path, options);
    throw new AtcError("ATC_INVALID_ARGUMENT", "duckdb: the option path is missing; give files, or the option sql", {
      details: { option: "path" },
    });
  },
};

/** The table writer of kind `table-writer`, name `parquet`. */
const writer: Plugin<"table-writer", ParquetOptions> = {
  kind: "table-writer",
  name: "parquet",
  create: (options) => parquetWriter(options),
};

/** The table reader of kind `table-reader`, name `parquet`. */
const reader: Plugin<"table-reader", ParquetReadingOptions> = {
  kind: "table-reader",
  name: "parquet",
  create: (options) => parquetReader(options),
};

/** The plugins of this package: the source `duckdb`, and the table reader and writer `parquet`. */
const plugins: readonly Plugin[] = [source, reader, writer];
export default plugins;
