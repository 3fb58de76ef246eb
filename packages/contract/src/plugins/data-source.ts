import type { ColumnMetadata, TypedArray } from "../data/column.ts";
import type { JsonObject } from "../data/json.ts";
import type { OperationOptions } from "../data/progress.ts";
import type { RowKind } from "./dataset.ts";

/** A text column of a chunk: `values[indices[i]]` is the text of row i, -1 no text. `values` only grows from chunk to chunk, so an index keeps its meaning. */
export interface TextColumn {
  /** One index a row. */
  readonly indices: Int32Array;
  /** The dictionary so far. */
  readonly values: readonly string[];
}

/** Some rows of a source, in the source's order. Its arrays are valid until the next chunk is asked for. */
export interface ColumnChunk {
  /** Rows, 1 or more. */
  readonly length: number;
  /** The number of the chunk's first row among the good rows of the source, from 0. */
  readonly row: number;
  /** The symbols, one a row; never missing. */
  readonly symbol: TextColumn;
  /** The columns but `symbol`, by name; each array is exactly `length` long. */
  readonly columns: Readonly<Record<string, TypedArray>>;
  /** The dictionaries of the columns of type `text`, by name: the array in `columns` holds indices into them. They only grow. */
  readonly dictionaries?: Readonly<Record<string, readonly string[]>>;
}

/** Why a row could not be taken. */
export interface BadRow {
  /** The file, where a source reads several. */
  readonly file?: string;
  /** Line in the source, from 1 (the header, where there is one, is a line). */
  readonly line: number;
  /** The row's first byte in the decompressed source, where many rows may stand in one line. */
  readonly offset?: number;
  /** The column's name, where one is to blame. */
  readonly column?: string;
  /** What it is: `fields`, `number`, `time`, `quote`, `encoding`. */
  readonly reason: string;
  /** The field or row as it stands, cut to 80 characters. */
  readonly text: string;
}

/** Which bytes a source stands for, cheap to tell before they are read. Equal identities mean equal data for all practical purposes. */
export interface SourceIdentity {
  /** The path as the user gave it, or another name for people. */
  readonly name: string;
  /** The real, absolute path, where the source is a file. */
  readonly path?: string;
  /** Plain data that changes whenever the bytes or the way they are read change: size, mtime, inode, a hash of both ends, the options. */
  readonly parts: JsonObject;
}

/** How to go through a source. */
export interface ChunksOptions extends OperationOptions {
  /** Is told of every bad row that is left out or set to NaN, in order. Not called under the policy that throws. */
  readonly onBadRow?: ((row: BadRow) => void) | undefined;
}

/** Rows of one symbol and time that two files of a source have. */
export interface SourceOverlap {
  /** The file that is read first. */
  readonly first: string;
  /** The other file. */
  readonly second: string;
  /** Symbols that both have in one stretch of time. */
  readonly symbols: number;
  /** Bars of a symbol and time that both have; absent for ticks, and where times are too irregular to be kept in mind. */
  readonly rows?: number;
  /** Where the stretch of time that both have begins, ISO 8601 in UTC. */
  readonly from: string;
  /** Its last time. */
  readonly to: string;
}

/** What a finished reading tells. */
export interface SourceSummary {
  /** Good rows. */
  readonly rows: number;
  /** Rows left out or with a NaN. */
  readonly badRows: number;
  /** Bytes read from the medium. */
  readonly bytes: number;
  /** xxHash64 of all those bytes, 16 hexadecimal digits. */
  readonly hash: string;
  /** Pairs of files that overlap, most rows first, at most 100; absent where a source reads one file or none do. */
  readonly overlaps?: readonly SourceOverlap[];
}

