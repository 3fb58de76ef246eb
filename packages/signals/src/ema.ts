import type { Average } from "./average.ts";

/** Exponential averages of one series at several lengths. */
export interface ExponentialSums {
  /** The last average, or the sum so far of the values that seed it. */
  readonly values: Float64Array;
  /** a = 2 / (n + 1). */
  readonly rates: Float64Array;
}

/** Exponential averages of the given lengths, empty. */
export function createExponentialSums(lengths: readonly number[]): ExponentialSums {
  return {
    values: new Float64Array(lengths.length),
    rates: Float64Array.from(lengths, (length) => 2 / (length + 1)),
  };
}

/**
 * Writes the exponential averages number `index` of `series[offset + i]` for 0 <= i < count, where i = `begin` is the first value of the series (negative
 * in later blocks) and the first average is the mean of `seedLength` values. NaN before that one.
 */
export function advanceExponential(
  sums: ExponentialSums,
  index: number,
  series: Float64Array,
  offset: number,
  count: number,
  begin: number,
  seedLength: number,
  target: Float64Array,
): void {
  const rate = sums.rates[index] as number;
  const rest = 1 - rate;
  const seedAt = begin + seedLength - 1;
  let value = sums.values[index] as number;
  let i = 0;
  for (; i < count && i <= seedAt; i++) {
    if (i >= begin) value += series[offset + i] as number;
    target[i] = Number.NaN;
    if (i === seedAt) {
      value /= seedLength;
      target[i] = value;
    }
  }
  for (; i < count; i++) {
    value = rate * (series[offset + i] as number) + rest * value;
    target[i] = value;
  }
  sums.values[index] = value;
}

/** EMA: a s[t] + (1 - a) e[t-1], seeded with the mean of the first n values. */
export function createEma(lengths: readonly number[]): Average {
  const sums = createExponentialSums(lengths);
  return {
    advance(index, block, target) {
      const { source, offset, count, start } = block;
      advanceExponential(sums, index, source, offset, count, -start, lengths[index] as number, target);
    },
  };
}
