import { deserialize, serialize } from "node:v8";

/**
 * What a run holds. A run is the rows of a part of the source, scattered to series: each series has one or more pieces in it. A piece is rows
 * sorted by time, rows of one time in the source's order: its times, then each column, 8 bytes a value. Pieces of a series are in the source's order.
 */
export interface RunIndex {
  /** The symbols of the part of the source. */
  readonly symbols: readonly string[];
  /** Per symbol: rows. */
  readonly rows: Float64Array;
  /** Per symbol: rows whose time is before that of the row ahead of them in the source. */
  readonly back: Float64Array;
  /** Per symbol: rows whose time is that of the row ahead of them in the source. */
  readonly ties: Float64Array;
  /** Per symbol: the time of the first row in the source. */
  readonly firstTimes: BigInt64Array;
  /** Per symbol: the time of the last row in the source. */
  readonly lastTimes: BigInt64Array;
  /** Per piece: the symbol's place among the symbols. */
  readonly pieceSymbols: Int32Array;
  /** Per piece: rows. */
  readonly pieceRows: Int32Array;
  /** Per piece: offset of its times in its file, in bytes. */
  readonly pieceOffsets: Float64Array;
  /** Per piece: the number of its file of the store, where it was put in its place; absent where pieces are in the run's own file. */
  readonly pieceFiles?: Int32Array;
}

/** The index as bytes, for this version of Node to read. */
export function encodeRunIndex(index: RunIndex): Uint8Array {
  return serialize(index);
}

/** The index that {@link encodeRunIndex} wrote. */
export function decodeRunIndex(bytes: Uint8Array): RunIndex {
  return deserialize(bytes) as RunIndex;
}
