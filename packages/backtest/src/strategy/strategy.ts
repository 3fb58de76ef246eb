import type { DecisionName, StrategyContext, StrategyRun } from "@atc/contract";
import { withoutSeries } from "./strategy-context.ts";
import type { StrategyDescription } from "./strategy-description.ts";

/** A strategy with the values of its parameters, which the simulator runs on each symbol by itself. */
export interface BoundStrategy extends StrategyDescription {
  /** What it sees at once. Default: `symbol`. */
  readonly scope?: "symbol";
  /**
   * Starts a run at the first bar of a symbol.
   *
   * @param wanted - the outputs that each block of decisions has. Default: none
   * @param context - gives the bars of longer intervals. Default: one that has none
   */
  start(symbol: string, wanted?: readonly DecisionName[], context?: StrategyContext): StrategyRun;
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
 * @param start - called once per symbol with the wanted outputs and the context; returns the function that receives
 * each of its blocks
 * @param options - the columns to read, the outputs and the version
 */
export function strategyOf(
  name: string,
  start: (symbol: string, wanted: readonly DecisionName[], context: StrategyContext) => StrategyRun["decide"],
  options: StrategyOptions = {},
): BoundStrategy {
  const { columns = [], version = 1, ...others } = options;
  return {
    ...others,
    name,
    version,
    columns,
    start: (symbol, wanted = [], context = withoutSeries) => ({ decide: start(symbol, wanted, context) }),
  };
}
