import type { ColumnMetadata, ReadonlyTypedArray, TypedArray } from "../data/column.ts";
import type { JsonObject } from "../data/json.ts";
import type { OperationOptions } from "../data/progress.ts";

/** What the rows of a dataset are: bars (one row a time and symbol, times in ms) or ticks (many rows may share a time, times in ns). */
export type RowKind = "bars" | "ticks";

/** The columns of every series of a dataset, without `symbol`. The first is `timestamp`: `timestamp[ms]` for bars, `timestamp[ns]` for ticks. */
export interface DatasetSchema {
  /** What a row is. */
  readonly kind: RowKind;
  /** The columns in stored order. No `text` column: a dataset holds numbers. */
  readonly columns: readonly ColumnMetadata[];
}

/** How many rows a symbol has. */
export interface SeriesPlan {
  /** The symbol, as the source spells it. */
  readonly symbol: string;
  /** Its rows, 1 or more. */
  readonly rows: number;
}

/** What a writer must know before the first row: so the layout is computed first, each slice is written in its place, and memory stays bounded. */
export interface DatasetPlan {
  /** The columns. */
  readonly schema: DatasetSchema;
  /** Tells whether the dataset still is what a source and its options would give; compared as a whole. */
  readonly fingerprint: string;
  /** Each symbol once, in any order. */
  readonly series: readonly SeriesPlan[];
}

/** What an append does to one symbol. */
export interface SeriesAppend {
  /** The symbol, as the source spells it; new ones are allowed. */
  readonly symbol: string;
  /** Rows that will be written, 0 or more. */
  readonly rows: number;
  /**
   * How many of the stored rows stay, from the first one on; all where absent. The rest gives way to the rows that are written: a restated bar
   * needs its series written again from that bar on. A symbol that keeps no row and gets none leaves the dataset.
   */
  readonly keepRows?: number;
}

/** How the next generation differs from the newest one. Symbols that are not named stay as they are. */
export interface AppendPlan {
  /** Replaces the stored fingerprint: the source has grown, or was found unchanged. */
  readonly fingerprint: string;
  /** Each symbol once, in any order; none where only the fingerprint changes. */
  readonly series: readonly SeriesAppend[];
}

/** Where a symbol's rows lie. */
export interface SeriesExtent {
  /** The symbol. */
  readonly symbol: string;
  /** Rows in all segments. */
  readonly rows: number;
  /** The first row's time, in the unit of the schema's `timestamp`. */
  readonly firstTime: bigint;
  /** The last row's time, in the unit of the schema's `timestamp`. */
  readonly lastTime: bigint;
  /**
   * Per column of the schema: the CRC-32 (as zlib computes it) of the bytes of its values, little-endian and without padding, from the first
   * row to the last. It does not depend on the layout of the rows. Absent if the dataset has no `content`.
   */
  readonly crc32?: readonly number[];
}

/** What a dataset says of itself. */
export interface DatasetManifest {
  /** The dataset's name. */
  readonly name: string;
  /** The version of the stored format. */
  readonly formatVersion: number;
  /** Counts up with every publication; readers keep the generation they opened. */
  readonly generation: number;
  /** The columns. */
  readonly schema: DatasetSchema;
  /** What the plan said. */
  readonly fingerprint: string;
  /**
   * What the rows are, whatever they were read from and wherever they lie: `datasetContent` of all series, 64 hexadecimal digits. Absent if the
   * store keeps no checksums of columns, or if the dataset was written before they were kept.
   */
  readonly content?: string;
  /** Rows of all symbols. */
  readonly rows: number;
  /** Bytes of all segments. */
  readonly bytes: number;
  /** The symbols, sorted by UTF-16 code unit. */
  readonly series: readonly SeriesExtent[];
  /** When it was published, in ms since the epoch. */
  readonly createdAt: number;
  /** What the writer kept with it: where the rows came from, the report of its ingest. */
  readonly attributes: JsonObject;
}

/** Rows `row` (inclusive) to `row + length` (exclusive) of a series. Its views are valid until the iteration's next step. */
export interface Block {
  /** Index of the first row within the series. */
  readonly row: number;
  /** Rows, 1 or more. */
  readonly length: number;
  /** The values of a numeric column, `length` of them. ATC_INVALID_ARGUMENT for a column that was not asked for or holds times. */
  values(column: string): ReadonlyTypedArray<number>;
  /** The times, in the unit of the schema's `timestamp`. ATC_INVALID_ARGUMENT where `timestamp` was not asked for. */
  times(): ReadonlyTypedArray<bigint>;
  /**
   * The same bytes as pairs of 32-bit words for hot loops, where a BigInt a row is too slow: word `2i` is the low half of time `i`
   * (take it `>>> 0`), word `2i + 1` the high half (signed).
   */
  timeWords(): ReadonlyTypedArray<number>;
}

