import type { ReadonlyTypedArray } from "../data/column.ts";

/** How longer bars are made of the bars of a symbol. What is absent follows what the dataset says of its times. */
export interface LongerBarsOptions {
  /**
   * The time zone of days, weeks, months and sessions, such as `America/New_York`. Default: UTC. Dates do not use it.
   */
  readonly timeZone?: string;
  /**
   * The trading hours in that zone, such as 09:30 to 16:00. Bars outside are in no longer bar. Default: the whole day.
   */
  readonly session?: { readonly start: string; readonly end: string };
  /** The first day of a week. Default: `monday`. */
  readonly weekStart?: "monday" | "sunday";
  /**
   * The days on which the market trades. If they are `weekdays`, a week closes with the bar that ends its Friday, and a
   * month with that of its last weekday. Default: `all`, so that these close at midnight on Sunday, or on the last day.
   */
  readonly days?: "all" | "weekdays";
}

/**
 * Closed bars of a longer interval, made of the bars of one symbol. Read its members during `decide`: each block has
 * its own arrays, which are valid only during the call. The engine keeps no earlier longer bars.
 */
export interface LongerBars {
  /**
   * For each bar of the block, how many elements of the other arrays have closed by its close. The elements from there
   * on are not known at that bar: a decision that reads them looks ahead.
   */
  readonly closed: Int32Array;
  /** Midnight UTC of the first day of a longer bar, or its start if it is shorter than a day; in ms since the epoch. */
  readonly timestamp: Float64Array;
  /** The last close of each longer bar. */
  readonly close: Float64Array;
  /** The first open, if the strategy requests `open`. */
  readonly open?: Float64Array | undefined;
  /** The highest price, if the strategy requests `high`. */
  readonly high?: Float64Array | undefined;
  /** The lowest price, if the strategy requests `low`. */
  readonly low?: Float64Array | undefined;
  /** The sum, if the strategy requests `volume`. */
  readonly volume?: Float64Array | undefined;
  /** Another column that the strategy requests: a sum or the last value, as `atc data resample` aggregates it. */
  readonly [column: string]: ReadonlyTypedArray<number> | undefined;
}

/** What a run of a strategy can ask of the engine when it starts. */
export interface StrategyContext {
  /**
   * Declares that the run reads the closed bars of a longer interval of its own symbol. Call it during `start`.
   *
   * @param interval - a length of time such as `4h`, `1d`, `1w` or `1mo`
   * @throws ATC_INVALID_ARGUMENT for another text, for an invalid option, and after `start`; ATC_INVALID_DATA if the
   * bars of the symbol are longer, or no divisor of the interval
   */
  bars(interval: string, options?: LongerBarsOptions): LongerBars;
}
