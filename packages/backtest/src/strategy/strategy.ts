import type { DecisionName, StrategyParameterValue, StrategyRun } from "@atc/contract";

/** A strategy with the values of its parameters, which the simulator runs on each symbol by itself. */
export interface BoundStrategy {
  /** A name for people and cache keys. */
  readonly name: string;
  /** Increase it with every change that may change a decision; it is part of cache keys. */
  readonly version: number;
  /** The values of its parameters, which are part of cache keys. Default: none. */
  readonly values?: Readonly<Record<string, StrategyParameterValue>>;
  /** Columns to read besides `close`. Prices among them (`open`, `high`, `low`) are checked like the close. */
  readonly columns: readonly string[];
  /** Further columns to read if the data has them. Prices among them are checked like the close. Default: none. */
  readonly optionalColumns?: readonly string[];
  /** What it can decide besides a direction. Default: nothing; the strength of a direction is then 1. */
  readonly outputs?: readonly DecisionName[];
  /**
   * The only times at which its symbols open positions, each from the first, inclusive, to the second, exclusive, in
   * ms. `withMembers` sets it. Default: all.
   */
  readonly members?: ReadonlyMap<string, readonly (readonly [from: number, to: number])[]>;
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
 * the state of a symbol between blocks in the outer function. It runs on the caller's thread and has no deadline.
 *
 * @param name - a name for people and cache keys
 * @param start - called once per symbol with the wanted outputs; returns the function that receives each of its blocks
 * @param options - the columns to read, the outputs and the version
 */
export function strategyOf(
  name: string,
  start: (symbol: string, wanted: readonly DecisionName[]) => StrategyRun["decide"],
  options: StrategyOptions = {},
): BoundStrategy {
  const { columns = [], version = 1, ...others } = options;
  return { ...others, name, version, columns, start: (symbol, wanted = []) => ({ decide: start(symbol, wanted) }) };
}