/** Which rows and columns to go through. */
export interface BlocksOptions {
  /** The columns wanted; only these are read. */
  readonly columns: readonly string[];
  /** First row, inclusive; 0 where absent. */
  readonly from?: number;
  /** Last row, exclusive; the series' length where absent. */
  readonly to?: number;
  /** The most rows of a block; the store's own choice where absent. A block ends at a segment's end too. */
  readonly blockLength?: number;
}

/** The rows of one symbol, sorted by time. */
export interface Series {
  /** The symbol. */
  readonly symbol: string;
  /** Rows. */
  readonly length: number;
  /** The columns, `timestamp` first. */
  readonly columns: readonly ColumnMetadata[];
  /** Goes through the rows in order. Throws ATC_CLOSED once the dataset is disposed, ATC_CORRUPT_DATA where a segment is not what the manifest says. */
  blocks(options: BlocksOptions): Iterable<Block>;
  /**
   * `length` values of a numeric column from row `start`: a view where they lie inside one mapped segment, else a copy. ATC_INVALID_ARGUMENT
   * outside of the series. Times are read with {@link Series.blocks}.
   */
  window(column: string, start: number, length: number): ReadonlyTypedArray<number>;
}

/** A dataset opened for reading. It goes on showing the generation it opened, also after the dataset is replaced or deleted. Disposal is idempotent. */
export interface Dataset extends Disposable {
  /** What it says of itself. */
  readonly manifest: DatasetManifest;
  /** The symbols, sorted by UTF-16 code unit. */
  symbols(): readonly string[];
  /** The rows of a symbol; ATC_NOT_FOUND names the nearest symbol. */
  series(symbol: string): Series;
}

/** The columns of a slice, by name: `BigInt64Array` for times, else the array of the column's dtype; all of one length. */
export type SeriesColumns = Readonly<Record<string, TypedArray>>;

/** Writes one new generation of a dataset. Nothing is visible before `publish`. */
export interface DatasetWriter extends AsyncDisposable {
  /**
   * Writes rows `row` to `row + n` of a symbol, sorted by time. Each symbol's slices come in order and without gaps; symbols in any order.
   * ATC_INVALID_ARGUMENT outside of the plan, ATC_INVALID_DATA where times go back. The arrays must not change until the promise is settled;
   * afterwards they are the caller's again.
   */
  write(symbol: string, row: number, columns: SeriesColumns): Promise<void>;
  /** Makes the dataset visible at once and durable; ATC_INVALID_ARGUMENT where planned rows are missing. `attributes` are kept in the manifest. */
  publish(attributes?: JsonObject): Promise<DatasetManifest>;
  /** Forgets what was written. Disposing without `publish` does the same. */
  abort(): Promise<void>;
}

/** Where some rows of a series lie: rows `row` to `row + rows` of it, in one file. */
export interface RowExtent {
  /** The file, which has its full size already. Bytes that nobody wrote are zeros. */
  readonly path: string;
  /** The first row, counted within the series. */
  readonly row: number;
  /** Rows. */
  readonly rows: number;
  /** Per column of the schema: the byte offset of its value in the first of the rows. The others follow, little-endian, as in a typed array of the column's dtype. */
  readonly offsets: readonly number[];
}

/** Rows `row` to `row + rows` of a series that lie in their place, sorted by time. */
export interface PlacedRows {
  /** The series. */
  readonly symbol: string;
  /** The first row, counted within the series. */
  readonly row: number;
  /** Rows, all of one extent. */
  readonly rows: number;
  /** Per column of the schema: the CRC-32 (as zlib computes it) of the bytes of its values. */
  readonly crc32: readonly number[];
  /** The time of the first row, in the unit of the schema's `timestamp`. */
  readonly firstTime: bigint;
  /** The time of the last row. */
  readonly lastTime: bigint;
}

/** One new generation of a dataset whose rows others put into its files: threads that each write some of them. Nothing is visible before `publish`. */
export interface DatasetLayout extends AsyncDisposable {
  /** Whether all files were there before, with the rows that were put into them then. Where not, no row that an earlier process wrote may be told of. */
  readonly isResumed: boolean;
  /** Where the rows of a planned series belong, in order. ATC_INVALID_ARGUMENT for another symbol. */
  extents(symbol: string): readonly RowExtent[];
  /** Sets the disk to work on what was written so far, so that little is left to wait for at the end. Does nothing while it still works on it. */
  sync(): void;
  /**
   * Takes notice of rows that are in their place for good: in any order, each row once, times of a series rising from extent to extent.
   * ATC_INVALID_ARGUMENT where they are not planned or were told of before, ATC_INVALID_DATA where their times go back.
   */
  placed(rows: PlacedRows): void;
  /** Makes the dataset visible at once and durable; ATC_INVALID_ARGUMENT where planned rows were not told of. `attributes` are kept in the manifest. */
  publish(attributes?: JsonObject): Promise<DatasetManifest>;
  /** Forgets what was written. Disposing without `publish` does the same. */
  abort(): Promise<void>;
}

