import type { ColumnMetadata, TypedArray } from "../data/column.ts";
import type { JsonObject } from "../data/json.ts";
import type { OperationOptions } from "../data/progress.ts";
import type { RowKind } from "./dataset.ts";

/**
 * A text column of a chunk: `values[indices[i]]` is the text of row i; an index of -1 is a missing text. `values` only
 * grows from chunk to chunk, so an index keeps its meaning.
 */
export interface TextColumn {
  /** One index per row. */
  readonly indices: Int32Array;
  /** The dictionary so far. */
  readonly values: readonly string[];
}

/** Some rows of a source, in the source's order. Its arrays are valid until the next chunk is requested. */
export interface ColumnChunk {
  /** Number of rows, 1 or more. */
  readonly length: number;
  /** The index of the chunk's first row among the good rows of the source, from 0. */
  readonly row: number;
  /** The symbol of each row, never missing. */
  readonly symbol: TextColumn;
  /** The columns except `symbol`, by name. Each array has `length` elements. */
  readonly columns: Readonly<Record<string, TypedArray>>;
  /**
   * The dictionaries of the columns of type `text`, by name. The array in `columns` holds indices into them. They only
   * grow.
   */
  readonly dictionaries?: Readonly<Record<string, readonly string[]>>;
  /** The line of each row in the source, from 1, if it has lines and was asked for a table of values. */
  readonly lines?: Int32Array;
}

/** Why a row was rejected. */
export interface BadRow {
  /** The file, if the source reads several. */
  readonly file?: string;
  /** The line in the source, from 1. A header counts as a line. */
  readonly line: number;
  /** The offset of the row in the decompressed source, in bytes, if one line may hold many rows. */
  readonly offset?: number;
  /** The column at fault, if it is one. */
  readonly column?: string;
  /** What is wrong: `fields`, `number`, `time`, `quote`, `encoding`. */
  readonly reason: string;
  /** The field or row as written, cut to 80 characters. */
  readonly text: string;
}

/** Identifies the data of a source without reading it. Equal identities mean equal data for all practical purposes. */
export interface SourceIdentity {
  /** The path as the user gave it, or another name for messages. */
  readonly name: string;
  /** The real, absolute path, if the source is a file. */
  readonly path?: string;
  /**
   * Plain data that changes whenever the bytes or the reading options change: size, mtime, inode, a hash of both ends,
   * the options.
   */
  readonly parts: JsonObject;
}

/** Options of {@link DataSource.chunks}. */
export interface ChunksOptions extends OperationOptions {
  /** Receives every bad row that is left out or set to NaN, in order. Not called if bad rows are errors. */
  readonly onBadRow?: ((row: BadRow) => void) | undefined;
}

/** Rows of one symbol and time that two files of a source share. */
export interface SourceOverlap {
  /** The file that is read first. */
  readonly first: string;
  /** The other file. */
  readonly second: string;
  /** Number of symbols whose times overlap. */
  readonly symbols: number;
  /**
   * Number of bars with the same symbol and time. Absent for ticks, and if times are too irregular to be remembered.
   */
  readonly rows?: number;
  /** First time of the common span, ISO 8601 in UTC. */
  readonly from: string;
  /** Last time of the common span, ISO 8601 in UTC. */
  readonly to: string;
}

/**
 * Something that a reading found in its rows, such as times in another unit. Notes of equal `key` add up over slices
 * and files.
 */
export interface ReadingNote {
  /** What was found, as a key: equal findings have equal keys. */
  readonly key: string;
  /** Number of rows. */
  readonly rows: number;
  /** The line of the first of them, from 1, if the source has lines. */
  readonly line?: number;
  /** The file of that line, if the source reads several. */
  readonly file?: string;
  /** What follows the number of rows in a sentence: `with a time in us instead of ms`. */
  readonly text: string;
}

/** The result of a complete reading. */
export interface SourceSummary {
  /** Number of good rows. */
  readonly rows: number;
  /** Number of rows that were left out or got a NaN. */
  readonly badRows: number;
  /** Bytes read from the file, before decompression. */
  readonly bytes: number;
  /** xxHash64 of all those bytes, 16 hexadecimal digits. */
  readonly hash: string;
  /** Pairs of files that overlap, most rows first, at most 100. Absent if the source reads one file or none overlap. */
  readonly overlaps?: readonly SourceOverlap[];
  /** What the reading found in its rows. Absent if there is nothing to say. */
  readonly notes?: readonly ReadingNote[];
}

