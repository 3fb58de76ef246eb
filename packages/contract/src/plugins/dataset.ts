import type { ColumnMetadata, ReadonlyTypedArray, TypedArray } from "../data/column.ts";
import type { JsonObject } from "../data/json.ts";
import type { OperationOptions } from "../data/progress.ts";

/**
 * What the rows of a dataset are: bars (one row per time and symbol, times in ms) or ticks (rows may share a time,
 * times in ns).
 */
export type RowKind = "bars" | "ticks";

/**
 * The columns of every series of a dataset, without `symbol`. The first is `timestamp`, of type `timestamp[ms]` for
 * bars and `timestamp[ns]` for ticks.
 */
export interface DatasetSchema {
  /** What a row is. */
  readonly kind: RowKind;
  /** The columns in stored order. None is of type `text`: a dataset holds numbers. */
  readonly columns: readonly ColumnMetadata[];
}

/** The number of rows of a symbol. */
export interface SeriesPlan {
  /** The symbol, as the source spells it. */
  readonly symbol: string;
  /** Number of rows, 1 or more. */
  readonly rows: number;
}

/**
 * What a writer needs before the first row. It computes the layout first, so that rows are written in place and memory
 * stays bounded.
 */
export interface DatasetPlan {
  /** The columns. */
  readonly schema: DatasetSchema;
  /** Shows whether the dataset is still up to date with a source and its options; compared as a whole. */
  readonly fingerprint: string;
  /** Each symbol once, in any order. */
  readonly series: readonly SeriesPlan[];
}

/** The change that an append makes to one symbol. */
export interface SeriesAppend {
  /** The symbol, as the source spells it; new ones are allowed. */
  readonly symbol: string;
  /** Number of rows that will be written, 0 or more. */
  readonly rows: number;
  /**
   * Number of stored rows to keep, from the first. Defaults to all. The written rows replace the rest: to restate a
   * bar, write its series again from that bar. A symbol that keeps no row and gets none is removed from the dataset.
   */
  readonly keepRows?: number;
}

/** How the next generation differs from the newest one. Symbols that are not listed do not change. */
export interface AppendPlan {
  /** Replaces the stored fingerprint: the source has grown, or was found unchanged. */
  readonly fingerprint: string;
  /** Each symbol once, in any order; empty if only the fingerprint changes. */
  readonly series: readonly SeriesAppend[];
}

/** A symbol's rows: their number, times and checksums. */
export interface SeriesExtent {
  /** The symbol. */
  readonly symbol: string;
  /** Number of rows in all segments. */
  readonly rows: number;
  /** The first row's time, in the unit of the schema's `timestamp`. */
  readonly firstTime: bigint;
  /** The last row's time, in the unit of the schema's `timestamp`. */
  readonly lastTime: bigint;
  /**
   * Per column of the schema: the CRC-32 (as zlib computes it) of the bytes of its values, little-endian and without
   * padding, from the first row to the last. It does not depend on the layout of the rows. Absent if the dataset has
   * no `content`.
   */
  readonly crc32?: readonly number[];
}

/** The description of a dataset that is stored with it. */
export interface DatasetManifest {
  /** The dataset's name. */
  readonly name: string;
  /** The version of the stored format. */
  readonly formatVersion: number;
  /** Rises by one with each publication. Readers keep the generation that they opened. */
  readonly generation: number;
  /** The columns. */
  readonly schema: DatasetSchema;
  /** The fingerprint of the plan. */
  readonly fingerprint: string;
  /**
   * Identifies the rows, independently of their source and layout: `datasetContent` of all series, 64 hexadecimal
   * digits. Absent if the store keeps no checksums of columns, or if the dataset is older than these checksums.
   */
  readonly content?: string;
  /** Number of rows of all symbols. */
  readonly rows: number;
  /** Bytes of all segments. */
  readonly bytes: number;
  /** The symbols, sorted by UTF-16 code unit. */
  readonly series: readonly SeriesExtent[];
  /**
   * Whether times are calendar dates, each stored as its UTC midnight, or instants. Dates have no time zone. Absent for
   * instants, and in datasets that are older than this member.
   */
  readonly timeIs?: "date" | "instant";
  /** Time of publication, in ms since the epoch. */
  readonly createdAt: number;
  /** Data that the writer stored with it: the source of the rows, the report of the ingest. */
  readonly attributes: JsonObject;
}

