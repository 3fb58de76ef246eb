import type { TextColumn } from "./data-source.ts";
import type { DatasetSchema, SeriesColumns, SeriesPlan } from "./dataset.ts";

/** What a table writer needs before the first row. */
export interface TablePlan {
  /** The columns of the rows, a time first. In the file, a column `symbol` precedes them. */
  readonly schema: DatasetSchema;
  /**
   * The texts of each column of type `text`: its rows are an Int32Array of indices into them, -1 for a missing text. A
   * writer that cannot write texts throws ATC_UNSUPPORTED. Default: there is no such column.
   */
  readonly texts?: Readonly<Record<string, readonly string[]>>;
  /** The symbols in the order in which they are written, each with its number of rows. */
  readonly series: readonly SeriesPlan[];
  /** Whether times are calendar dates, stored as UTC midnight, or instants. Default: instants. */
  readonly timeIs?: "date" | "instant";
  /** Texts for the metadata of the file, by key. A format without metadata ignores them. Default: none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A file that is being written. Disposal without {@link TableFile.finish} closes it; the caller removes what is left
 * at its path.
 */
export interface TableFile extends AsyncDisposable {
  /** Appends rows of one symbol. The arrays must not change until the promise is settled. */
  write(symbol: string, columns: SeriesColumns): Promise<void>;
  /**
   * Appends rows with a symbol each, for tables whose symbols change from row to row. Default: the caller calls `write`
   * for every run of rows with the same symbol.
   */
  writeRows?(symbols: TextColumn, columns: SeriesColumns): Promise<void>;
  /** Completes the file. Throws ATC_NO_SPACE, ATC_READ_ONLY or ATC_IO if the disk refuses. */
  finish(): Promise<void>;
}

/** Writes tables of rows to files of one format. */
export interface TableWriter {
  /** The format's name, such as `parquet`. */
  readonly name: string;
  /** The extension of its files, such as `.parquet`. */
  readonly extension: string;
  /**
   * Creates a file at a path that does not exist yet. Throws ATC_NO_SPACE, ATC_READ_ONLY or ATC_IO if the disk refuses.
   */
  create(path: string, plan: TablePlan): Promise<TableFile>;
}
