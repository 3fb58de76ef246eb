import type { BacktestConfig, UniverseRun } from "@atc/contract";
import { invalidParameters } from "@atc/plugin-kit";
import type { BoundStrategy } from "./strategy.ts";
import type { StrategyDescription } from "./strategy-description.ts";

/** A strategy with the values of its parameters, which sees all symbols at once and gives each a target weight. */
export interface BoundUniverseStrategy extends StrategyDescription {
  /** It sees all symbols at once. */
  readonly scope: "universe";
  /**
   * Starts a run before the first bar.
   *
   * @param symbols - those that have bars in the run, sorted by UTF-16 code unit
   */
  start(symbols: readonly string[]): UniverseRun;
}

/** A strategy of any scope that {@link backtest} can run. */
export type AnyBoundStrategy = BoundStrategy | BoundUniverseStrategy;

type UniverseKey = "account" | "signal" | "weights";

/** How the weights of a strategy that sees all symbols become orders, unless a configuration sets these keys. */
export const universeDefaults: Readonly<Pick<BacktestConfig, UniverseKey>> = Object.freeze({
  account: "shared",
  signal: "weight",
  weights: "full",
});

/** The defaults of a strategy for the keys that are not set. */
export function withUniverseDefaults(
  config: Partial<BacktestConfig>,
  { scope }: Pick<StrategyDescription, "scope">,
): Partial<BacktestConfig> {
  if (scope !== "universe") return config;
  const given = Object.entries(config).filter(([, value]) => value !== undefined);
  return { ...universeDefaults, ...Object.fromEntries(given) };
}

/**
 * Checks that a configuration can use the weights of a strategy that sees all symbols.
 *
 * @throws ATC_INVALID_CONFIG
 */
export function checkScope(config: BacktestConfig, { name, scope }: StrategyDescription): void {
  if (scope !== "universe") return;
  const because = `the strategy "${name}" sees all symbols at once and gives each a weight`;
  const faults = [
    ...(config.account === "shared"
      ? []
      : [{ path: "account", value: config.account, allowed: `shared is required, because ${because}` }]),
    ...(config.signal === "entries"
      ? [{ path: "signal", value: config.signal, allowed: `weight or strategy is required, because ${because}` }]
      : []),
  ];
  if (faults.length > 0) throw invalidParameters("the backtest configuration", faults);
}
