import type { TradeStatistics } from "../account/trades.ts";
import { isoTime, type TimeUnit, yearsBetween } from "../base/calendar.ts";
import { type EquityStatistics, meanEquity } from "./equity-statistics.ts";

/**
 * The metrics of an account or a portfolio under their names in JSON; each is defined in `docs/backtest-spec.md` "Metrics". A figure is null
 * where it is undefined or not finite, a time where there is none. Rates and shares are parts of 1.
 */
export interface Metrics {
  /** Bars, or distinct times of a portfolio. */
  readonly bars: number;
  /** Time of the first bar, ISO 8601. */
  readonly start: string;
  /** Time of the last bar, ISO 8601. */
  readonly end: string;
  /** Gain over the whole span after costs. */
  readonly totalReturn: number | null;
  /** Gain of the same directions without costs. */
  readonly grossReturn: number | null;
  /** Compound yearly growth; -1 where the account is lost. */
  readonly cagr: number | null;
  /** Yearly standard deviation of returns. */
  readonly volatility: number | null;
  /** Sharpe ratio (Sharpe 1994), yearly. */
  readonly sharpe: number | null;
  /** Sortino ratio (Sortino and van der Meer 1991), yearly. */
  readonly sortino: number | null;
  /** Largest fall from the highest equity before it. */
  readonly maxDrawdown: number | null;
  /** Last time at the height that the largest fall started from. */
  readonly maxDrawdownPeak: string | null;
  /** Time of the bottom of the largest fall. */
  readonly maxDrawdownTrough: string | null;
  /** Time when that height was regained. */
  readonly maxDrawdownRecovery: string | null;
  /** Yearly growth by largest fall (Young 1991, over the whole span). */
  readonly calmar: number | null;
  /** Share of bars that close with a position. */
  readonly exposure: number | null;
  /** Notional traded a year, in mean equities. */
  readonly turnover: number | null;
  /** Closed trades. */
  readonly trades: number;
  /** Share of closed trades with a profit. */
  readonly winRate: number | null;
  /** Profits of the winning trades by losses of the losing ones. */
  readonly profitFactor: number | null;
  /** Mean return of winning trades. */
  readonly averageWin: number | null;
  /** Mean return of losing trades. */
  readonly averageLoss: number | null;
  /** Money paid in fees. */
  readonly fees: number;
  /** Gain of holding from the first close to the last. */
  readonly buyAndHold: number | null;
}

/** What the metrics are made of; sums are in the scale of `equity`. */
export interface MetricsInput {
  /** Unit of all times. */
  readonly timeUnit: TimeUnit;
  /** Time of the first bar. */
  readonly firstTime: bigint;
  /** Time of the last bar. */
  readonly lastTime: bigint;
  /** Statistics of the equity. */
  readonly statistics: Readonly<EquityStatistics>;
  /** Sum of the squared shortfalls of the returns below a target; called only if `riskFreeRate` is not 0, since it reads every bar again. */
  readonly shortfallSquares: (target: number) => number;
  /** Closed trades. */
  readonly trades: TradeStatistics;
  /** Yearly rate without risk. */
  readonly riskFreeRate: number;
  /** Gain without costs. */
  readonly grossReturn: number;
  /** Share of bars that close with a position. */
  readonly exposure: number;
  /** Sum of the absolute notional of all fills. */
  readonly traded: number;
  /** Sum of all fees. */
  readonly fees: number;
  /** Gain of holding. */
  readonly buyAndHold: number;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Annualised ratios of the returns, NaN or infinite where undefined. */
function ratios(input: MetricsInput, years: number): { volatility: number; sharpe: number; sortino: number } {
  const { statistics, riskFreeRate } = input;
  const returns = statistics.bars - 1;
  const barsPerYear = returns / years;
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
