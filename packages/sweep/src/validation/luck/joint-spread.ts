import type { EntryPoints } from "./entry-points.ts";
import type { HeldTrades } from "./held-trades.ts";

/** A symbol's part of a joint spread. */
export interface SpreadSymbol {
  /** The time of each bar in milliseconds, not decreasing. */
  readonly time: Float64Array;
  /** The price of each point. */
  readonly points: Pick<EntryPoints, "value">;
  /** Its trades. */
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

/** The times of both, each once, in order; `known` itself if it has all. */
function unionOf(known: Float64Array, more: Float64Array): Float64Array {
  const union = new Float64Array(known.length + more.length);
  let [count, i, k] = [0, 0, 0];
  while (i < known.length || k < more.length) {
    const next = k === more.length || (i < known.length && known[i] <= more[k]) ? known[i] : more[k];
    while (i < known.length && known[i] === next) i++;
    while (k < more.length && more[k] === next) k++;
    union[count++] = next;
  }
  return count === known.length ? known : union.slice(0, count);
}

/** All times of symbols, each once, in order. Besides the result, the times of one symbol are in memory. */
export function timesOfAll(symbols: Iterable<Pick<SpreadSymbol, "time">>): Float64Array {
  let times: Float64Array = new Float64Array(0);
  for (const { time } of symbols) times = unionOf(times, time);
  return times;
}

/** Computes a joint spread, symbol by symbol. */
export interface JointSpread {
  /** Adds the next symbol. */
  add(symbol: SpreadSymbol): void;
  /**
   * How much wider the sum of the symbols' returns spreads than if they moved and traded independently: a ratio of
   * variances of at least 1. 1 for one symbol.
   */
  value(): number;
}

/** Creates a joint spread over the times of all symbols. It takes 16 bytes per time. */
export function createJointSpread(times: Float64Array): JointSpread {
  const sums = new Float64Array(times.length);
  const own = new Float64Array(times.length);
  let [symbols, divisor] = [0, 0];
  return {
    add(symbol) {
      symbols++;
      if (times.length < 2) return;
      own.fill(0);
      addHeldReturns(symbol, times, own);
      divisor += varianceOf(own);
      for (let place = 0; place < own.length; place++) sums[place] += own[place];
    },
    value: () => (symbols > 1 && divisor > 1e-28 ? Math.max(1, varianceOf(sums) / divisor) : 1),
  };
}

/**
 * The joint spread of symbols in memory. Returns of bars at the same time are added. It takes 24 bytes per time.
 */
export function jointSpread(symbols: readonly SpreadSymbol[]): number {
  if (symbols.length < 2) return 1;
  const spread = createJointSpread(timesOfAll(symbols));
  for (const symbol of symbols) spread.add(symbol);
  return spread.value();
}