/**
 * Rows `row` (inclusive) to `row + length` (exclusive) of a series. Its views are valid until the next step of the
 * iteration.
 */
export interface Block {
  /** Index of the first row within the series. */
  readonly row: number;
  /** Number of rows, 1 or more. */
  readonly length: number;
  /**
   * The `length` values of a numeric column. Throws ATC_INVALID_ARGUMENT for a column that was not requested or holds
   * times.
   */
  values(column: string): ReadonlyTypedArray<number>;
  /**
   * The times, in the unit of the schema's `timestamp`. Throws ATC_INVALID_ARGUMENT if `timestamp` was not requested.
   */
  times(): ReadonlyTypedArray<bigint>;
  /**
   * The times as pairs of 32-bit words, for hot loops in which one BigInt per row is too slow. Word `2i` is the low
   * half of time `i` (read it as `>>> 0`), word `2i + 1` the high half (signed).
   */
  timeWords(): ReadonlyTypedArray<number>;
}

/** The rows and columns to read. */
export interface BlocksOptions {
  /** The columns to read. */
  readonly columns: readonly string[];
  /** First row (inclusive). Defaults to 0. */
  readonly from?: number;
  /** Last row (exclusive). Defaults to the series' length. */
  readonly to?: number;
  /** Maximum number of rows per block. Defaults to the store's choice. Blocks also end at the end of a segment. */
  readonly blockLength?: number;
}

/** The rows of one symbol, sorted by time. */
export interface Series {
  /** The symbol. */
  readonly symbol: string;
  /** Number of rows. */
  readonly length: number;
  /** The columns, `timestamp` first. */
  readonly columns: readonly ColumnMetadata[];
  /**
   * Reads the rows in order. Throws ATC_CLOSED after the dataset is disposed, and ATC_CORRUPT_DATA if a segment does
   * not match the manifest.
   */
  blocks(options: BlocksOptions): Iterable<Block>;
  /**
   * `length` values of a numeric column from row `start`: a view if one mapped segment contains them, else a copy.
   * Throws ATC_INVALID_ARGUMENT outside of the series. Read times with {@link Series.blocks}.
   */
  window(column: string, start: number, length: number): ReadonlyTypedArray<number>;
}

/**
 * A dataset opened for reading. It keeps showing the generation that it opened, even after the dataset is replaced or
 * deleted. Disposal is idempotent.
 */
export interface Dataset extends Disposable {
  /** The description that is stored with it. */
  readonly manifest: DatasetManifest;
  /** The symbols, sorted by UTF-16 code unit. */
  symbols(): readonly string[];
  /** The rows of a symbol. Throws ATC_NOT_FOUND, which names the most similar symbol. */
  series(symbol: string): Series;
}

/** Columns by name, all of one length: `BigInt64Array` for times, else the typed array of the column's dtype. */
export type SeriesColumns = Readonly<Record<string, TypedArray>>;

/** Facts about the rows of a generation that are known only when all of them are written. */
export interface PublishFacts {
  /**
   * The manifest's `timeIs`. The caller answers for it: `date` requires that every time is a UTC midnight. Defaults to
   * that of the extended generation; for a dataset that is created, to instants.
   */
  readonly timeIs?: "date" | "instant";
}

/** Writes one new generation of a dataset. Nothing is visible before `publish`. */
export interface DatasetWriter extends AsyncDisposable {
  /**
   * Writes rows `row` to `row + n` (exclusive) of a symbol, sorted by time. The calls for one symbol come in order and
   * without gaps; symbols come in any order. Throws ATC_INVALID_ARGUMENT outside of the plan, and ATC_INVALID_DATA if
   * times decrease. The arrays must not change until the promise is settled; afterwards the caller may reuse them.
   */
  write(symbol: string, row: number, columns: SeriesColumns): Promise<void>;
  /**
   * Makes the dataset visible atomically and durable. Throws ATC_INVALID_ARGUMENT if planned rows are missing.
   * `attributes` are stored in the manifest.
   */
  publish(attributes?: JsonObject, facts?: PublishFacts): Promise<DatasetManifest>;
  /** Discards what was written, as does disposal without `publish`. */
  abort(): Promise<void>;
}

