import type { DatasetSchema, SeriesColumns, SeriesPlan } from "./dataset.ts";

/** What a table writer must know before the first row. */
export interface TablePlan {
  /** The columns of the rows, `timestamp` first; the file has a column `symbol` ahead of them. */
  readonly schema: DatasetSchema;
  /** The symbols in the order in which they are written, with their rows. */
  readonly series: readonly SeriesPlan[];
}

/** A file in the making. Disposing it without {@link TableFile.finish} closes it; what it left at its path is the caller's to remove. */
export interface TableFile extends AsyncDisposable {
  /** Writes rows of one symbol behind those written before. The arrays must not change until the promise is settled. */
  write(symbol: string, columns: SeriesColumns): Promise<void>;
  /** Completes the file. ATC_NO_SPACE, ATC_READ_ONLY or ATC_IO where the disk refuses. */
  finish(): Promise<void>;
}

/** Writes tables of rows to files of one format. */
export interface TableWriter {
  /** The format's name, such as `parquet`. */
  readonly name: string;
  /** The ending of its files, such as `.parquet`. */
  readonly extension: string;
  /** Starts a file at a path where there is none. ATC_NO_SPACE, ATC_READ_ONLY or ATC_IO where the disk refuses. */
  create(path: string, plan: TablePlan): Promise<TableFile>;
}
