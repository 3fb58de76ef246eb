import { AtcError, type BacktestConfig } from "@atc/contract";
import { addTrades, allocateTrades, noTrades, partOfTrades, type TradeStatistics } from "../account/trades.ts";
import type { TimeUnit } from "../base/calendar.ts";
import { validateBacktestConfig } from "../base/configuration.ts";
import type { BenchmarkBlock } from "../metrics/benchmark-join.ts";
import { createMetrics, type MetricsComputation } from "../metrics/create-metrics.ts";
import { mergeTrades } from "../metrics/merge-trades.ts";
import type { MetricTotals } from "../metrics/metric-options.ts";
import type { MetricRecord } from "../metrics/metrics-record.ts";
import type { MetricName } from "../metrics/table/metric-names.ts";
import { readerOfArrays } from "../results/array-curves.ts";
import type { CurveReader } from "../results/curves.ts";
import {
  type AccountCosts,
  type AccountTotals,
  costNames,
  type SymbolFigures,
  type SymbolResult,
} from "../results/symbol-result.ts";
import { addEquities, createEquityStatistics } from "../statistics/equity-statistics.ts";
import { joinCommonTimes } from "./common-times.ts";
import { ownBenchmark } from "./own-benchmark.ts";
import { type PortfolioListener, sinceLastBefore } from "./since-last-before.ts";
import { mergeCurves } from "./time-merge.ts";

/** The figures of all symbols' accounts together, without arrays. */
export interface PortfolioFigures {
  /** The metrics. */
  readonly metrics: MetricRecord;
  /** What the accounts paid and earned together. */
  readonly costs: AccountCosts;
  /** Sum of the absolute notional of all fills. */
  readonly traded: number;
  /** Time at which the first account was lost, ISO 8601; null if none was. */
  readonly bankruptAt: string | null;
  /** Warnings for the trader, one sentence each. */
  readonly warnings: readonly string[];
  /** Unit of the times. */
  readonly timeUnit: TimeUnit;
}

/** The accounts of all symbols together. */
export interface PortfolioResult extends PortfolioFigures {
  /** The union of the symbols' times; each time occurs once. */
  readonly times: BigInt64Array;
  /** The portfolio's equity at each time. */
  readonly equity: Float64Array;
}

/** The account of one symbol: its figures, and a reader of its curves. */
export interface SymbolAccount {
  /** The figures. */
  readonly figures: SymbolFigures;
  /** Bars and trades. */
  readonly curves: CurveReader;
}

/** An account of a portfolio. */
export interface PortfolioAccount {
  /** Bars and trades. */
  readonly curves: CurveReader;
  /** Has the column `close` if the portfolio is compared with its symbols' closes. Default: `curves`. */
  readonly closes?: CurveReader | undefined;
  /** Unit of its times. */
  readonly timeUnit: TimeUnit;
  /** Its totals. */
  readonly totals: AccountTotals;
}

/** The accounts of results in arrays. */
export function accountsOf(results: readonly SymbolResult[]): readonly SymbolAccount[] {
  return results.map((result) => ({ figures: result, curves: readerOfArrays(result) }));
}

/** The accounts of symbols in a portfolio to which each contributes a part of its own account. */
export function portfolioAccounts(accounts: readonly SymbolAccount[]): readonly PortfolioAccount[] {
  return accounts.map(({ figures: { timeUnit, totals }, curves }) => ({ timeUnit, totals, curves }));
}

/** Options of {@link portfolioOf}. */
export interface PortfolioOptions {
  /** The configuration of the accounts. Default: `backtestDefaults`. */
  readonly config?: Partial<BacktestConfig> | undefined;
  /**
   * The capital that each account was computed with: the `whole` initial capital, of which it contributes 1 / N, or its
   * own `part` of it. Default: `whole`.
   */
  readonly capital?: "whole" | "part" | undefined;
  /** The metrics besides the first 23. Default: none. */
  readonly metrics?: Iterable<MetricName> | undefined;
  /** Closes of the configured benchmark. Default: the mean of the symbols' own closes. */
  readonly benchmark?: Iterable<BenchmarkBlock> | undefined;
  /** Receives the portfolio's curve, block by block. */
  readonly onBlock?: PortfolioListener | undefined;
  /** The start of the accounts' period, in their unit: the portfolio starts at the last time before it. */
  readonly from?: bigint | undefined;
}

