import { closeSync, openSync } from "node:fs";
import { readBytes } from "../base/file-bytes.ts";
import type { DatasetFile } from "./dataset-files.ts";
import { withDiskErrors } from "./disk-errors.ts";
import type { SeriesPieces } from "./series-table.ts";

/** The files of pieces: runs, as paths or as bytes in memory, or files of the dataset. */
export type Runs = readonly (string | Uint8Array | DatasetFile)[];

/** Byte ranges that are longer on average are read piece by piece, straight into their place. */
const longRange: number = 2 ** 20;
/** Bytes between two pieces that are read along with them. */
const smallGap = 4096;
/** Bytes of pieces that are read at once in all. */
export const mostFetched: number = 8 * 2 ** 20;
/** Words up to which a loop is faster than a view and a copy. */
const fewWords = 512;

/** A byte range of a run that is in memory. */
interface Fetched {
  readonly from: number;
  readonly words: Int32Array;
}

/** Rows `from` to `to` (exclusive) of a column of a piece. */
interface PieceRows {
  readonly piece: number;
  /** 0 for the times. */
  readonly column: number;
  readonly from: number;
  readonly to: number;
}

/** Reads pieces. Disposal closes the files. */
export interface PieceReader extends Disposable {
  /** Reads values as pairs of 32-bit words, to `target` from value `at` on. */
  read(pieces: SeriesPieces, rows: PieceRows, target: Int32Array, at: number): void;
  /**
   * Reads the pieces of neighbouring series at once if they are short: a call for each would take longer than the
   * reading.
   */
  fetch(series: readonly SeriesPieces[], rowBytes: number): void;
}

/** Memory that the readers of one thread share, one after another. */
export interface FetchMemory {
  bytes: Uint8Array;
}

export function pieceReader(runs: Runs, memory: FetchMemory): PieceReader {
  const files = new Map<number, number>();
  const fetched = new Map<number, Fetched[]>();

  function readAt(run: number, target: Uint8Array, position: number): void {
    // Bytes in memory are always found by nearOf.
    const source = runs[run] as string | DatasetFile;
    const path = typeof source === "string" ? source : source.path;
    withDiskErrors(path, () => {
      const file = files.get(run) ?? openSync(path, "r");
      files.set(run, file);
      readBytes(file, target, position);
    });
  }

  /** What is in memory of a run around a byte range. */
  function nearOf(run: number, position: number, end: number): Fetched | undefined {
    const source = runs[run];
    if (source instanceof Uint8Array && !fetched.has(run))
      fetched.set(run, [{ from: 0, words: new Int32Array(source.buffer, source.byteOffset, source.byteLength / 4) }]);
    const all = fetched.get(run);
    if (all === undefined) return undefined;
    for (const near of all) if (position >= near.from && end <= near.from + 4 * near.words.length) return near;
    return undefined;
  }

  return {
    read(pieces, { piece, column, from, to }, target, at) {
      const run = pieces.runs[piece];
      const source = runs[run];
      const isPlaced = typeof source === "object" && "stride" in source;
      const stride = isPlaced ? source.stride : 8 * pieces.rows[piece];
      const position = pieces.offsets[piece] + column * stride + 8 * from;
      const count = 2 * (to - from);
      const near = nearOf(run, position, position + 4 * count);
      if (near === undefined) {
        readAt(run, new Uint8Array(target.buffer, target.byteOffset + 8 * at, 4 * count), position);
        return;
      }
      const first = (position - near.from) / 4;
      if (count > fewWords) target.set(near.words.subarray(first, first + count), 2 * at);
      else for (let i = 0; i < count; i++) target[2 * at + i] = near.words[first + i];
    },
    fetch(series, rowBytes) {
      if (typeof runs[0] !== "string") return;
      fetched.clear();
      const ranges = byteRanges(series, rowBytes);
      const all = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
      if (all / ranges.length > longRange || all > 2 * mostFetched) return;
      if (memory.bytes.length < all) memory.bytes = new Uint8Array(Math.max(all, mostFetched));
      let used = 0;
      for (const { run, from, to } of ranges) {
        const bytes = memory.bytes.subarray(used, used + to - from);
        readAt(run, bytes, from);
        const own = { from, words: new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) };
        fetched.set(run, [...(fetched.get(run) ?? []), own]);
        used += to - from;
      }
    },
    [Symbol.dispose]() {
      for (const file of files.values()) closeSync(file);
      files.clear();
      fetched.clear();
    },
  };
}

/** Consecutive bytes of a run. */
interface ByteRange {
  readonly run: number;
  readonly from: number;
  to: number;
}

/**
 * The byte ranges that hold all pieces of some series. Neighbours are side by side in each part of a run that was
 * spilled at once.
 */
function byteRanges(series: readonly SeriesPieces[], rowBytes: number): ByteRange[] {
  const pieces: ByteRange[] = [];
  for (const { runs, offsets, rows } of series)
    for (let p = 0; p < runs.length; p++) {
      const from = offsets[p];
      pieces.push({ run: runs[p], from, to: from + rowBytes * rows[p] });
    }
  pieces.sort((a, b) => a.run - b.run || a.from - b.from);
  const ranges: ByteRange[] = [];
  for (const piece of pieces) {
    const last = ranges.at(-1);
    if (last !== undefined && last.run === piece.run && piece.from - last.to <= smallGap) last.to = piece.to;
    else ranges.push(piece);
  }
  return ranges;
}
