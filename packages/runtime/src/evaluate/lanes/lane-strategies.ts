import type { AnyBoundStrategy, BoundStrategy } from "@atc/backtest";
import type { SweepConfiguration } from "@atc/sweep";

/** Strategies by {@link parametersKey}. */
export type LaneStrategies = ReadonlyMap<string, BoundStrategy>;

/** What the strategy of a configuration depends on, as a text. */
export function parametersKey({ parameters }: SweepConfiguration): string {
  return JSON.stringify(parameters);
}

/** The strategies of configurations by {@link parametersKey}; undefined if lanes cannot run one of them. */
export function laneStrategies(
  chosen: readonly SweepConfiguration[],
  strategyOf: (configuration: SweepConfiguration) => AnyBoundStrategy,
): LaneStrategies | undefined {
  const strategies = new Map<string, BoundStrategy>();
  for (const configuration of chosen) {
    const key = parametersKey(configuration);
    if (strategies.has(key)) continue;
    const strategy = strategyOf(configuration);
    if (strategy.scope === "universe" || strategy.columns.includes("timestamp")) return undefined;
    strategies.set(key, strategy);
  }
  return strategies;
}
