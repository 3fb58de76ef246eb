import type { EntryPoints } from "./entry-points.ts";
import type { HeldTrades } from "./held-trades.ts";

/** A symbol's part of a joint spread. */
export interface SpreadSymbol {
  /** The time of each bar in milliseconds, not decreasing. */
  readonly time: Float64Array;
  readonly points: EntryPoints;
  readonly trades: HeldTrades;
}

/** Adds the return of each bar to the symbol's position, at the bar's place among the times of all symbols. */
function addHeldReturns({ time, points: { value }, trades }: SpreadSymbol, times: Float64Array, sums: Float64Array) {
  let at = 0;
  for (let trade = 0; trade < trades.count; trade++) {
    const entry = trades.entries[trade];
    for (let bar = entry; bar < entry + trades.lengths[trade]; bar++) {
      while (times[at] < time[bar]) at++;
      sums[at] += trades.sides[trade] * (value[bar + 1] / value[bar] - 1);
    }
  }
}

/** The variance with count - 1. */
function varianceOf(values: Float64Array): number {
  let sum = 0;
  for (let place = 0; place < values.length; place++) sum += values[place];
  const mean = sum / values.length;
  let squares = 0;
  for (let place = 0; place < values.length; place++) squares += (values[place] - mean) ** 2;
  return squares / (values.length - 1);
}

/** All times of the symbols, each once, in order. */
function timesOf(symbols: readonly SpreadSymbol[]): Float64Array {
  const times = new Float64Array(symbols.reduce((sum, { time }) => sum + time.length, 0));
  let count = 0;
  for (const { time } of symbols) {
    times.set(time, count);
    count += time.length;
  }
  times.sort();
  count = 0;
  for (let place = 0; place < times.length; place++)
    if (place === 0 || times[place] !== times[count - 1]) times[count++] = times[place];
  return times.subarray(0, count);
}

/**
 * How much wider the sum of the symbols' returns spreads than if they moved and traded independently: a ratio of
 * variances of at least 1. 1 for one symbol. Returns of bars at the same time are added. It takes 24 bytes per bar of
 * all symbols.
 */
export function jointSpread(symbols: readonly SpreadSymbol[]): number {
  if (symbols.length < 2) return 1;
  const times = timesOf(symbols);
  if (times.length < 2) return 1;
  const sums = new Float64Array(times.length);
  const own = new Float64Array(times.length);
  let divisor = 0;
  for (const symbol of symbols) {
    own.fill(0);
    addHeldReturns(symbol, times, own);
    divisor += varianceOf(own);
    for (let place = 0; place < own.length; place++) sums[place] += own[place];
  }
  return divisor > 1e-28 ? Math.max(1, varianceOf(sums) / divisor) : 1;
}
