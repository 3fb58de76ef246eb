import type { ReturnCounts } from "./block-format.ts";

/** An odd number, so that one bin is around 0. */
const binCount = 41;

/** Bins up to the 0.5 % and 99.5 % quantiles; undefined without a finite value other than 0. */
function binsOf(values: Float64Array): ReturnCounts["bins"] {
  const sorted = values.filter((value) => Number.isFinite(value)).sort();
  if (sorted.length === 0) return undefined;
  const at = (part: number): number => sorted[Math.round(part * (sorted.length - 1))];
  const edge = Math.max(Math.abs(at(0.005)), Math.abs(at(0.995))) || Math.max(Math.abs(at(0)), Math.abs(at(1)));
  if (!(edge > 0)) return undefined;
  const counts = new Array<number>(binCount).fill(0);
  let outside = 0;
  for (const value of sorted) {
    const place = Math.floor(((value + edge) / (2 * edge)) * binCount);
    if (Math.abs(value) > edge) outside++;
    const bin = Math.min(binCount - 1, Math.max(0, place));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { counts, edge, outside };
}

/** Counts returns. */
export function countReturns(values: Float64Array): ReturnCounts {
  let below = 0;
  let above = 0;
  for (const value of values)
    if (value < 0) below++;
    else if (value > 0) above++;
  const bins = binsOf(values);
  return { length: values.length, below, above, ...(bins === undefined ? {} : { bins }) };
}
