import type { PriceColumns, ReadonlyTypedArray } from "@atc/contract";

/**
 * The columns of a block, oldest first: prices, and every other column that the strategy requests, by name. Valid only
 * during the call.
 */
export interface StrategyBars extends PriceColumns {
  /** A column of the series. */
  readonly [column: string]: ReadonlyTypedArray<number> | undefined;
}

/** What a strategy can decide at a close besides a direction. `docs/simulation.md` says what reads them. */
export type DecisionName = "strength" | "weight" | "longEntry" | "longExit" | "shortEntry" | "shortExit";

/**
 * One array per name that a run was started with, each as long as the block and initially all NaN. A value that stays
 * NaN repeats the last one, or is 0 if there is none.
 */
export type Decisions = { readonly [Name in DecisionName]?: Float64Array };

/** The run of a strategy on one symbol. It receives each bar once, in order, in blocks of any length. */
export interface StrategyRun {
  /**
   * Writes the decision at the close of each bar to `directions`: -1 short, 0 flat, 1 long. `directions` is as long as
   * `bars.close` and initially all 0. It has no effect unless `signal` is `strategy`. After ATC_INVALID_DATA a backtest
   * skips the symbol; any other error ends the backtest.
   *
   * @param decisions - the further decisions to write: strengths, target weights, entries and exits
   */
  decide(bars: StrategyBars, directions: Int8Array, decisions: Decisions): void;
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
  /** Increase it with every change that may change a decision; it is part of cache keys. */
  readonly version: number;
  /** Columns to read besides `close`. Prices among them (`open`, `high`, `low`) are checked like the close. */
  readonly columns: readonly string[];
  /** Further columns to read if the data has them. Prices among them are checked like the close. Default: none. */
  readonly optionalColumns?: readonly string[];
  /** What it can decide besides a direction. Default: nothing; the strength of a direction is then 1. */
  readonly outputs?: readonly DecisionName[];
  /**
   * Starts a run at the first bar of a symbol.
   *
   * @param wanted - the outputs that each block of decisions has. Default: none
   */
  start(symbol: string, wanted?: readonly DecisionName[]): StrategyRun;
}

/** Options of {@link strategyOf}. */
export interface StrategyOptions {
  /** Columns to read besides `close`. Defaults to none. */
  readonly columns?: readonly string[];
  /** Further columns to read if the data has them. Defaults to none. */
  readonly optionalColumns?: readonly string[];
  /** What the strategy can decide besides a direction. Defaults to nothing. */
  readonly outputs?: readonly DecisionName[];
  /** Increase it with every change that may change a decision. Defaults to 1. */
  readonly version?: number;
}

/**
 * Creates a strategy from a closure: `strategyOf("always long", () => (bars, directions) => directions.fill(1))`. Keep
 * the state of a symbol between blocks in the outer function.
 *
 * @param name - a name for people and cache keys
 * @param start - called once per symbol with the wanted outputs; returns the function that receives each of its blocks
 * @param options - the columns to read, the outputs and the version
 */
export function strategyOf(
  name: string,
  start: (symbol: string, wanted: readonly DecisionName[]) => StrategyRun["decide"],
  options: StrategyOptions = {},
): Strategy {
  const { columns = [], version = 1, ...others } = options;
  return { ...others, name, version, columns, start: (symbol, wanted = []) => ({ decide: start(symbol, wanted) }) };
}
