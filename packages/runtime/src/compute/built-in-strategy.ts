import { type AnyBoundStrategy, atcStrategy, bindStrategy, builtInStrategies, columnsStrategy } from "@atc/backtest";
import type { AtcConfig } from "@atc/config";
import { AtcError, type BacktestConfig, type Dataset, type SignalConfig, type Strategy } from "@atc/contract";
import { readStrategyValues } from "@atc/plugin-kit";

/** What a built-in strategy is made from, as plain data. */
export interface StrategyParts {
  /** Its name. */
  readonly strategy: string;
  /** Values of its parameters by name. */
  readonly parameters: AtcConfig["parameters"];
  /** The configuration of ATC's signals. */
  readonly signals: SignalConfig;
  /** The simulation, whose `signal` says which columns decide. */
  readonly config: BacktestConfig;
}

/** The built-in strategy of a name that has parameters of its own; undefined if there is none. */
export function builtInNamed(name: string): Strategy | undefined {
  return builtInStrategies.find((strategy) => strategy.name === name);
}

/** The names of all built-in strategies. */
export function builtInNames(): readonly string[] {
  return ["atc", "columns", ...builtInStrategies.map(({ name }) => name)];
}

/**
 * The built-in strategy of a configuration, for the columns of a dataset.
 *
 * @throws ATC_INVALID_CONFIG for parameters that it does not have; ATC_NOT_FOUND if no built-in strategy has the name
 */
export function builtInStrategy(parts: StrategyParts, { manifest }: Dataset): AnyBoundStrategy {
  const { strategy: name, parameters, signals, config } = parts;
  if (name === "atc") return atcStrategy(signals);
  if (name === "columns")
    return columnsStrategy(
      config,
      manifest.schema.columns.map((column) => column.name),
    );
  const strategy = builtInNamed(name);
  if (strategy === undefined) throw new AtcError("ATC_NOT_FOUND", `there is no built-in strategy "${name}"`);
  return bindStrategy(strategy, readStrategyValues(strategy, parameters));
}
