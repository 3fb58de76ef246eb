import type { TradeStatistics } from "../account/trades.ts";
import { isoTime, type TimeUnit, yearsBetween } from "../base/calendar.ts";
import { type EquityStatistics, meanEquity } from "./equity-statistics.ts";

/**
 * The metrics of an account or a portfolio under their names in JSON. `docs/backtest-spec.md`, "Metrics", has the
 * formulas. A figure is null if it is undefined or not finite, a time if it does not exist. Rates and shares are
 * fractions: 0.02 is 2 %.
 */
export interface Metrics {
  /** Number of bars; for a portfolio, of distinct times. */
  readonly bars: number;
  /** Time of the first bar, ISO 8601. */
  readonly start: string;
  /** Time of the last bar, ISO 8601. */
  readonly end: string;
  /** Return over the whole span after costs. */
  readonly totalReturn: number | null;
  /** Return of the same directions without costs. */
  readonly grossReturn: number | null;
  /** Compound yearly growth; -1 if the account is lost. */
  readonly cagr: number | null;
  /** Yearly standard deviation of returns. */
  readonly volatility: number | null;
  /** Sharpe ratio (Sharpe 1994), yearly. */
  readonly sharpe: number | null;
  /** Sortino ratio (Sortino and van der Meer 1991), yearly. */
  readonly sortino: number | null;
  /** Largest drawdown from the highest equity before it. */
  readonly maxDrawdown: number | null;
  /** Last time at the equity from which the largest drawdown started. */
  readonly maxDrawdownPeak: string | null;
  /** Time of the bottom of the largest drawdown. */
  readonly maxDrawdownTrough: string | null;
  /** Time at which that equity was regained. */
  readonly maxDrawdownRecovery: string | null;
  /** `cagr` / `maxDrawdown` (Young 1991, over the whole span). */
  readonly calmar: number | null;
  /** Share of bars that close with a position. */
  readonly exposure: number | null;
  /** Notional traded per year, divided by the mean equity. */
  readonly turnover: number | null;
  /** Number of closed trades. */
  readonly trades: number;
  /** Share of closed trades with a profit. */
  readonly winRate: number | null;
  /** Profits of the winning trades divided by losses of the losing ones. */
  readonly profitFactor: number | null;
  /** Mean return of winning trades. */
  readonly averageWin: number | null;
  /** Mean return of losing trades. */
  readonly averageLoss: number | null;
  /** Sum of fees, in money. */
  readonly fees: number;
  /** Return of holding from the first close to the last. */
  readonly buyAndHold: number | null;
}

/** The argument of {@link metricsOf}. Sums are in the scale of the equity. */
export interface MetricsInput {
  /** Unit of all times. */
  readonly timeUnit: TimeUnit;
  /** Time of the first bar. */
  readonly firstTime: bigint;
  /** Time of the last bar. */
  readonly lastTime: bigint;
  /** Statistics of the equity. */
  readonly statistics: Readonly<EquityStatistics>;
  /**
   * Sum of the squared shortfalls of the returns below a target. Called only if `riskFreeRate` is not 0, because it
   * reads every bar again.
   */
  readonly shortfallSquares: (target: number) => number;
  /** Closed trades. */
  readonly trades: TradeStatistics;
  /** Yearly risk-free rate. */
  readonly riskFreeRate: number;
  /** Bars per year, for annualising. Defaults to that of the data. */
  readonly barsPerYear?: number | undefined;
  /** Return without costs. */
  readonly grossReturn: number;
  /** Share of bars that close with a position. */
  readonly exposure: number;
  /** Sum of the absolute notional of all fills. */
  readonly traded: number;
  /** Sum of all fees. */
  readonly fees: number;
  /** Return of holding. */
  readonly buyAndHold: number;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Annualised ratios of the returns; NaN or infinite if undefined. */
function ratios(input: MetricsInput, years: number): { volatility: number; sharpe: number; sortino: number } {
  const { statistics, riskFreeRate } = input;
  const returns = statistics.bars - 1;
  const barsPerYear = input.barsPerYear ?? returns / years;
  const rateAbove = riskFreeRate === 0 ? 0 : riskFreeRate / barsPerYear;
  const squares = rateAbove === 0 ? statistics.downside : input.shortfallSquares(rateAbove);
  const deviation = Math.sqrt(statistics.squares / (returns - 1));
  const excess = statistics.mean - rateAbove;
  const yearly = Math.sqrt(barsPerYear);
  return {
    volatility: deviation * yearly,
    sharpe: (excess / deviation) * yearly,
    sortino: (excess / Math.sqrt(squares / returns)) * yearly,
  };
}

function drawdowns(
  statistics: Readonly<EquityStatistics>,
  unit: TimeUnit,
): Pick<Metrics, "maxDrawdown" | "maxDrawdownPeak" | "maxDrawdownTrough" | "maxDrawdownRecovery"> {
  const { drawdown, peakBar, peakTime, troughBar, troughTime, recoveryBar, recoveryTime } = statistics;
  return {
    maxDrawdown: finite(drawdown),
    maxDrawdownPeak: peakBar < 0 ? null : isoTime(peakTime, unit),
    maxDrawdownTrough: troughBar < 0 ? null : isoTime(troughTime, unit),
    maxDrawdownRecovery: recoveryBar < 0 ? null : isoTime(recoveryTime, unit),
  };
}

/** The metrics of one equity curve of one bar or more. */
export function metricsOf(input: MetricsInput): Metrics {
  const { statistics, trades, timeUnit } = input;
  const years = yearsBetween(input.firstTime, input.lastTime, timeUnit);
  const growth = statistics.last / statistics.first;
  const cagr = growth <= 0 ? -1 : years === 0 ? Number.NaN : growth ** (1 / years) - 1;
  const { volatility, sharpe, sortino } = ratios(input, years);
  return {
    bars: statistics.bars,
    start: isoTime(input.firstTime, timeUnit),
    end: isoTime(input.lastTime, timeUnit),
    totalReturn: finite(growth - 1),
    grossReturn: finite(input.grossReturn),
    cagr: finite(cagr),
    volatility: finite(volatility),
    sharpe: finite(sharpe),
    sortino: finite(sortino),
    ...drawdowns(statistics, timeUnit),
    calmar: finite(cagr / statistics.drawdown),
    exposure: finite(input.exposure),
    turnover: finite(input.traded / meanEquity(statistics) / years),
    trades: trades.closed,
    winRate: finite(trades.wins / trades.closed),
    profitFactor: finite(trades.gained / trades.lost),
    averageWin: finite(trades.winReturns / trades.wins),
    averageLoss: finite(trades.lossReturns / trades.losses),
    fees: input.fees,
    buyAndHold: finite(input.buyAndHold),
  };
}