/** The place of rows `row` to `row + rows` (exclusive) of a series, in one file. */
export interface RowExtent {
  /** The file, which already has its full size. Bytes that were not written are zeros. */
  readonly path: string;
  /** The index of the first row in the series. */
  readonly row: number;
  /** Number of rows. */
  readonly rows: number;
  /**
   * Per column of the schema: the byte offset of its value in the first row. The others follow, little-endian, as in a
   * typed array of the column's dtype.
   */
  readonly offsets: readonly number[];
}

/** Rows `row` to `row + rows` (exclusive) of a series that are in their place, sorted by time. */
export interface PlacedRows {
  /** The series. */
  readonly symbol: string;
  /** The index of the first row in the series. */
  readonly row: number;
  /** Number of rows, all of one extent. */
  readonly rows: number;
  /** Per column of the schema: the CRC-32 (as zlib computes it) of the bytes of its values. */
  readonly crc32: readonly number[];
  /** The time of the first row, in the unit of the schema's `timestamp`. */
  readonly firstTime: bigint;
  /** The time of the last row. */
  readonly lastTime: bigint;
}

/**
 * A new generation of a dataset whose rows are written by others, such as threads that each place some of them.
 * Nothing is visible before `publish`.
 */
export interface DatasetLayout extends AsyncDisposable {
  /**
   * Whether all files existed before, with the rows that were placed in them then. If not, rows of an earlier process
   * must not be registered.
   */
  readonly isResumed: boolean;
  /** The places of the rows of a planned series, in order. Throws ATC_INVALID_ARGUMENT for another symbol. */
  extents(symbol: string): readonly RowExtent[];
  /**
   * Starts to flush to disk what was written so far, so that `publish` has little to wait for. Does nothing while a
   * flush is running.
   */
  sync(): void;
  /**
   * Registers rows that are in their final place: in any order, each row once, with the times of a series rising from
   * extent to extent. Throws ATC_INVALID_ARGUMENT if they are not planned or already registered, and ATC_INVALID_DATA
   * if their times decrease.
   */
  placed(rows: PlacedRows): void;
  /**
   * Makes the dataset visible atomically and durable. Throws ATC_INVALID_ARGUMENT if planned rows are not registered.
   * `attributes` are stored in the manifest.
   */
  publish(attributes?: JsonObject, facts?: PublishFacts): Promise<DatasetManifest>;
  /** Discards what was written, as does disposal without `publish`. */
  abort(): Promise<void>;
}

/**
 * The exclusive right to write a dataset, held from before its source is read until its writer has published. Disposal
 * releases it and removes the scratch directory.
 */
export interface DatasetLock extends AsyncDisposable {
  /** The dataset. */
  readonly name: string;
  /**
   * A directory on the dataset's disk for the writer's intermediate files, empty except for `abandoned`. Undefined if
   * the store is not on a disk. After a crash, the next lock removes it.
   */
  readonly scratch: string | undefined;
  /**
   * A directory within `scratch` with the files that the last holder left when it died, from which a writer may
   * resume. Undefined if there are none. It is removed with `scratch`.
   */
  readonly abandoned?: string | undefined;
  /**
   * Makes the release leave the files of the holder, as if it had died, so that the next lock gives them to a writer
   * as `abandoned`. Absent if a store cannot.
   */
  keepScratch?(): void;
}

/** A part of a dataset that does not match its manifest. */
export interface VerifyFault {
  /** The segment, as the store names it; the name of the manifest if only that is faulty. */
  readonly segment: string;
  /** The symbols whose rows are affected, sorted by UTF-16 code unit. */
  readonly symbols: readonly string[];
  /** The fault, its place and the remedy, in one sentence. */
  readonly message: string;
}

