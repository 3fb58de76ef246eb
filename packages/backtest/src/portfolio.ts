import { AtcError, type BacktestConfig } from "@atc/contract";
import type { TimeUnit } from "./calendar.ts";
import { joinCommonTimes } from "./common-times.ts";
import { validateBacktestConfig } from "./configuration.ts";
import { addEquities, createEquityStatistics } from "./equity-statistics.ts";
import { type Metrics, metricsOf } from "./metrics.ts";
import type { SymbolResult } from "./symbol-result.ts";
import { mergeCurves } from "./time-merge.ts";
import { tradeStatistics } from "./trades.ts";

/** The accounts of all symbols seen as one. */
export interface PortfolioResult {
  /** The metrics. */
  readonly metrics: Metrics;
  /** Unit of the times. */
  readonly timeUnit: TimeUnit;
  /** The union of the symbols' times, each once. */
  readonly times: BigInt64Array;
  /** Sum of the accounts' latest equities at each. */
  readonly equity: Float64Array;
}

function sumOf(results: readonly SymbolResult[], term: (result: SymbolResult) => number): number {
  return results.reduce((sum, result) => sum + term(result), 0);
}

function commonUnit(results: readonly SymbolResult[]): TimeUnit {
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

/**
 * The portfolio of `docs/backtest-spec.md`: N accounts of `initialCapital` / N each, all of which `results` were computed with the whole of
 * (an account scales with its capital). Time grows with bars x log2(symbols).
 *
 * @param results - one symbol or more, of one time unit, from one configuration
 * @param config - the configuration they were computed with; `riskFreeRate` counts here
 * @throws ATC_INVALID_ARGUMENT without results or where bars and ticks are mixed; ATC_INVALID_CONFIG.
 */
export function portfolio(results: readonly SymbolResult[], config: Partial<BacktestConfig> = {}): PortfolioResult {
  const { riskFreeRate } = validateBacktestConfig(config);
  const timeUnit = commonUnit(results);
  const accounts = results.length;
  const statistics = createEquityStatistics();
  const timePortions: BigInt64Array[] = [];
  const equityPortions: Float64Array[] = [];
  const curves = joinCommonTimes(results.map(({ times, equity }) => ({ times, values: equity })));
  mergeCurves(curves, (times, sums, length) => {
    const portion = sums.slice(0, length).map((sum) => sum / accounts);
    timePortions.push(times.slice(0, length));
    equityPortions.push(portion);
    addEquities(statistics, portion, times, length);
  });
  const times = join(timePortions, new BigInt64Array(statistics.bars));
  const equity = join(equityPortions, new Float64Array(statistics.bars));
  const metrics = metricsOf({
    timeUnit,
    firstTime: times[0] as bigint,
    lastTime: times[times.length - 1] as bigint,
    statistics,
    equity,
    trades: tradeStatistics(results.map((result) => result.trades)),
    riskFreeRate,
    grossReturn: sumOf(results, ({ totals }) => totals.grossReturn) / accounts,
    exposure: sumOf(results, ({ totals }) => totals.heldBars) / sumOf(results, ({ metrics: { bars } }) => bars),
    traded: sumOf(results, ({ totals }) => totals.traded) / accounts,
    fees: sumOf(results, ({ metrics: { fees } }) => fees) / accounts,
    buyAndHold: sumOf(results, ({ totals }) => totals.buyAndHold) / accounts,
  });
  return { metrics, timeUnit, times, equity };
}
