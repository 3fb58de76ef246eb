import type { BacktestConfig, SignalConfig } from "@atc/contract";
import { atcStrategy } from "./atc-strategy.ts";
import { columnsStrategy } from "./columns-strategy.ts";
import type { Strategy } from "./strategy.ts";

/** The name of a strategy of this package. */
export type BuiltInStrategyName = "atc" | "columns";

/** What the strategies of this package are made from. */
export interface BuiltInStrategyOptions {
  /** The configuration of ATC's signals. */
  readonly signals?: Partial<SignalConfig> | undefined;
  /** The configuration of the backtest. */
  readonly config?: Partial<BacktestConfig> | undefined;
  /** The names of the data's columns. */
  readonly columns?: Iterable<string> | undefined;
}

/**
 * Creates a strategy by its name in a configuration, so that a thread can create the same one.
 *
 * @throws ATC_INVALID_CONFIG
 */
export function builtInStrategy(
  name: BuiltInStrategyName,
  { signals, config, columns }: BuiltInStrategyOptions = {},
): Strategy {
  switch (name) {
    case "atc":
      return atcStrategy(signals);
    case "columns":
      return columnsStrategy(config, columns);
  }
}
