import { type AnyBoundStrategy, type BacktestFigures, backtestInto, sharedAccountName } from "@atc/backtest";
import type { BacktestConfig, Dataset } from "@atc/contract";
import type { EvaluationUnit } from "../evaluation.ts";
import { type CurveFolders, openCurves } from "../evaluation-curves.ts";

/** A backtest with the equity of its portfolio. */
export interface AccountCurve {
  readonly figures: BacktestFigures;
  /** In the unit of the data. */
  readonly times: BigInt64Array;
  readonly equity: Float64Array;
}

/** What is backtested. */
export interface AccountCurveOptions
  extends CurveFolders,
    Pick<EvaluationUnit, "symbols" | "metrics" | "limit" | "period"> {
  readonly strategy: AnyBoundStrategy;
  readonly config: BacktestConfig;
  readonly signal?: AbortSignal | undefined;
}

/** Backtests a strategy and keeps the equity of its portfolio. */
export async function accountCurve(dataset: Dataset, options: AccountCurveOptions): Promise<AccountCurve> {
  const { strategy, config, symbols, metrics, limit, period, signal, folders, warn } = options;
  using curves = openCurves(dataset, { config, symbols, metrics, limit, period, folders, warn });
  const blocks: { readonly times: BigInt64Array; readonly equity: Float64Array }[] = [];
  const figures = await backtestInto(dataset, {
    strategy,
    config,
    symbols,
    limit,
    period,
    metrics,
    signal,
    ...curves.stores,
    onPortfolio: (times, equity, length) =>
      blocks.push({ times: times.slice(0, length), equity: equity.slice(0, length) }),
  });
  if (config.account === "shared" && figures.portfolio !== undefined) {
    const reader = curves.stores.accountCurves?.reader(sharedAccountName);
    const times = new BigInt64Array(reader?.bars ?? 0);
    const equity = new Float64Array(times.length);
    reader?.times(0, times);
    reader?.equity(0, equity);
    return { figures, times, equity };
  }
  const length = blocks.reduce((sum, one) => sum + one.times.length, 0);
  const [times, equity] = [new BigInt64Array(length), new Float64Array(length)];
  let at = 0;
  for (const block of blocks) {
    times.set(block.times, at);
    equity.set(block.equity, at);
    at += block.times.length;
  }
  return { figures, times, equity };
}