function sumOf(accounts: readonly PortfolioAccount[], term: (account: PortfolioAccount) => number): number {
  return accounts.reduce((sum, account) => sum + term(account), 0);
}

function commonUnit(accounts: readonly PortfolioAccount[]): TimeUnit {
  const units = new Set(accounts.map((account) => account.timeUnit));
  const [unit] = units;
  if (unit !== undefined && units.size === 1) return unit;
  const message =
    unit === undefined
      ? "a portfolio needs the result of at least one symbol"
      : "bars and ticks have different time units and cannot be in one portfolio; compute one portfolio of each";
  throw new AtcError("ATC_INVALID_ARGUMENT", message);
}

/** Concatenates blocks into `whole`, and returns that. */
function join<A extends BigInt64Array | Float64Array>(blocks: readonly A[], whole: A): A {
  let row = 0;
  for (const block of blocks) {
    (whole as { set(values: A, offset: number): void }).set(block, row);
    row += block.length;
  }
  return whole;
}

/** Number of trades that are read at once. */
const tradesAtOnce = 1024;

/** Statistics of the closed trades of all accounts, added in order: sums of sums would differ in their last bits. */
function tradesOf(accounts: readonly PortfolioAccount[]): TradeStatistics {
  const statistics = noTrades();
  const rows = allocateTrades(tradesAtOnce);
  for (const { curves } of accounts)
    for (let row = 0; row < curves.trades; row += tradesAtOnce) {
      const part = partOfTrades(rows, 0, Math.min(tradesAtOnce, curves.trades - row));
      curves.readTrades(row, part);
      addTrades(statistics, part);
    }
  return statistics;
}

/** Merges the accounts' curves into their mean or their sum. It may be called again, because it keeps nothing. */
function wholeCurve(
  accounts: readonly PortfolioAccount[],
  divisor: number,
  from: bigint | undefined,
  listener: PortfolioListener,
): void {
  const curves = joinCommonTimes(accounts.map((account) => account.curves));
  const onBlock = sinceLastBefore(from, listener);
  mergeCurves(curves, (times, sums, length) => {
    if (divisor !== 1) for (let i = 0; i < length; i++) sums[i] = sums[i] / divisor;
    onBlock(times, sums, length);
  });
}

/** The sums of what the accounts paid and earned, divided by `divisor`. */
function costsOf(accounts: readonly PortfolioAccount[], divisor: number): AccountCosts {
  const sums = costNames.map((name) => [name, sumOf(accounts, ({ totals }) => totals.costs[name]) / divisor]);
  return Object.fromEntries(sums) as AccountCosts;
}

