import type { BacktestConfig, Dataset } from "@atc/contract";
import { createPacer } from "@atc/plugin-kit";
import { type Period, periodStart } from "../base/period.ts";
import { type PortfolioAccount, portfolioOf } from "../portfolio/portfolio.ts";
import type { CurveReader, CurveStore } from "../results/curves.ts";
import type { StrategyDescription } from "../strategy/strategy-description.ts";
import { scalesWithCapital } from "./account-symbols.ts";
import { accountTotals } from "./account-totals.ts";
import { sharedAccountName } from "./backtest.ts";
import { timeUnitOf } from "./read-columns.ts";
import { resimulateSteps } from "./resimulate.ts";
import { sharedSteps } from "./shared-account.ts";

/** Options of {@link returnWithCosts}. */
export interface ReturnWithCostsOptions {
  /** What decided; its code does not run. */
  readonly strategy: StrategyDescription;
  /** The configuration of the run, complete. */
  readonly config: BacktestConfig;
  /** The keys of costs that replace those of the run. */
  readonly costs: Partial<BacktestConfig>;
  /** The computed symbols of the run, one or more, sorted by UTF-16 code unit. */
  readonly symbols: readonly string[];
  /** The bars of a symbol with its decisions, which have the columns of {@link decisionColumns}. */
  readonly decisions: (symbol: string) => CurveReader;
  /** The most bars per symbol of the run. */
  readonly limit: number | undefined;
  /** The period of the run. */
  readonly period: Period | undefined;
  /** Receives the curves of the accounts: of each symbol, or of {@link sharedAccountName}. */
  readonly curves: CurveStore;
  /** Ends it with ATC_ABORTED. */
  readonly signal?: AbortSignal | undefined;
}

async function sharedReturn(
  dataset: Dataset,
  { symbols, decisions, curves, ...options }: ReturnWithCostsOptions,
): Promise<number> {
  const decided = symbols.map((symbol) => ({ series: dataset.series(symbol), decisions: decisions(symbol) }));
  const [first] = decided;
  const timeUnit = timeUnitOf(first.series);
  const bars = decided.reduce((sum, one) => sum + one.decisions.bars, 0);
  const pacer = createPacer({ signal: options.signal });
  const steps = sharedSteps(decided, timeUnit, {
    ...options,
    signal: options.signal,
    metrics: [],
    skipped: dataset.symbols(),
    benchmark: undefined,
    from: periodStart(options.period, timeUnit),
    sink: curves.sink(sharedAccountName, bars),
  });
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) await pacer.pause();
  return step.value.portfolio.metrics.totalReturn ?? Number.NaN;
}

async function separateReturn(
  dataset: Dataset,
  { symbols, decisions, curves, ...options }: ReturnWithCostsOptions,
): Promise<number> {
  const { config, costs, period, signal } = options;
  const isWhole = symbols.length < 2 || scalesWithCapital({ ...config, ...costs });
  const capital = isWhole ? config.initialCapital : config.initialCapital / symbols.length;
  const pacer = createPacer({ signal });
  const accounts: PortfolioAccount[] = [];
  for (const symbol of symbols) {
    const series = dataset.series(symbol);
    const decided = { series, decisions: decisions(symbol) };
    const sink = curves.sink(symbol, decided.decisions.bars);
    const steps = resimulateSteps(decided, { ...options, signal, capital, sink });
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) await pacer.pause();
    const timeUnit = timeUnitOf(series);
    const { account, curves: own } = step.value;
    // The total return does not depend on the return of holding.
    accounts.push({ timeUnit, curves: own, totals: { ...accountTotals(account, capital, timeUnit), buyAndHold: 0 } });
  }
  const from = periodStart(period, accounts[0].timeUnit);
  const { metrics } = portfolioOf(accounts, { config, capital: isWhole ? "whole" : "part", from });
  return metrics.totalReturn ?? Number.NaN;
}

/**
 * The total return of a run's portfolio with other costs: accounts are simulated again from the decisions of the run,
 * and only prices are read. It is bit for bit that of a backtest with these costs, unless `slippageRange` becomes 0 and
 * bars are left out because their high or low is invalid: such a backtest would have those bars.
 *
 * @throws ATC_INVALID_DATA if a shared account overflows; ATC_CORRUPT_DATA if the dataset has other bars; ATC_ABORTED;
 * what the store throws
 */
export async function returnWithCosts(dataset: Dataset, options: ReturnWithCostsOptions): Promise<number> {
  return options.config.account === "shared"
    ? await sharedReturn(dataset, options)
    : await separateReturn(dataset, options);
}
