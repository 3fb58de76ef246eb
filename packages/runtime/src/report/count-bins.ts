import type { CountedBins } from "@atc/report";

/** An odd number, so that one bin is around 0 if the edges are symmetric. */
const binCount = 41;

/**
 * Counts values in bins up to the 0.5 % and 99.5 % quantiles, and as far as the values of `marks`. Undefined without a
 * finite value.
 *
 * @param isSymmetric - whether the edges are as far below 0 as above
 */
export function countBins(
  values: Float64Array,
  { marks = [], isSymmetric = false }: { readonly marks?: readonly number[]; readonly isSymmetric?: boolean } = {},
): CountedBins | undefined {
  const sorted = values.filter(Number.isFinite).sort();
  if (sorted.length === 0) return undefined;
  const at = (part: number): number => sorted[Math.round(part * (sorted.length - 1))] as number;
  const known = marks.filter(Number.isFinite);
  let low = Math.min(at(0.005), ...known);
  let high = Math.max(at(0.995), ...known);
  if (isSymmetric) {
    high = Math.max(Math.abs(low), Math.abs(high));
    low = -high;
  }
  if (!(high > low)) [low, high] = [low - 0.5, high + 0.5];
  const counts = new Array<number>(binCount).fill(0);
  let outside = 0;
  for (const value of sorted) {
    if (value < low || value > high) outside++;
    const bin = Math.min(binCount - 1, Math.max(0, Math.floor(((value - low) / (high - low)) * binCount)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { low, high, counts, outside };
}
