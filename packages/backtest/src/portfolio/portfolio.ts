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

/** The figures of the accounts of all symbols seen as one: no arrays. */
export interface PortfolioFigures {
  /** The metrics. */
  readonly metrics: Metrics;
  /** Unit of the times. */
  readonly timeUnit: TimeUnit;
}

/** The accounts of all symbols seen as one. */
export interface PortfolioResult extends PortfolioFigures {
  /** The union of the symbols' times, each once. */
  readonly times: BigInt64Array;
  /** Sum of the accounts' latest equities at each. */
  readonly equity: Float64Array;
}

/** The account of one symbol: its figures, and its curves to be read. */
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

/** Receives the next `length` points of the portfolio's curve; the arrays are used again afterwards. */
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
      : "a portfolio of bars and ticks together has no common time; make one of each";
  throw new AtcError("ATC_INVALID_ARGUMENT", message);
}

/** Where portions of unknown number become one array. */
function join<A extends BigInt64Array | Float64Array>(portions: readonly A[], whole: A): A {
  let row = 0;
  for (const portion of portions) {
    (whole as { set(values: A, offset: number): void }).set(portion, row);
    row += portion.length;
  }
  return whole;
}

/** Trades read at once. */
const tradesAtOnce = 1024;

/** What the closed trades of all accounts come to, in the order of the accounts: sums of sums would differ in their last bits. */
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

/** Merges the accounts' curves into the mean of the accounts. It can be called again: nothing is kept. */
function meanCurve(accounts: readonly SymbolAccount[], onBlock: PortfolioListener): void {
  const count = accounts.length;
  const curves = joinCommonTimes(accounts.map((account) => account.curves));
  mergeCurves(curves, (times, sums, length) => {
    for (let i = 0; i < length; i++) sums[i] = sums[i] / count;
    onBlock(times, sums, length);
  });
}

/**
 * The portfolio of `docs/backtest-spec.md` from accounts whose curves may lie anywhere: N accounts of `initialCapital` / N each, all of which were
 * computed with the whole of it (an account scales with its capital). Memory does not grow with the bars. Time grows with bars x log2(symbols);
 * with a `riskFreeRate` the curves are merged twice, since Sortino's target is known only after the first pass.
 *
 * @param accounts - one symbol or more, of one time unit, from one configuration
 * @param config - the configuration they were computed with; `riskFreeRate` counts here
 * @param onBlock - receives the portfolio's curve, block by block
 * @throws ATC_INVALID_ARGUMENT without accounts or if bars and ticks are mixed; ATC_INVALID_CONFIG; what a reader or the listener throws.
 */
export function portfolioOf(
  accounts: readonly SymbolAccount[],
  config: Partial<BacktestConfig> = {},
  onBlock: PortfolioListener = () => undefined,
): PortfolioFigures {
  const { riskFreeRate } = validateBacktestConfig(config);
  const results = accounts.map(({ figures }) => figures);
  const timeUnit = commonUnit(results);
  const count = accounts.length;
  const statistics = createEquityStatistics();
  let firstTime: bigint | undefined;
  let lastTime = 0n;
  meanCurve(accounts, (times, equity, length) => {
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
      meanCurve(accounts, (_times, equity, length) => shortfall.add(equity, length));
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
 * {@link portfolioOf} for results in arrays, with the curve as arrays.
 *
 * @param results - one symbol or more, of one time unit, from one configuration
 * @param config - the configuration they were computed with; `riskFreeRate` counts here
 * @throws ATC_INVALID_ARGUMENT without results or if bars and ticks are mixed; ATC_INVALID_CONFIG.
 */
export function portfolio(results: readonly SymbolResult[], config: Partial<BacktestConfig> = {}): PortfolioResult {
  const accounts = accountsOf(results);
  const timePortions: BigInt64Array[] = [];
  const equityPortions: Float64Array[] = [];
  const figures = portfolioOf(accounts, config, (times, equity, length) => {
    timePortions.push(times.slice(0, length));
    equityPortions.push(equity.slice(0, length));
  });
  const { bars } = figures.metrics;
  return {
    ...figures,
    times: join(timePortions, new BigInt64Array(bars)),
    equity: join(equityPortions, new Float64Array(bars)),
  };
}
