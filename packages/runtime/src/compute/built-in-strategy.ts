import { atcStrategy, type BoundStrategy, columnsStrategy } from "@atc/backtest";
import type { AtcConfig } from "@atc/config";
import type { BacktestConfig, Dataset, SignalConfig } from "@atc/contract";

/** What a built-in strategy is made from, as plain data. */
export interface StrategyParts {
  readonly strategy: AtcConfig["strategy"];
  /** The configuration of ATC's signals. */
  readonly signals: SignalConfig;
  /** The simulation, whose `signal` says which columns decide. */
  readonly config: BacktestConfig;
}

/** The built-in strategy of a configuration, for the columns of a dataset. */
export function builtInStrategy({ strategy, signals, config }: StrategyParts, { manifest }: Dataset): BoundStrategy {
  if (strategy === "atc") return atcStrategy(signals);
  return columnsStrategy(
    config,
    manifest.schema.columns.map(({ name }) => name),
  );
}
