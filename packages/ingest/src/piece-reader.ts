import { closeSync, openSync, readSync } from "node:fs";
import { refused } from "./run-sink.ts";
import type { SeriesPieces } from "./series-table.ts";

/** Runs: the paths of their files, or their bytes. */
export type Runs = readonly (string | Uint8Array)[];

/** Pieces that are shorter are read with their neighbours. */
const shortPiece: number = 64 * 1024;
/** Bytes read around pieces for each byte of them, and bytes read at once in all. */
const mostWaste = 1.5;
export const mostFetched: number = 8 * 2 ** 20;
/** Words up to which a loop is faster than a view and a copy. */
const fewWords = 512;

/** A stretch of a run that is in memory. */
interface Fetched {
  readonly from: number;
  readonly words: Int32Array;
}

/** Reads pieces. Disposal closes the files. */
export interface PieceReader extends Disposable {
  /** Reads rows `from` to `to` of a column of a piece, 0 for the times, as pairs of 32-bit words, to `target` from value `at` on. */
  read(
    pieces: SeriesPieces,
    piece: number,
    column: number,
    from: number,
    to: number,
    target: Int32Array,
    at: number,
  ): void;
  /** Reads the pieces of neighbouring series at once where they are short: a call for each would take longer than the reading. */
  fetch(series: readonly SeriesPieces[], rowBytes: number): void;
}

/** Memory that readers of one thread share, one after the other. */
export interface FetchMemory {
  bytes: Uint8Array;
}

/** A reader of runs. */
export function pieceReader(runs: Runs, memory: FetchMemory): PieceReader {
  const files = new Map<number, number>();
  const fetched = new Map<number, Fetched>();

  function readAt(run: number, target: Uint8Array, position: number): void {
    const path = runs[run] as string;
    try {
      const file = files.get(run) ?? openSync(path, "r");
      files.set(run, file);
      for (let done = 0; done < target.length; ) {
        const bytesRead = readSync(file, target, done, target.length - done, position + done);
        if (bytesRead === 0) throw new Error(`the file ends at byte ${position + done}, rows are missing`);
        done += bytesRead;
      }
    } catch (error) {
      refused(path)(error);
    }
  }

  function nearOf(run: number): Fetched | undefined {
    const source = runs[run] as string | Uint8Array;
    if (typeof source !== "string" && !fetched.has(run))
      fetched.set(run, { from: 0, words: new Int32Array(source.buffer, source.byteOffset, source.byteLength / 4) });
    return fetched.get(run);
  }

  return {
    read(pieces, piece, column, from, to, target, at) {
      const run = pieces.runs[piece] as number;
      const position = (pieces.offsets[piece] as number) + 8 * (column * (pieces.rows[piece] as number) + from);
      const count = 2 * (to - from);
      const near = nearOf(run);
      const first = near === undefined ? -1 : (position - near.from) / 4;
      if (near === undefined || first < 0 || first + count > near.words.length)
        readAt(run, new Uint8Array(target.buffer, target.byteOffset + 8 * at, 4 * count), position);
      else if (count > fewWords) target.set(near.words.subarray(first, first + count), 2 * at);
      else for (let i = 0; i < count; i++) target[2 * at + i] = near.words[first + i] as number;
    },
    fetch(series, rowBytes) {
      if (typeof runs[0] !== "string") return;
      fetched.clear();
      const { ranges, useful, count } = rangesOf(series, rowBytes);
      let all = 0;
      for (const { from, to } of ranges.values()) all += to - from;
      if (useful / count > shortPiece || all > mostWaste * useful || all > 2 * mostFetched) return;
      if (memory.bytes.length < all) memory.bytes = new Uint8Array(Math.max(all, mostFetched));
      let used = 0;
      for (const [run, { from, to }] of ranges) {
        readAt(run, memory.bytes.subarray(used, used + to - from), from);
        fetched.set(run, {
          from,
          words: new Int32Array(memory.bytes.buffer, memory.bytes.byteOffset + used, (to - from) / 4),
        });
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

/** The stretch of each run that holds all pieces of some series. */
function rangesOf(
  series: readonly SeriesPieces[],
  rowBytes: number,
): { ranges: Map<number, { from: number; to: number }>; useful: number; count: number } {
  const ranges = new Map<number, { from: number; to: number }>();
  let useful = 0;
  let count = 0;
  for (const { runs, offsets, rows } of series)
    for (let p = 0; p < runs.length; p++) {
      const from = offsets[p] as number;
      const to = from + rowBytes * (rows[p] as number);
      const range = ranges.get(runs[p] as number);
      useful += to - from;
      count++;
      if (range === undefined) ranges.set(runs[p] as number, { from, to });
      else {
        range.from = Math.min(range.from, from);
        range.to = Math.max(range.to, to);
      }
    }
  return { ranges, useful, count };
}
