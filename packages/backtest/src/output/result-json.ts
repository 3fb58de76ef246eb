import type { MetricRecord } from "../metrics/metrics-record.ts";
import type { AccountCosts } from "../results/symbol-result.ts";
import type { BacktestFigures } from "../run/backtest.ts";
import type { SymbolContribution } from "../run/contributions.ts";
import type { SkippedSymbol } from "../run/skipped-symbol.ts";

/** What an account or a portfolio paid, when it was lost, and its warnings. */
export interface AccountJson {
  /** What it paid and earned, in money. */
  readonly costs: AccountCosts;
  /** Time at which it was lost, ISO 8601; null if it was not. */
  readonly bankruptAt: string | null;
  /** Warnings for the trader, one sentence each. */
  readonly warnings: readonly string[];
}

/** The parts of the report that a backtest knows. The caller adds `config` and `data`. */
export interface BacktestJson {
  /** The portfolio's metrics; null if no symbol could be computed. */
  readonly portfolio: (MetricRecord & AccountJson) | null;
  /** The metrics and warnings of each symbol with an account of its own; none in a shared account. */
  readonly symbols: readonly (MetricRecord & AccountJson & { readonly symbol: string })[];
  /** What each symbol contributed to the shared account. Absent if accounts are separate. */
  readonly contributions?: readonly (SymbolContribution & { readonly warnings: readonly string[] })[];
  /** The symbols that could not be computed, with the reason and the code of the error. */
  readonly skipped: readonly SkippedSymbol[];
}

/** Converts a result to plain data for `JSON.stringify`: times as ISO 8601, undefined figures as null. */
export function resultToJson(
  result: Pick<BacktestFigures, "symbols" | "contributions" | "skipped" | "portfolio">,
): BacktestJson {
  const { portfolio, contributions } = result;
  return {
    portfolio:
      portfolio === undefined
        ? null
        : {
            ...portfolio.metrics,
            costs: { ...portfolio.costs },
            bankruptAt: portfolio.bankruptAt,
            warnings: [...portfolio.warnings],
          },
    symbols: result.symbols.map(({ symbol, metrics, warnings, metricWarnings, totals: { costs, bankruptAt } }) => ({
      symbol,
      ...metrics,
      costs: { ...costs },
      bankruptAt,
      warnings: [...warnings, ...metricWarnings],
    })),
    ...(contributions === undefined
      ? {}
      : {
          contributions: contributions.map(({ skippedBars: _, warnings, ...one }) => ({
            ...one,
            warnings: [...warnings],
          })),
        }),
    skipped: result.skipped.map(({ symbol, reason, code }) => ({ symbol, reason, code })),
  };
}
