import type { BacktestFigures } from "../run/backtest.ts";
import type { Metrics } from "../statistics/metrics.ts";

/** The parts of `docs/backtest-spec.md` "Output" that a backtest knows; `config` and `data` are its caller's to add. */
export interface BacktestJson {
  /** The portfolio's metrics; null where no symbol could be computed. */
  readonly portfolio: Metrics | null;
  /** A symbol's metrics and warnings. */
  readonly symbols: readonly (Metrics & { readonly symbol: string; readonly warnings: readonly string[] })[];
  /** What could not be computed, and why. */
  readonly skipped: readonly { readonly symbol: string; readonly reason: string }[];
}

/** Plain data for `JSON.stringify`: times as ISO 8601, figures that are undefined as null. */
export function resultToJson(result: Pick<BacktestFigures, "symbols" | "skipped" | "portfolio">): BacktestJson {
  return {
    portfolio: result.portfolio === undefined ? null : { ...result.portfolio.metrics },
    symbols: result.symbols.map(({ symbol, metrics, warnings }) => ({ symbol, ...metrics, warnings: [...warnings] })),
    skipped: result.skipped.map(({ symbol, reason }) => ({ symbol, reason })),
  };
}
