import { arraysOfReader, type BacktestResult } from "@atc/backtest";
import type { Runtime } from "../wiring/runtime.ts";
import type { BacktestCurves } from "./backtest-curves.ts";
import { type BacktestEnd, openBacktest, type RunBacktestOptions } from "./run-backtest.ts";

/** The results of a backtest, with curves in arrays. */
export interface BacktestOutcome extends BacktestEnd {
  /** Curves, trades and directions; undefined if they were not requested. */
  readonly result: BacktestResult | undefined;
}

/** The results of a backtest whose curves were requested. */
export interface BacktestOutcomeWithResult extends BacktestOutcome {
  /** Curves, trades and directions. */
  readonly result: BacktestResult;
}

/** Reads all curves into arrays. */
function arraysOf({ figures, accounts, shared, portfolio }: BacktestCurves): BacktestResult {
  const symbols = accounts.map((account) => ({ ...account.figures, ...arraysOfReader(account.curves) }));
  if (figures.portfolio === undefined || portfolio === undefined) return { ...figures, symbols, portfolio: undefined };
  const times = new BigInt64Array(portfolio.length);
  const equity = new Float64Array(portfolio.length);
  portfolio.read(0, times, equity);
  const account = shared === undefined ? undefined : arraysOfReader(shared.curves, true);
  return { ...figures, symbols, account, portfolio: { ...figures.portfolio, times, equity } };
}

/**
 * Like `openBacktest`, with curves and trades in arrays.
 *
 * @throws what `openBacktest` throws
 */
export async function runBacktest(
  runtime: Runtime,
  data: string | undefined,
  options: RunBacktestOptions & { readonly curves: true },
): Promise<BacktestOutcomeWithResult>;
/** Like the first form, without a result unless `options.curves` is true. */
export async function runBacktest(
  runtime: Runtime,
  data: string | undefined,
  options?: RunBacktestOptions,
): Promise<BacktestOutcome>;
export async function runBacktest(
  runtime: Runtime,
  data: string | undefined,
  options: RunBacktestOptions = {},
): Promise<BacktestOutcome> {
  using run = await openBacktest(runtime, data, options);
  const { report, dataset, curves, cached, cachedSymbols, reused } = run;
  const result = curves === undefined ? undefined : arraysOf(curves);
  return { report, dataset, result, cached, cachedSymbols, reused };
}
