import type { PriceColumns, ReadonlyTypedArray } from "@atc/contract";

/** The columns of a block, oldest first: the prices, and every other column that the strategy asked for, by name. Valid during the call only. */
export interface StrategyBars extends PriceColumns {
  /** A column of the series. */
  readonly [column: string]: ReadonlyTypedArray<number> | undefined;
}

/** A strategy at work on one symbol. It sees the bars in order, each once, in blocks of any length. */
export interface StrategyRun {
  /**
   * Writes the direction decided at the close of each bar (-1 short, 0 flat, 1 long), one for each of `bars.close`. `directions` is all 0 at
   * first. ATC_INVALID_DATA leaves the symbol out of a backtest of many; any other error ends it.
   */
  decide(bars: StrategyBars, directions: Int8Array): void;
  /** Called once after the last bar: what the trader must know, one sentence each. ATC_INVALID_DATA as in `decide`, such as for too few bars. */
  finish?(): readonly string[];
}

/** What decides when to be long, short or flat; the simulator does the rest. */
export interface Strategy {
  /** A name for people and cache keys. */
  readonly name: string;
  /** Rises with every change that can change a direction; part of cache keys. */
  readonly version: number;
  /** Columns wanted besides `close`; a price among them (`open`, `high`, `low`) is checked as the close is. */
  readonly columns: readonly string[];
  /** Starts on the first bar of a symbol. */
  start(symbol: string): StrategyRun;
}

/** What {@link strategyOf} accepts besides the function. */
export interface StrategyOptions {
  /** Columns wanted besides `close`; none where absent. */
  readonly columns?: readonly string[];
  /** Rises with every change that can change a direction; 1 where absent. */
  readonly version?: number;
}

/**
 * A strategy from a closure: `strategyOf("always long", () => (bars, directions) => directions.fill(1))`. What a symbol must remember from
 * block to block lives in the outer function.
 *
 * @param name - a name for people and cache keys
 * @param start - called once a symbol; returns what is called with each of its blocks
 * @param options - the columns wanted and the version
 */
export function strategyOf(
  name: string,
  start: (symbol: string) => StrategyRun["decide"],
  options: StrategyOptions = {},
): Strategy {
  const { columns = [], version = 1 } = options;
  return { name, version, columns, start: (symbol) => ({ decide: start(symbol) }) };
}
