import type { ReadonlyTypedArray } from "@atc/contract";
import { median } from "./median.ts";

const mostSamples = 16_384;
const fewestMoves = 20;

/** The usual spacing and move of a series. */
export interface SeriesScale {
  /** Median time between rows of different times, in the unit of the times; undefined if all rows have one time. */
  readonly interval: number | undefined;
  /** Median |close / previous close - 1| of the moves other than 0; undefined if there are fewer than 20. */
  readonly move: number | undefined;
}

/** The rows of a part of a series. */
interface ScaleRows {
  /** Pairs of 32-bit words. */
  readonly times: ReadonlyTypedArray;
  readonly close: ReadonlyTypedArray | undefined;
  /** The rows of `times` and `close` in order of time; undefined if they are sorted. */
  readonly order: Uint32Array | undefined;
  /** Rows of the order. */
  readonly kept: number;
}

/**
 * Measures a series part by part: exactly up to 16,385 rows; beyond it, on as many evenly spread pairs of neighbours.
 */
export interface ScaleMeter {
  /** Adds the next rows. */
  push(rows: ScaleRows): void;
  scale(): SeriesScale;
}

/** The samples of the one meter that a thread uses at a time. */
const samples = { spacings: new Float64Array(mostSamples), moves: new Float64Array(mostSamples) };

/** A meter for a series of `length` rows. The previous meter of this thread must not be used again. */
export function scaleMeter(length: number): ScaleMeter {
  const { spacings, moves } = samples;
  const step = Math.max(1, (length - 1) / mostSamples);
  const last = { low: 0, high: 0, close: Number.NaN };
  let spacingCount = 0;
  let moveCount = 0;
  /** The next place to sample, and the place of the next row to be pushed. */
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
