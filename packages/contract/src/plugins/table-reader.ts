import type { ColumnMetadata, TypedArray } from "../data/column.ts";
import type { TextColumn } from "./data-source.ts";

/** Some rows of a table. */
export interface TableBatch {
  /** Number of rows, 1 or more. */
  readonly length: number;
  /** The values by column: a Float64Array, NaN for a missing number, or the texts. */
  readonly values: Readonly<Record<string, TypedArray | TextColumn>>;
}

/** A file that is open. Disposal closes it. */
export interface ReadableTable extends AsyncDisposable {
  /** The columns in order, of type `float64` or `text`. Columns of other content are left out. */
  readonly columns: readonly ColumnMetadata[];
  /** The texts of the metadata of the file, by key. */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * All rows in the order of the file. A batch is valid until the next one. Can be called again. Throws
   * ATC_CORRUPT_DATA or ATC_IO.
   */
  batches(): AsyncIterable<TableBatch>;
}

/** Reads tables of any columns from files of one format, such as those that a table writer wrote. */
export interface TableReader {
  /** The format's name, such as `parquet`. */
  readonly name: string;
  /** Opens a file. Throws ATC_NOT_FOUND, ATC_CORRUPT_DATA or ATC_IO. */
  open(path: string): Promise<ReadableTable>;
}
