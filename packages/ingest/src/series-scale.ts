import { median } from "./median.ts";
import type { SeriesRows } from "./row-buffer.ts";

const mostSamples = 16_384;
const fewestMoves = 20;

/** What is usual in a series. */
export interface SeriesScale {
  /** Median time between rows of different times, in the unit of the times; undefined where there are no two. */
  readonly interval: number | undefined;
  /** Median |close / previous close - 1| of the moves that are not 0; undefined where there are fewer than 20. */
  readonly move: number | undefined;
}

/** Measures series with one working memory: exactly up to 16,385 rows, on as many evenly spread pairs of neighbours beyond. */
export function createScaleMeter(): (
  rows: SeriesRows,
  order: Uint32Array | undefined,
  length: number,
  close: { readonly slots: number; readonly slot: number } | undefined,
) => SeriesScale {
  const samples = new Float64Array(mostSamples);
  return (rows, order, length, close) => {
    const step = Math.max(1, (length - 1) / mostSamples);
    const spacings = sampleSpacings(rows.times, order, length, step, samples);
    const interval = spacings === 0 ? undefined : median(samples, spacings);
    const moves = close === undefined ? 0 : sampleMoves(rows.values, close, order, length, step, samples);
    return { interval, move: moves < fewestMoves ? undefined : median(samples, moves) };
  };
}

function sampleSpacings(
  times: Int32Array,
  order: Uint32Array | undefined,
  length: number,
  step: number,
  samples: Float64Array,
): number {
  let count = 0;
  for (let at = 1; at < length && count < samples.length; at += step) {
    const i = Math.floor(at);
    const spacing = spacingOf(
      times,
      order === undefined ? i - 1 : (order[i - 1] as number),
      order === undefined ? i : (order[i] as number),
    );
    if (spacing > 0) samples[count++] = spacing;
  }
  return count;
}

function sampleMoves(
  values: Float64Array,
  { slots, slot }: { readonly slots: number; readonly slot: number },
  order: Uint32Array | undefined,
  length: number,
  step: number,
  samples: Float64Array,
): number {
  let count = 0;
  for (let at = 1; at < length && count < samples.length; at += step) {
    const i = Math.floor(at);
    const before = values[(order === undefined ? i - 1 : (order[i - 1] as number)) * slots + slot] as number;
    const after = values[(order === undefined ? i : (order[i] as number)) * slots + slot] as number;
    const move = Math.abs(after / before - 1);
    if (before > 0 && after > 0 && move > 0 && move < Number.POSITIVE_INFINITY) samples[count++] = move;
  }
  return count;
}

/** The time from row `a` to row `b` in units of the times, exact below 2^53. */
function spacingOf(times: Int32Array, a: number, b: number): number {
  const high = (times[2 * b + 1] as number) - (times[2 * a + 1] as number);
  const low = ((times[2 * b] as number) >>> 0) - ((times[2 * a] as number) >>> 0);
  return high * 4_294_967_296 + low;
}
