import { closeSync, openSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import { readBytes } from "../base/file-bytes.ts";

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
  /** Rows in the run's file that are parted by symbol later; absent where there are none. */
  readonly partitions?: PartitionPieces;
}

/** Rows of several symbols together, in the source's order: their times, each column, then as int32 the number of the symbol in its partition. */
export interface PartitionPieces {
  /** Per piece: the number of the partition. */
  readonly partitions: Int32Array;
  /** Per piece: rows. */
  readonly rows: Int32Array;
  /** Per piece: offset in the run's file, in bytes. */
  readonly offsets: Float64Array;
}

/** The index as bytes, for this version of Node to read. */
export function encodeRunIndex(index: RunIndex): Uint8Array {
  return serialize(index);
}

/** Where an index lies in a run's file. */
export interface RunFile {
  readonly path: string;
  /** Bytes ahead of the index, and of the whole file. */
  readonly pieceBytes: number;
  readonly bytes: number;
}

/** Reads indices at the ends of runs' files, one after the other: each is valid until the next. */
export function runIndexReader(): (run: RunFile) => RunIndex {
  let memory = new Uint8Array(0);
  return ({ path, pieceBytes, bytes }) => {
    const length = bytes - pieceBytes;
    if (memory.length < length) memory = new Uint8Array(Math.ceil(1.25 * length));
    const index = memory.subarray(0, length);
    const file = openSync(path, "r");
    try {
      readBytes(file, index, pieceBytes);
      return deserialize(index) as RunIndex;
    } finally {
      closeSync(file);
    }
  };
}
