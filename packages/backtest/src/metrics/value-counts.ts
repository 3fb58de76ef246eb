import { createNumberList } from "./number-list.ts";

/** The most distinct values that are counted; further ones are kept one by one. */
const mostCounted = 16_384;

/**
 * Numbers that are counted by value, which takes little memory if few of them differ, such as whole numbers of bars.
 */
export interface ValueCounts {
  /** Number of values. */
  readonly length: number;
  /** Adds a value other than NaN. */
  push(value: number): void;
  /** The quantile `p` of all values, as by `quantileOf`; NaN without a value. */
  quantile(p: number): number;
}

/**
 * Counts no values yet. Memory grows with the first 16,384 distinct values, and by 8 bytes for each value that is
 * not one of them.
 */
export function createValueCounts(): ValueCounts {
  const counts = new Map<number, number>();
  const others = createNumberList();
  let length = 0;

  /** The values of two ranks, counted from 0 in order of size. */
  function atRanks(lower: number, upper: number): readonly [number, number] {
    const rest = others.toArray().sort();
    const counted = [...counts].sort(([a], [b]) => a - b);
    let rank = 0;
    let place = 0;
    let low = Number.NaN;
    for (const [value, count] of [...counted, [Number.POSITIVE_INFINITY, 0] as const]) {
      for (; place < rest.length && rest[place] < value; place++, rank++) {
        if (rank === lower) low = rest[place];
        if (rank === upper) return [low, rest[place]];
      }
      if (rank <= lower && lower < rank + count) low = value;
      if (rank <= upper && upper < rank + count) return [low, value];
      rank += count;
    }
    return [low, low];
  }

  return {
    get length() {
      return length;
    },
    push(value) {
      length++;
      const count = counts.get(value);
      if (count !== undefined) counts.set(value, count + 1);
      else if (counts.size < mostCounted) counts.set(value, 1);
      else others.push(value);
    },
    quantile(p) {
      if (length === 0) return Number.NaN;
      const h = (length - 1) * p;
      const i = Math.floor(h);
      const [lower, upper] = atRanks(i, Math.min(i + 1, length - 1));
      return h === i || lower === upper ? lower : lower + (h - i) * (upper - lower);
    },
  };
}
