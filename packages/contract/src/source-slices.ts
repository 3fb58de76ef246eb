import type { BadRow, ColumnChunk } from "./data-source.ts";
import type { JsonObject } from "./json.ts";
import type { OperationOptions } from "./progress.ts";

/** A source cut into slices that can be read side by side, each by another thread. */
export interface SlicedSource {
  /** The URL of the module whose export `readSlice` is the {@link SliceReader}. */
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
