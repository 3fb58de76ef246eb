import type { BacktestConfig, DecisionName } from "@atc/contract";
import { positionSizing } from "../base/position-sizing.ts";

/** Options of {@link wantedDecisions}. */
export interface WantedDecisionsOptions {
  /** Whether the strength of each decision is wanted as a column of the result. Default: false. */
  readonly strength?: boolean | undefined;
}

/** The decisions of `signal: entries`. */
export const entryNames: readonly ["longEntry", "longExit", "shortEntry", "shortExit"] = [
  "longEntry",
  "longExit",
  "shortEntry",
  "shortExit",
];

/**
 * What a configuration needs from a strategy besides directions. Strengths are needed only if positions are
 * proportional to them, or if they decide which symbols get one of a few positions.
 */
export function wantedDecisions(
  config: BacktestConfig,
  { strength = false }: WantedDecisionsOptions = {},
): readonly DecisionName[] {
  switch (config.signal) {
    case "weight":
      return ["weight"];
    case "entries":
      return entryNames;
    case "strategy":
      return strength || readsStrengths(config) ? ["strength"] : [];
  }
}

/** Whether the account reads the strengths of decisions. */
function readsStrengths(config: BacktestConfig): boolean {
  return (
    positionSizing(config).sizing === "signalProportional" || (config.account === "shared" && config.maxPositions > 0)
  );
}
