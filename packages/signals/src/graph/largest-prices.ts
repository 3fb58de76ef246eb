import type { ReadonlyTypedArray } from "@atc/contract";

/** The largest of the latest prices, and of all. */
export interface LargestPrices {
  /** The largest of at least the latest bars that were asked for. */
  readonly window: number;
  readonly all: number;
  add(prices: ReadonlyTypedArray<number>, from: number, count: number): void;
}

/** Bars of one maximum. */
const bucketLength = 128;

/** Keeps the largest of at least the `span` latest prices. */
export function createLargestPrices(span: number): LargestPrices {
  const buckets = new Float64Array(Math.ceil(span / bucketLength) + 2);
  let bars = 0;
  let bucket = 0;
  let all = 0;
  let window = 0;
  return {
    get window() {
      return window;
    },
    get all() {
      return all;
    },
    add(prices, from, count) {
      for (let i = from; i < from + count; i++, bars++) {
        const next = Math.floor(bars / bucketLength) % buckets.length;
        if (next !== bucket) buckets[next] = 0;
        bucket = next;
        if (prices[i] > buckets[next]) buckets[next] = prices[i];
      }
      window = 0;
      for (const largest of buckets) window = Math.max(window, largest);
      all = Math.max(all, window);
    },
  };
}