/** The right to write a dataset, held from before its source is read until its writer has published. Disposal gives it back and removes the scratch directory. */
export interface DatasetLock extends AsyncDisposable {
  /** The dataset. */
  readonly name: string;
  /** A directory on the dataset's disk for the writer's intermediate files, empty but for `abandoned`; undefined where the store is not on a disk. A crash leaves nothing: the next lock removes it. */
  readonly scratch: string | undefined;
  /**
   * What the last holder left in its scratch directory when it died, for one who can go on with it; undefined where nothing is left. A directory
   * within `scratch`, so it goes with that.
   */
  readonly abandoned?: string | undefined;
}

/** Something in a dataset that is not what its manifest says. */
export interface VerifyFault {
  /** The segment, as the store names it; the manifest's own name if the fault lies in that alone. */
  readonly segment: string;
  /** The symbols whose rows are in doubt, sorted by UTF-16 code unit. */
  readonly symbols: readonly string[];
  /** What is wrong, where, and what to do, in one sentence. */
  readonly message: string;
}

/** What a verification found. */
export interface VerifyReport {
  /** The dataset. */
  readonly name: string;
  /** The generation that was read. */
  readonly generation: number;
  /** Segments read. */
  readonly segments: number;
  /** Bytes of the segments. */
  readonly bytes: number;
  /** What is wrong; empty where all is well. */
  readonly faults: readonly VerifyFault[];
}

/** A store of datasets: symbols, each a table of equal-length columns sorted by time, in immutable segments. Names are `[A-Za-z0-9._-]`, 1 to 100 characters, not starting with a dot. */
export interface ArrayStore extends AsyncDisposable {
  /** Locks a dataset for writing; ATC_LOCKED where another process or another call holds it. A lock whose holder died is taken over. */
  lock(name: string): Promise<DatasetLock>;
  /** Starts a new generation. `lock` must be held by the caller and of the same name. ATC_NO_SPACE, ATC_READ_ONLY or ATC_IO where the disk refuses. */
  create(lock: DatasetLock, plan: DatasetPlan): Promise<DatasetWriter>;
  /**
   * Starts a new generation whose rows are put into its files by others; absent where a store has no such files. They are made in `directory`
   * where it is given, an absolute path within the lock's scratch directory, where a crash may have left files of the same plan: rows in them stay,
   * anything else goes. ATC_INVALID_ARGUMENT for a directory elsewhere; else throws as `create` does.
   */
  layOut?(lock: DatasetLock, plan: DatasetPlan, options?: { readonly directory?: string }): Promise<DatasetLayout>;
  /**
   * Starts a new generation that extends the newest one, whose rows are not written again; absent where a store cannot. A symbol's first slice
   * begins at the row after those that it keeps. ATC_NOT_FOUND without a dataset, ATC_INVALID_ARGUMENT where a slice begins ahead of the last
   * kept row's time (with bars, at it too) or where another writer of the same lock published in between. A dataset without `content` stays
   * without it: its kept rows are not read.
   */
  append?(lock: DatasetLock, plan: AppendPlan): Promise<DatasetWriter>;
  /**
   * Writes a dataset that grew by appends again as if at once: as few segments as possible and no superseded rows, as a new generation with the
   * same rows, fingerprint and attributes; absent where a store has nothing to gain from it. A dataset without `content` gains it. Returns the
   * manifest, of the newest generation unchanged where there is nothing to gain. ATC_ABORTED leaves that generation.
   */
  compact?(lock: DatasetLock, options?: OperationOptions): Promise<DatasetManifest>;
  /**
   * Reads the newest generation whole and compares it with its manifest: sizes, checksums, metadata, symbols, order of times, content; absent where
   * a store keeps no checksums. Faults are reported, not thrown. ATC_NOT_FOUND, ATC_CORRUPT_DATA or ATC_UNSUPPORTED where there is no manifest to
   * compare with.
   */
  verify?(name: string, options?: OperationOptions): Promise<VerifyReport>;
  /** Opens the newest generation; ATC_NOT_FOUND, ATC_CORRUPT_DATA or ATC_UNSUPPORTED (a newer format). */
  open(name: string): Promise<Dataset>;
  /** The manifest of a dataset without opening its segments; undefined where there is none. */
  find(name: string): Promise<DatasetManifest | undefined>;
  /** The names of all datasets, sorted. */
  list(): Promise<readonly string[]>;
  /** Removes a dataset; tells whether it was there. ATC_LOCKED while it is being written. Open readers finish undisturbed. */
  delete(name: string, options?: OperationOptions): Promise<boolean>;
}
