import type { BarColumn } from "@atc/backtest";
import type { AtcConfig } from "@atc/config";

/** The keys that say whether a run has signals to show. */
type SignalKeys = Pick<AtcConfig, "account" | "strategy" | "signals" | "signal">;

/** Whether the strengths of the decisions are average signals: those of ATC, unless a file decides. */
export function hasSignals({ account, strategy, signals, signal }: SignalKeys): boolean {
  return account === "separate" && strategy === "atc" && (signals ?? undefined) === undefined && signal === "strategy";
}

/**
 * The columns that a backtest needs for a report: give them to `openBacktest` as `recorded`, with `curves: true`, and
 * with `fills: true` for the costs so far.
 */
export function reportColumns(config: SignalKeys): readonly BarColumn[] {
  if (config.account === "shared") return ["grossEquity"];
  return hasSignals(config) ? ["grossEquity", "close", "strength"] : ["grossEquity", "close"];
}
