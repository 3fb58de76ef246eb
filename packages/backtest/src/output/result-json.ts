import type { BacktestFigures } from "../run/backtest.ts";
import type { Metrics } from "../statistics/metrics.ts";

/** The parts of `docs/backtest-spec.md`, "Output", that a backtest knows. The caller adds `config` and `data`. */
export interface BacktestJson {
  /** The portfolio's metrics; null if no symbol could be computed. */
  readonly portfolio: Metrics | null;
  /** The metrics and warnings of each symbol. */
  readonly symbols: readonly (Metrics & { readonly symbol: string; readonly warnings: readonly string[] })[];
  /** The symbols that could not be computed, with the reason. */
  readonly skipped: readonly { readonly symbol: string; readonly reason: string }[];
}

/** Converts a result to plain data for `JSON.stringify`: times as ISO 8601, undefined figures as null. */
export function resultToJson(result: Pick<BacktestFigures, "symbols" | "skipped" | "portfolio">): BacktestJson {
  return {
    portfolio: result.portfolio === undefined ? null : { ...result.portfolio.metrics },
    symbols: result.symbols.map(({ symbol, metrics, warnings }) => ({ symbol, ...metrics, warnings: [...warnings] })),
    skipped: result.skipped.map(({ symbol, reason }) => ({ symbol, reason })),
  };
}
