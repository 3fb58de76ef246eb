import { closeSync, openSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import { fromSystemError } from "@atc/contract";
import { readBytes } from "../base/file-bytes.ts";

/**
 * What a run holds: the rows of a slice, or of a whole source, as one piece or more per series. A piece is sorted by
 * time, with rows of one time in the source's order: first its times, then each column, 8 bytes per value. Pieces of a
 * series are in the source's order.
 */
export interface RunIndex {
  /** The symbols of the slice. */
  readonly symbols: readonly string[];
  /** Per symbol: rows. */
  readonly rows: Float64Array;
  /** Per symbol: rows whose time is before that of the symbol's previous row in the source. */
  readonly unsorted: Float64Array;
  /** Per symbol: rows whose time is that of the symbol's previous row in the source. */
  readonly equalTimes: Float64Array;
  /** Per symbol: the time of the first row in the source. */
  readonly firstTimes: BigInt64Array;
  /** Per symbol: the time of the last row in the source. */
  readonly lastTimes: BigInt64Array;
  /** Per piece: the number of its symbol. */
  readonly pieceSymbols: Int32Array;
  /** Per piece: rows. */
  readonly pieceRows: Int32Array;
  /** Per piece: the offset of its times in its file, in bytes. */
  readonly pieceOffsets: Float64Array;
  /** Per piece: the number of its file of the dataset. Undefined if pieces are in the run's own file. */
  readonly pieceFiles?: Int32Array;
  /** Rows in the run's file that are separated by symbol later. Undefined if there are none. */
  readonly partitions?: PartitionPieces;
}

/**
 * Rows of several symbols together, in the source's order: their times, each column, then as int32 the number of the
 * symbol in its partition.
 */
export interface PartitionPieces {
  /** Per piece: the number of the partition. */
  readonly partitions: Int32Array;
  /** Per piece: rows. */
  readonly rows: Int32Array;
  /** Per piece: its offset in the run's file, in bytes. */
  readonly offsets: Float64Array;
}

/** An index in a file. Two members keep the names of the first version, so that an older run can be resumed. */
interface StoredIndex extends Omit<RunIndex, "unsorted" | "equalTimes"> {
  readonly back: Float64Array;
  readonly ties: Float64Array;
}

/** The index as bytes. Only the same version of Node reads them back. */
export function encodeRunIndex({ unsorted, equalTimes, ...rest }: RunIndex): Uint8Array {
  const stored: StoredIndex = { ...rest, back: unsorted, ties: equalTimes };
  return serialize(stored);
}

/** A run's file, with the index at its end. */
export interface RunFile {
  readonly path: string;
  /** Bytes before the index, and of the whole file. */
  readonly pieceBytes: number;
  readonly bytes: number;
}

/** Reads the indices of runs, one after another: each is valid until the next. */
export function runIndexReader(): (run: RunFile) => RunIndex {
  let memory = new Uint8Array(0);
  return ({ path, pieceBytes, bytes }) => {
    const length = bytes - pieceBytes;
    if (memory.length < length) memory = new Uint8Array(Math.ceil(1.25 * length));
    const index = memory.subarray(0, length);
    try {
      const file = openSync(path, "r");
      try {
        readBytes(file, index, pieceBytes);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw fromSystemError(error, `cannot read "${path}"`, "check the disk");
    }
    const { back, ties, ...rest } = deserialize(index) as StoredIndex;
    return { ...rest, unsorted: back, equalTimes: ties };
  };
}