function firstBankruptcy(accounts: readonly PortfolioAccount[]): string | null {
  const times = accounts.flatMap(({ totals: { bankruptAt } }) => (bankruptAt === null ? [] : [bankruptAt]));
  return times.toSorted((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null;
}

/** Creates the computation of metrics with the options of a configuration. */
export function metricsFor(
  config: BacktestConfig,
  timeUnit: TimeUnit,
  { metrics = [], benchmark }: Pick<PortfolioOptions, "metrics" | "benchmark">,
): MetricsComputation {
  const { riskFreeRate, barsPerYear, daysPerYear, tail, confidence, sharpeThreshold, autocorrelationLags } = config;
  return createMetrics(metrics, {
    timeUnit,
    riskFreeRate,
    barsPerYear,
    daysPerYear,
    tail,
    confidence,
    sharpeThreshold,
    autocorrelationLags,
    benchmark,
  });
}

/**
 * Computes the portfolio of `docs/simulation.md` from accounts and readers of their curves: N accounts of
 * `initialCapital` / N each. Memory does not grow with the bars. Time grows with bars x log2(symbols). With a
 * `riskFreeRate` and for `loSharpe` the curves are merged twice.
 *
 * @param accounts - one or more, with the same time unit and configuration
 * @throws ATC_INVALID_ARGUMENT without accounts or for bars together with ticks; ATC_INVALID_CONFIG; what a reader or
 * the listener throws
 */
export function portfolioOf(accounts: readonly PortfolioAccount[], options: PortfolioOptions = {}): PortfolioFigures {
  const { capital = "whole", onBlock = () => undefined, from } = options;
  const config = validateBacktestConfig(options.config ?? {});
  const timeUnit = commonUnit(accounts);
  const count = accounts.length;
  const divisor = capital === "whole" ? count : 1;
  const computation = metricsFor(config, timeUnit, options);
  const benchmarkOf = computation.readsBenchmark ? ownBenchmark(accounts, from) : undefined;
  const statistics = createEquityStatistics();
  let firstTime: bigint | undefined;
  let lastTime = 0n;
  wholeCurve(accounts, divisor, from, (times, equity, length) => {
    addEquities(statistics, equity, times, length);
    firstTime ??= times[0];
    lastTime = times[length - 1];
    computation.addBars({ times, equity, length, benchmark: benchmarkOf?.(length) });
    onBlock(times, equity, length);
  });
  if (computation.readsTrades)
    mergeTrades(
      accounts.map(({ curves }) => curves),
      (trades) => computation.addTrades(trades),
    );
  const bars = sumOf(accounts, ({ curves }) => curves.bars);
  const costs = costsOf(accounts, divisor);
  const traded = sumOf(accounts, ({ totals }) => totals.traded) / divisor;
  const totals: MetricTotals = {
    firstTime: firstTime ?? 0n,
    lastTime,
    statistics,
    trades: tradesOf(accounts),
    grossReturn: sumOf(accounts, ({ totals: { grossReturn } }) => grossReturn) / count,
    exposure: sumOf(accounts, ({ totals: { heldBars } }) => heldBars) / bars,
    longExposure: sumOf(accounts, ({ totals: { longBars } }) => longBars) / bars,
    shortExposure: sumOf(accounts, ({ totals: { shortBars } }) => shortBars) / bars,
    traded,
    fees: costs.fees,
    buyAndHold: sumOf(accounts, ({ totals: { buyAndHold } }) => buyAndHold) / count,
    moneyScale: 1 / divisor,
    isProportional: capital === "whole",
    reread: (visit) => wholeCurve(accounts, divisor, from, (_times, equity, length) => visit(equity, length)),
  };
  const { metrics, warnings } = computation.finish(totals);
  return { metrics, costs, traded, bankruptAt: firstBankruptcy(accounts), warnings, timeUnit };
}

/**
 * Like {@link portfolioOf}, for results in arrays, with the curve in arrays.
 *
 * @param results - one or more, with the same time unit and configuration
 * @param config - their configuration, of which `riskFreeRate` is used here
 * @param from - the start of the accounts' period, in their unit: the portfolio starts at the last time before it
 * @throws ATC_INVALID_ARGUMENT without results or for bars together with ticks; ATC_INVALID_CONFIG */
export function portfolio(
  results: readonly SymbolResult[],
  config: Partial<BacktestConfig> = {},
  from?: bigint,
): PortfolioResult {
  const accounts = portfolioAccounts(accountsOf(results));
  const timeBlocks: BigInt64Array[] = [];
  const equityBlocks: Float64Array[] = [];
  const keep: PortfolioListener = (times, equity, length) => {
    timeBlocks.push(times.slice(0, length));
    equityBlocks.push(equity.slice(0, length));
  };
  const figures = portfolioOf(accounts, { config, onBlock: keep, from });
  const { bars } = figures.metrics;
  return {
    ...figures,
    times: join(timeBlocks, new BigInt64Array(bars)),
    equity: join(equityBlocks, new Float64Array(bars)),
  };
}
