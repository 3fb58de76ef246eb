import { type Period, periodRows } from "@atc/backtest";
import type { Dataset } from "@atc/contract";

/** Which bars count. */
interface UnionTimesOptions {
  readonly symbols: readonly string[];
  readonly limit: number | undefined;
  readonly period: Period | undefined;
}

function areEqual(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((time, i) => time === b[i]);
}

/** Joins two lists of rising times. */
function merged(a: Float64Array, b: Float64Array): Float64Array {
  const all = new Float64Array(a.length + b.length);
  let [i, j, length] = [0, 0, 0];
  while (i < a.length || j < b.length) {
    const left = i < a.length ? (a[i] as number) : Number.POSITIVE_INFINITY;
    const right = j < b.length ? (b[j] as number) : Number.POSITIVE_INFINITY;
    all[length++] = Math.min(left, right);
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return all.slice(0, length);
}

/**
 * The union of the symbols' times in a period, in ms, rising. Those of ticks are rounded down, so that all ticks of a
 * millisecond count as one bar.
 */
export function unionTimes(dataset: Dataset, { symbols, ...choice }: UnionTimesOptions): Float64Array {
  let union: Float64Array = new Float64Array();
  for (const symbol of symbols) {
    const series = dataset.series(symbol);
    const isNs = series.columns[0]?.type === "timestamp[ns]";
    const { from, to } = periodRows(series, choice);
    const own = new Float64Array(to - from);
    let length = 0;
    for (const block of series.blocks({ columns: ["timestamp"], from, to }))
      for (const time of block.times()) {
        const ms = Number(isNs ? time / 1_000_000n : time);
        if (length === 0 || ms !== own[length - 1]) own[length++] = ms;
      }
    const times = own.subarray(0, length);
    if (!areEqual(times, union)) union = union.length === 0 ? times : merged(union, times);
  }
  return union;
}
