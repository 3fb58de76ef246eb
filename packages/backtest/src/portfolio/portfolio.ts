import { AtcError, type BacktestConfig } from "@atc/contract";
import { addTrades, allocateTrades, noTrades, partOfTrades, type TradeStatistics } from "../account/trades.ts";
import type { TimeUnit } from "../base/calendar.ts";
import { validateBacktestConfig } from "../base/configuration.ts";
import { readerOfArrays } from "../results/array-curves.ts";
import type { CurveReader } from "../results/curves.ts";
import type { SymbolFigures, SymbolResult } from "../results/symbol-result.ts";
import { addEquities, createEquityStatistics, createShortfall } from "../statistics/equity-statistics.ts";
import { type Metrics, metricsOf } from "../statistics/metrics.ts";
import { joinCommonTimes } from "./common-times.ts";
import { mergeCurves } from "./time-merge.ts";

/** The figures of all symbols' accounts together, without arrays. */
export interface PortfolioFigures {
  /** The metrics. */
  readonly metrics: Metrics;
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

/** The accounts of results in arrays. */
export function accountsOf(results: readonly SymbolResult[]): readonly SymbolAccount[] {
  return results.map((result) => ({ figures: result, curves: readerOfArrays(result) }));
}

/** Receives the next `length` points of the portfolio's curve. The arrays are reused after the call. */
export type PortfolioListener = (times: BigInt64Array, equity: Float64Array, length: number) => void;

function sumOf(results: readonly SymbolFigures[], term: (result: SymbolFigures) => number): number {
  return results.reduce((sum, result) => sum + term(result), 0);
}

function commonUnit(results: readonly SymbolFigures[]): TimeUnit {
  const units = new Set(results.map((result) => result.timeUnit));
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
function tradesOf(accounts: readonly SymbolAccount[]): TradeStatistics {
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

/**
 * Passes on the last point before `from`, and all points from it on. Accounts are in cash at their last close before a
 * period. Those closes may be far apart, so earlier ones are not part of the portfolio's time.
 */
function sinceLastBefore(from: bigint | undefined, onBlock: PortfolioListener): PortfolioListener {
  if (from === undefined) return onBlock;
  const lastTime = new BigInt64Array(1);
  const lastEquity = new Float64Array(1);
  let hasLast = false;
  let hasStarted = false;
  return (times, equity, length) => {
    let first = 0;
    while (!hasStarted && first < length && times[first] < from) first++;
    if (first > 0) {
      lastTime[0] = times[first - 1];
      lastEquity[0] = equity[first - 1];
      hasLast = true;
    }
    if (first === length) return;
    if (!hasStarted && hasLast) onBlock(lastTime, lastEquity, 1);
    hasStarted = true;
    onBlock(times.subarray(first, length), equity.subarray(first, length), length - first);
  };
}

/** Merges the accounts' curves into their mean. It may be called again, because it keeps nothing. */
function meanCurve(accounts: readonly SymbolAccount[], from: bigint | undefined, listener: PortfolioListener): void {
  const count = accounts.length;
  const curves = joinCommonTimes(accounts.map((account) => account.curves));
  const onBlock = sinceLastBefore(from, listener);
  mergeCurves(curves, (times, sums, length) => {
    for (let i = 0; i < length; i++) sums[i] = sums[i] / count;
    onBlock(times, sums, length);
  });
}

/**
 * Computes the portfolio of `docs/backtest-spec.md` from accounts and readers of their curves. It consists of N
 * accounts of `initialCapital` / N each; each given account was computed with the whole `initialCapital`, and scales
 * with it. Memory does not grow with the bars. Time grows with bars x log2(symbols). With a `riskFreeRate` the curves
 * are merged twice, because Sortino's target is known only after the first pass.
 *
 * @param accounts - one or more, with the same time unit and configuration
 * @param config - their configuration, of which `riskFreeRate` is used here
 * @param onBlock - receives the portfolio's curve, block by block
 * @param from - the start of the accounts' period, in their unit: the portfolio starts at the last time before it
 * @throws ATC_INVALID_ARGUMENT without accounts or for bars together with ticks; ATC_INVALID_CONFIG; what a reader or
 * the listener throws
 */
export function portfolioOf(
  accounts: readonly SymbolAccount[],
  config: Partial<BacktestConfig> = {},
  onBlock: PortfolioListener = () => undefined,
  from?: bigint,
): PortfolioFigures {
  const { riskFreeRate } = validateBacktestConfig(config);
  const results = accounts.map(({ figures }) => figures);
  const timeUnit = commonUnit(results);
  const count = accounts.length;
  const statistics = createEquityStatistics();
  let firstTime: bigint | undefined;
  let lastTime = 0n;
  meanCurve(accounts, from, (times, equity, length) => {
    addEquities(statistics, equity, times, length);
    firstTime ??= times[0];
    lastTime = times[length - 1];
    onBlock(times, equity, length);
  });
  const metrics = metricsOf({
    timeUnit,
    firstTime: firstTime ?? 0n,
    lastTime,
    statistics,
    trades: tradesOf(accounts),
    riskFreeRate,
    shortfallSquares(target) {
      const shortfall = createShortfall(target);
      meanCurve(accounts, from, (_times, equity, length) => shortfall.add(equity, length));
      return shortfall.squares;
    },
    grossReturn: sumOf(results, ({ totals }) => totals.grossReturn) / count,
    exposure: sumOf(results, ({ totals }) => totals.heldBars) / sumOf(results, ({ metrics: { bars } }) => bars),
    traded: sumOf(results, ({ totals }) => totals.traded) / count,
    fees: sumOf(results, ({ metrics: { fees } }) => fees) / count,
    buyAndHold: sumOf(results, ({ totals }) => totals.buyAndHold) / count,
  });
  return { metrics, timeUnit };
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
  const accounts = accountsOf(results);
  const timeBlocks: BigInt64Array[] = [];
  const equityBlocks: Float64Array[] = [];
  const keep: PortfolioListener = (times, equity, length) => {
    timeBlocks.push(times.slice(0, length));
    equityBlocks.push(equity.slice(0, length));
  };
  const figures = portfolioOf(accounts, config, keep, from);
  const { bars } = figures.metrics;
  return {
    ...figures,
    times: join(timeBlocks, new BigInt64Array(bars)),
    equity: join(equityBlocks, new Float64Array(bars)),
  };
}
