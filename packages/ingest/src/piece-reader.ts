import { closeSync, openSync, readSync } from "node:fs";
import { refused } from "./run-sink.ts";
import type { SeriesPieces } from "./series-table.ts";

/** Runs: the paths of their files, or their bytes. */
export type Runs = readonly (string | Uint8Array)[];

/** Pieces that are shorter are read with their neighbours. */
const shortPiece: number = 64 * 1024;
/** Bytes read around pieces for each byte of them, and bytes read at once in all. */
const mostWaste = 1.5;
const mostFetched: number = 16 * 2 ** 20;

/** A stretch of a run that is in memory. */
interface Fetched {
  readonly from: number;
  readonly bytes: Uint8Array;
}

/** Reads pieces. Disposal closes the files. */
export interface PieceReader extends Disposable {
  /** Rows `from` to `to` of a column of a piece, 0 for the times, into `target`. */
  read(pieces: SeriesPieces, piece: number, column: number, from: number, to: number, target: Uint8Array): void;
  /** Reads the pieces of neighbouring series at once where they are short: a call for each would take longer than the reading. */
  fetch(series: readonly SeriesPieces[], rowBytes: number): void;
}

/** A reader of runs; `memory` gives room for what is fetched. */
export function pieceReader(runs: Runs): PieceReader {
  const files = new Map<number, number>();
  const fetched = new Map<number, Fetched>();

  function readAt(run: number, target: Uint8Array, position: number): void {
    const source = runs[run] as string | Uint8Array;
    if (typeof source !== "string") {
      target.set(source.subarray(position, position + target.length));
      return;
    }
    try {
      const file = files.get(run) ?? openSync(source, "r");
      files.set(run, file);
      for (let done = 0; done < target.length; ) {
        const bytesRead = readSync(file, target, done, target.length - done, position + done);
        if (bytesRead === 0) throw new Error(`the file ends at byte ${position + done}, rows are missing`);
        done += bytesRead;
      }
    } catch (error) {
      refused(source)(error);
    }
  }

  return {
    read(pieces, piece, column, from, to, target) {
      const run = pieces.runs[piece] as number;
      const position = (pieces.offsets[piece] as number) + 8 * (column * (pieces.rows[piece] as number) + from);
      const length = 8 * (to - from);
      const near = fetched.get(run);
      if (near !== undefined && position >= near.from && position + length <= near.from + near.bytes.length)
        target.set(near.bytes.subarray(position - near.from, position - near.from + length));
      else readAt(run, target.subarray(0, length), position);
    },
    fetch(series, rowBytes) {
      fetched.clear();
      const { ranges, useful, count } = rangesOf(series, rowBytes);
      let all = 0;
      for (const { from, to } of ranges.values()) all += to - from;
      if (useful / count > shortPiece || all > mostWaste * useful || all > mostFetched) return;
      const memory = new Uint8Array(all);
      let used = 0;
      for (const [run, { from, to }] of ranges) {
        const bytes = memory.subarray(used, used + to - from);
        if (typeof runs[run] === "string") {
          readAt(run, bytes, from);
          fetched.set(run, { from, bytes });
          used += to - from;
        }
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
