import type { PieceReader } from "../files/piece-reader.ts";
import type { SeriesPieces } from "../files/series-table.ts";

/** Rows of a series between two times: rows `from` to `to` (exclusive) of each of its pieces. */
export interface SeriesPart {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** All rows of all pieces. */
export function wholeSeries({ rows }: SeriesPieces): SeriesPart {
  return { from: new Int32Array(rows.length), to: rows.slice() };
}

/** Gives the time of a row of a piece. */
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

/** Cuts a part at ascending times: rows of one time stay together. Parts without rows are left out. */
export function cutPart(timeAt: TimeAt, { from, to }: SeriesPart, times: readonly bigint[]): SeriesPart[] {
  const parts: SeriesPart[] = [];
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
    reader.read(pieces, { piece, column: 0, from: row, to: row + 1 }, words, 0);
    return time[0];
  };
}

/**
 * Cuts a series into parts of about half of `mostRows`, at times from a sample of its rows. A part has more than
 * `mostRows` only if they have one time.
 */
export function sampledParts(reader: PieceReader, pieces: SeriesPieces, rows: number, mostRows: number): SeriesPart[] {
  const whole = wholeSeries(pieces);
  if (rows <= mostRows) return [whole];
  const timeAt = timeReader(reader, pieces);
  // The size of a part is wrong by less than one stride per piece.
  const stride = Math.max(1, Math.floor(mostRows / (2 * pieces.rows.length)));
  const sample: bigint[] = [];
  for (const [piece, length] of pieces.rows.entries())
    for (let row = stride - 1; row < length; row += stride) sample.push(timeAt(piece, row));
  const sorted = BigInt64Array.from(sample).sort();
  const step = Math.max(1, Math.floor(mostRows / 2 / stride));
  const times: bigint[] = [];
  for (let at = step; at < sorted.length; at += step) {
    const time = sorted[at];
    if (times.length === 0 || time > times[times.length - 1]) times.push(time);
  }
  return cutPart(timeAt, whole, times);
}
