import type { Over } from "../space/sweep-definition.ts";

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = (sorted.length - 1) / 2;
  const low = sorted[Math.floor(middle)];
  return low + (sorted[Math.ceil(middle)] - low) * 0.5;
}

/** One value of several symbols' values; undefined if one of them is, or if there are none. */
export function overSymbols(values: readonly (number | undefined)[], over: Over): number | undefined {
  const known = values.filter((value): value is number => value !== undefined && Number.isFinite(value));
  if (known.length < values.length || known.length === 0) return undefined;
  switch (over) {
    case "mean":
      return known.reduce((sum, value) => sum + value, 0) / known.length;
    case "median":
      return median(known);
    case "min":
      return known.reduce((least, value) => Math.min(least, value));
  }
}
