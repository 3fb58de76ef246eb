import type { PieceReader } from "../files/piece-reader.ts";
import type { SeriesPieces } from "../files/series-table.ts";
import type { PieceRanges } from "./arrangement.ts";

/** All rows of all pieces. */
export function wholeRanges({ rows }: SeriesPieces): PieceRanges {
  return { from: new Int32Array(rows.length), to: rows.slice() };
}

/** Places in pieces, as many as they have rows, from time to time: `at(piece, row)` gives a time. */
type TimeAt = (piece: number, row: number) => bigint;

/** The first row of a piece, from `from` to `to`, that is not before `time`. */
function firstRow(timeAt: TimeAt, piece: number, from: number, to: number, time: bigint): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeAt(piece, middle) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Cuts ranges at ascending times: rows of one time stay together. Ranges without rows are left out. */
export function cutRanges(timeAt: TimeAt, { from, to }: PieceRanges, times: readonly bigint[]): PieceRanges[] {
  const parts: PieceRanges[] = [];
  let start = from;
  for (const time of [...times, undefined]) {
    const end = time === undefined ? to : start.map((row, piece) => firstRow(timeAt, piece, row, to[piece], time));
    if (end.some((row, piece) => row > start[piece])) parts.push({ from: start, to: end });
    start = end;
  }
  return parts;
}

/** A reader of single times. */
export function timeReader(reader: PieceReader, pieces: SeriesPieces): TimeAt {
  const time = new BigInt64Array(1);
  const words = new Int32Array(time.buffer);
  return (piece, row) => {
    reader.read(pieces, piece, 0, row, row + 1, words, 0);
    return time[0];
  };
}

/**
 * Cuts a series into parts of about half of `mostRows`, at times that a sample of its rows suggests; more than `mostRows` are in a part only
 * where they have one time.
 */
export function sampledParts(reader: PieceReader, pieces: SeriesPieces, rows: number, mostRows: number): PieceRanges[] {
  const whole = wholeRanges(pieces);
  if (rows <= mostRows) return [whole];
  const timeAt = timeReader(reader, pieces);
  // A part is wrong by less than a stride for each piece.
  const stride = Math.max(1, Math.floor(mostRows / (2 * pieces.rows.length)));
  const sample: bigint[] = [];
  for (const [piece, length] of pieces.rows.entries())
    for (let row = stride - 1; row < length; row += stride) sample.push(timeAt(piece, row));
  const sorted = BigInt64Array.from(sample).sort();
  const step = Math.max(1, Math.floor(mostRows / 2 / stride));
  const times: bigint[] = [];
  for (let at = step; at < sorted.length; at += step) {
    const time = sorted[at];
    if (times.length === 0 || time > (times.at(-1) as bigint)) times.push(time);
  }
  return cutRanges(timeAt, whole, times);
}