/** The result of a verification. */
export interface VerifyReport {
  /** The dataset. */
  readonly name: string;
  /** The generation that was read. */
  readonly generation: number;
  /** Number of segments read. */
  readonly segments: number;
  /** Bytes of the segments. */
  readonly bytes: number;
  /** The faults; empty if there are none. */
  readonly faults: readonly VerifyFault[];
}

/** Which generation of a dataset to open. */
export interface OpenDatasetOptions {
  /**
   * The number of a generation. A store may keep former generations for some time. If it does not have this one, it
   * throws ATC_NOT_FOUND. Default: the newest one.
   */
  readonly generation?: number;
}

/**
 * A store of datasets. Each symbol of a dataset is a table of columns of equal length, sorted by time, in immutable
 * segments. Dataset names consist of 1 to 100 characters of `[A-Za-z0-9._-]` and do not start with a dot.
 */
export interface ArrayStore extends AsyncDisposable {
  /**
   * Locks a dataset for writing. Throws ATC_LOCKED if another process or call holds the lock. A lock whose holder died
   * is taken over.
   */
  lock(name: string): Promise<DatasetLock>;
  /**
   * Starts a new generation. The caller must hold `lock`. Throws ATC_NO_SPACE, ATC_READ_ONLY or ATC_IO if the disk
   * refuses.
   */
  create(lock: DatasetLock, plan: DatasetPlan): Promise<DatasetWriter>;
  /**
   * Starts a new generation whose rows others write into its files. Absent if a store has no such files. `directory`
   * is an absolute path within the lock's scratch directory in which the files are created. If a crash left files of
   * the same plan there, their rows stay, and anything else is removed. Throws ATC_INVALID_ARGUMENT for a directory
   * elsewhere, and what `create` throws.
   */
  layOut?(lock: DatasetLock, plan: DatasetPlan, options?: { readonly directory?: string }): Promise<DatasetLayout>;
  /**
   * Starts a new generation that extends the newest one, without writing its rows again. Absent if a store cannot. A
   * symbol's first write begins at the row after those that it keeps. Throws ATC_NOT_FOUND without a dataset. Throws
   * ATC_INVALID_ARGUMENT if a write begins before the last kept row's time (for bars, also at it), or if another
   * writer of the same lock published in between. A dataset without `content` stays without it, because its kept rows
   * are not read.
   */
  append?(lock: DatasetLock, plan: AppendPlan): Promise<DatasetWriter>;
  /**
   * Rewrites a dataset that grew by appends as a new generation with the same rows, fingerprint and attributes, but
   * with as few segments as possible and no superseded rows. Absent if this gains nothing for a store. A dataset
   * without `content` gains it. Resolves to the manifest; if there is nothing to gain, to that of the newest
   * generation, unchanged. After ATC_ABORTED that generation remains.
   */
  compact?(lock: DatasetLock, options?: OperationOptions): Promise<DatasetManifest>;
  /**
   * Reads all of the newest generation and compares it with its manifest: sizes, checksums, metadata, symbols, order
   * of times, content. Absent if a store keeps no checksums. Faults are reported, not thrown. Throws ATC_NOT_FOUND,
   * ATC_CORRUPT_DATA or ATC_UNSUPPORTED if there is no usable manifest.
   */
  verify?(name: string, options?: OperationOptions): Promise<VerifyReport>;
  /**
   * Opens the newest generation, or the one that `options` name if it is still there. Throws ATC_NOT_FOUND,
   * ATC_CORRUPT_DATA or ATC_UNSUPPORTED (a newer format).
   */
  open(name: string, options?: OpenDatasetOptions): Promise<Dataset>;
  /** Reads the manifest of a dataset without opening its segments. Undefined if there is none. */
  find(name: string): Promise<DatasetManifest | undefined>;
  /** The names of all datasets, sorted. */
  list(): Promise<readonly string[]>;
  /**
   * Removes a dataset. Resolves to whether it existed. Throws ATC_LOCKED while it is being written. Open readers are
   * not disturbed.
   */
  delete(name: string, options?: OperationOptions): Promise<boolean>;
}