/** A source cut into slices that can be read side by side, each by another thread. */
export interface SlicedSource {
  /** The URL of the module whose export `readSlice` is the {@link SliceReader}. Its export `countSlice`, where it has one, is the {@link SliceCounter}. */
  readonly module: string;
  /** What the reader must know of the source: plain data. */
  readonly input: JsonObject;
  /**
   * Where slices start, ascending. The first is where the rows begin. The others are where rows most likely begin: a slice is what it seems where
   * the one before it ended at its start, and must be read again from there where that ended elsewhere (within quotes, say).
   */
  readonly starts: readonly number[];
  /** Where the last slice ends. */
  readonly end: number;
  /** The line in which the first slice starts, from 1. */
  readonly line: number;
  /** Goes through the bytes alone, for what a summary tells of them. Throws ATC_INVALID_DATA where they are not those that were opened; ATC_ABORTED. */
  digest(options?: OperationOptions): Promise<SourceDigest>;
}

/** What a summary tells of the bytes of a source. */
export interface SourceDigest {
  /** Bytes read from the medium. */
  readonly bytes: number;
  /** xxHash64 of all those bytes, 16 hexadecimal digits. */
  readonly hash: string;
}

/** Which slice to read, and how. */
export interface SliceOptions extends OperationOptions {
  /** Where its first row starts. */
  readonly start: number;
  /** The first position that is not the slice's: a row that starts ahead of it belongs to it whole. */
  readonly end: number;
  /** The line in which it starts, from 1. */
  readonly line: number;
  /** Is told of every bad row that is left out or set to NaN, in order. */
  readonly onBadRow?: ((row: BadRow) => void) | undefined;
}

/** How the reading of a slice ended. */
export interface SliceEnd {
  /** Where the next slice starts. */
  readonly position: number;
  /** The line in which it starts. */
  readonly line: number;
  /** Bad rows. */
  readonly badRows: number;
}

/**
 * Reads a slice: its chunks, as {@link DataSource.chunks} gives them, with a dictionary of its own and rows counted from its start; then where it
 * ended. Throws what `chunks` throws.
 */
export type SliceReader = (
  input: JsonObject,
  options: SliceOptions,
) => AsyncGenerator<ColumnChunk, SliceEnd, undefined>;

/** How many rows a slice has of each symbol. */
export interface SliceCounts {
  /** The symbols, in the order they are met. */
  readonly symbols: readonly string[];
  /** Per symbol: rows, bad ones included where they have a symbol. */
  readonly rows: Float64Array;
  /** Where the next slice starts. */
  readonly position: number;
}

/**
 * Counts the rows of a slice without reading their values: a fraction of the time of a {@link SliceReader}. Undefined where only reading can tell
 * (quotes, say). A count is what the reader gives in files without bad rows; who relies on it must compare. Throws what the reader throws.
 */
export type SliceCounter = (input: JsonObject, options: SliceOptions) => Promise<SliceCounts | undefined>;

/**
 * Where rows come from: column chunks in file order, typed arrays and no objects per row. The columns are the canonical ones:
 * `symbol` (text), `timestamp`, then `open`, `high`, `low`, `close`, `volume` as float64 where the source has them, then others. Ticks have
 * `close` (the price) and `volume` (the size). `close` is always there.
 */
export interface DataSource extends AsyncDisposable {
  /** Which bytes it stands for. */
  readonly identity: SourceIdentity;
  /** What a row is. */
  readonly kind: RowKind;
  /** The columns of every chunk: `symbol` first, then `timestamp`. */
  readonly columns: readonly ColumnMetadata[];
  /** What was assumed or left out to read it, a sentence each without a full stop: lines of comments, times without a zone. */
  readonly notes?: readonly string[];
  /**
   * Reads from the start; each call reads anew. Throws ATC_INVALID_DATA with line, column and text at a bad row where the source's policy
   * is to stop, ATC_CORRUPT_DATA where the medium is damaged, ATC_ABORTED.
   */
  chunks(options?: ChunksOptions): AsyncIterable<ColumnChunk>;
  /**
   * Cuts the source into slices of about `length` bytes that threads can read side by side; absent, or undefined, where it must be read from its
   * start (a compressed file).
   */
  slices?(options: { readonly length: number }): Promise<SlicedSource | undefined>;
  /** What the last complete reading found; undefined before. */
  summary(): SourceSummary | undefined;
}
