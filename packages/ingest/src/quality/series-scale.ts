import { median } from "./median.ts";

const mostSamples = 16_384;
const fewestMoves = 20;

/** What is usual in a series. */
export interface SeriesScale {
  /** Median time between rows of different times, in the unit of the times; undefined where there are no two. */
  readonly interval: number | undefined;
  /** Median |close / previous close - 1| of the moves that are not 0; undefined where there are fewer than 20. */
  readonly move: number | undefined;
}

/** The rows of a part of a series in order: `order` holds places in `times` (pairs of 32-bit words) and `close`; undefined for all as they stand. */
interface ScaleRows {
  readonly times: Int32Array;
  readonly close: Float64Array | undefined;
  readonly order: Uint32Array | undefined;
  readonly kept: number;
}

/** Measures a series part by part: exactly up to 16,385 rows, on as many evenly spread pairs of neighbours beyond. */
export interface ScaleMeter {
  /** Takes the next rows. */
  push(rows: ScaleRows): void;
  /** What was found. */
  scale(): SeriesScale;
}

/** The samples of the only meter that is in use in this thread. */
const samples = { spacings: new Float64Array(mostSamples), moves: new Float64Array(mostSamples) };

/** A meter for a series of `length` rows; ends the use of the one before. */
export function scaleMeter(length: number): ScaleMeter {
  const { spacings, moves } = samples;
  const step = Math.max(1, (length - 1) / mostSamples);
  const last = { low: 0, high: 0, close: Number.NaN };
  let spacingCount = 0;
  let moveCount = 0;
  /** The next place to look at, and the place of the first row that is still to come. */
  let next = 1;
  let start = 0;

  function take(rows: ScaleRows, place: number): void {
    const row = rows.order === undefined ? place : rows.order[place];
    const before = rows.order === undefined ? place - 1 : rows.order[place - 1];
    const low = place === 0 ? last.low : rows.times[2 * before];
    const high = place === 0 ? last.high : rows.times[2 * before + 1];
    const spacing = (rows.times[2 * row + 1] - high) * 4_294_967_296 + ((rows.times[2 * row] >>> 0) - (low >>> 0));
    if (spacing > 0 && spacingCount < spacings.length) spacings[spacingCount++] = spacing;
    if (rows.close === undefined) return;
    const from = place === 0 ? last.close : rows.close[before];
    const to = rows.close[row];
    const move = Math.abs(to / from - 1);
    const isMove = from > 0 && to > 0 && move > 0 && move < Number.POSITIVE_INFINITY;
    if (isMove && moveCount < moves.length) moves[moveCount++] = move;
  }

  return {
    push(rows) {
      if (rows.kept === 0) return;
      for (; Math.floor(next) < start + rows.kept; next += step) take(rows, Math.floor(next) - start);
      start += rows.kept;
      const row = rows.order === undefined ? rows.kept - 1 : rows.order[rows.kept - 1];
      last.low = rows.times[2 * row];
      last.high = rows.times[2 * row + 1];
      last.close = rows.close?.[row] ?? Number.NaN;
    },
    scale: () => ({
      interval: spacingCount === 0 ? undefined : median(spacings, spacingCount),
      move: moveCount < fewestMoves ? undefined : median(moves, moveCount),
    }),
  };
}