/** A source cut into slices that threads can read in parallel. */
export interface SlicedSource {
  /**
   * The URL of a module. Its export `readSlice` is the {@link SliceReader}; `countSlice`, if exported, is the
   * {@link SliceCounter}.
   */
  readonly module: string;
  /** The reader's first argument: plain data. */
  readonly input: JsonObject;
  /**
   * The positions at which slices start, ascending. Rows begin at the first one, and most likely at the others. A
   * slice is valid if the slice before it ended at its start. If that ended elsewhere (within quotes, say), the slice
   * must be read again from there.
   */
  readonly starts: readonly number[];
  /** The position at which the last slice ends. */
  readonly end: number;
  /** The line at which the first slice starts, from 1. */
  readonly line: number;
  /**
   * Reads the bytes only, for their count and hash. Throws ATC_INVALID_DATA if the file changed after it was opened,
   * or ATC_ABORTED.
   */
  digest(options?: OperationOptions): Promise<SourceDigest>;
}

/** The part of a summary that describes the bytes of a source. */
export interface SourceDigest {
  /** Bytes read from the file, before decompression. */
  readonly bytes: number;
  /** xxHash64 of all those bytes, 16 hexadecimal digits. */
  readonly hash: string;
}

/** The slice to read, and how. */
export interface SliceOptions extends OperationOptions {
  /** The position at which its first row starts. */
  readonly start: number;
  /** The position at which the slice ends (exclusive). A row that starts before it belongs to the slice entirely. */
  readonly end: number;
  /** The line at which it starts, from 1. */
  readonly line: number;
  /** Receives every bad row that is left out or set to NaN, in order. */
  readonly onBadRow?: ((row: BadRow) => void) | undefined;
}

/** The end of a slice that was read. */
export interface SliceEnd {
  /** The position at which the next slice starts. */
  readonly position: number;
  /** The line at which it starts. */
  readonly line: number;
  /** Number of bad rows. */
  readonly badRows: number;
  /** What the reading found in the rows of the slice; their lines count from the slice's line. */
  readonly notes?: readonly ReadingNote[];
}

/**
 * Reads a slice: yields its chunks like {@link DataSource.chunks}, then returns its end. Each slice has its own
 * dictionaries and counts rows from its own start. Throws what `chunks` throws.
 */
export type SliceReader = (
  input: JsonObject,
  options: SliceOptions,
) => AsyncGenerator<ColumnChunk, SliceEnd, undefined>;

/** The number of rows per symbol in a slice. */
export interface SliceCounts {
  /** The symbols, in order of appearance. */
  readonly symbols: readonly string[];
  /** Number of rows per symbol, including bad rows with a symbol. */
  readonly rows: Float64Array;
  /** The position at which the next slice starts. */
  readonly position: number;
}

/**
 * Counts the rows of a slice without reading their values, in a fraction of the time of a {@link SliceReader}.
 * Resolves to undefined if only reading can count them (quotes, say). The count equals the reader's in files without
 * bad rows; callers that rely on it must verify it. Throws what the reader throws.
 */
export type SliceCounter = (input: JsonObject, options: SliceOptions) => Promise<SliceCounts | undefined>;

/**
 * A source of rows: chunks of columns in file order, as typed arrays without an object per row. The columns are
 * `symbol` (text), `timestamp`, then `open`, `high`, `low`, `close`, `volume` as float64 if the source has them, then
 * others. Ticks have `close` (the price) and `volume` (the size). `close` is always present, unless the source was
 * asked for a table of values.
 */
export interface DataSource extends AsyncDisposable {
  /** Identifies the data that it reads. */
  readonly identity: SourceIdentity;
  /** What a row is. */
  readonly kind: RowKind;
  /** The columns of every chunk, `symbol` first, then `timestamp`. */
  readonly columns: readonly ColumnMetadata[];
  /**
   * What was assumed or left out in reading, one sentence each without a full stop: comment lines, times without a
   * zone.
   */
  readonly notes?: readonly string[];
  /**
   * Which columns of the file became those of the chunks, one text each: `close from "Close/Last"`. The first says what
   * the times are: `timestamp from "time" (seconds since 1970)`.
   */
  readonly columnOrigins?: readonly string[];
  /**
   * `date` if the times are calendar dates, stored as UTC midnights, as far as the first rows show. Default: `instant`.
   */
  readonly timeIs?: "date" | "instant";
  /**
   * Reads from the start at each call. Throws ATC_INVALID_DATA with line, column and text at a bad row if the source's
   * policy is `error`; ATC_CORRUPT_DATA if the file is damaged; ATC_ABORTED.
   */
  chunks(options?: ChunksOptions): AsyncIterable<ColumnChunk>;
  /**
   * Cuts the source into slices of about `length` bytes that threads can read in parallel. Absent, or resolves to
   * undefined, if the source must be read from its start (a compressed file).
   */
  slices?(options: { readonly length: number }): Promise<SlicedSource | undefined>;
  /** The result of the last complete reading; undefined before the first. */
  summary(): SourceSummary | undefined;
}
