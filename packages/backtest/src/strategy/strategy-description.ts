import type { DecisionName, StrategyParameterValue } from "@atc/contract";

/** What a bound strategy says of itself. */
export interface StrategyDescription {
  /** A name for people and cache keys. */
  readonly name: string;
  /** Increase it with every change that may change a decision; it is part of cache keys. */
  readonly version: number;
  /** What it sees at once. Default: `symbol`. */
  readonly scope?: "symbol" | "universe";
  /** The values of its parameters, which are part of cache keys. Default: none. */
  readonly values?: Readonly<Record<string, StrategyParameterValue>>;
  /** Columns to read besides `close`. Prices among them (`open`, `high`, `low`) are checked like the close. */
  readonly columns: readonly string[];
  /** Further columns to read if the data has them. Prices among them are checked like the close. Default: none. */
  readonly optionalColumns?: readonly string[];
  /** What it can decide besides a direction. Default: nothing; the strength of a direction is then 1. */
  readonly outputs?: readonly DecisionName[];
}
