import type { PriceColumns, ReadonlyTypedArray } from "@atc/contract";

/**
 * The columns of a block, oldest first: prices, and every other column that the strategy requests, by name. Valid only
 * during the call.
 */
export interface StrategyBars extends PriceColumns {
  /** A column of the series. */
  readonly [column: string]: ReadonlyTypedArray<number> | undefined;
}

/** The run of a strategy on one symbol. It receives each bar once, in order, in blocks of any length. */
export interface StrategyRun {
  /**
   * Writes the decision at the close of each bar to `directions`: -1 short, 0 flat, 1 long. `directions` is as long as
   * `bars.close` and initially all 0. After ATC_INVALID_DATA a backtest skips the symbol; any other error ends the
   * backtest.
   */
  decide(bars: StrategyBars, directions: Int8Array): void;
  /**
   * Called once after the last bar. Returns warnings for the trader, one sentence each. It may throw ATC_INVALID_DATA
   * like `decide`, such as for too few bars.
   */
  finish?(): readonly string[];
}

/** Decides when to be long, short or flat. The simulator does the rest. */
export interface Strategy {
  /** A name for people and cache keys. */
  readonly name: string;
  /** Increase it with every change that may change a direction; it is part of cache keys. */
  readonly version: number;
  /** Columns to read besides `close`. Prices among them (`open`, `high`, `low`) are checked like the close. */
  readonly columns: readonly string[];
  /** Starts a run at the first bar of a symbol. */
  start(symbol: string): StrategyRun;
}

/** Options of {@link strategyOf}. */
export interface StrategyOptions {
  /** Columns to read besides `close`. Defaults to none. */
  readonly columns?: readonly string[];
  /** Increase it with every change that may change a direction. Defaults to 1. */
  readonly version?: number;
}

/**
 * Creates a strategy from a closure: `strategyOf("always long", () => (bars, directions) => directions.fill(1))`. Keep
 * the state of a symbol between blocks in the outer function.
 *
 * @param name - a name for people and cache keys
 * @param start - called once per symbol; returns the function that receives each of its blocks
 * @param options - the columns to read and the version
 */
export function strategyOf(
  name: string,
  start: (symbol: string) => StrategyRun["decide"],
  options: StrategyOptions = {},
): Strategy {
  const { columns = [], version = 1 } = options;
  return { name, version, columns, start: (symbol) => ({ decide: start(symbol) }) };
}
