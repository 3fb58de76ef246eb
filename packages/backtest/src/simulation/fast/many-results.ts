import type { BacktestConfig } from "@atc/contract";
import { type TimeUnit, yearsBetween } from "../../base/calendar.ts";
import type { GroupMember } from "./group-state.ts";

/**
 * Figures of many accounts as columns, one value per account; NaN or infinite if undefined. They are the metrics of the
 * same names, bit for bit.
 */
export interface ManyResults {
  /** Number of accounts. */
  readonly length: number;
  /** Number of bars. */
  readonly bars: number;
  /** Return over the whole span after costs. */
  readonly totalReturn: Float64Array;
  /** Compound yearly growth; -1 if the account is lost. */
  readonly cagr: Float64Array;
  /** Yearly standard deviation of returns. */
  readonly volatility: Float64Array;
  /** Sharpe ratio, yearly. */
  readonly sharpe: Float64Array;
  /** Sortino ratio, yearly. */
  readonly sortino: Float64Array;
  /** Largest drawdown from the highest equity before it. */
  readonly maxDrawdown: Float64Array;
  /** `cagr` / `maxDrawdown`. */
  readonly calmar: Float64Array;
  /** Share of bars that close with a position. */
  readonly exposure: Float64Array;
  /** Number of closed trades. */
  readonly trades: Float64Array;
  /** Sum of all fees, in money. */
  readonly fees: Float64Array;
  /** Sum of the absolute notional of all fills. */
  readonly traded: Float64Array;
  /** Equity at the last close. */
  readonly equity: Float64Array;
  /** 1 if the account was lost, else 0. */
  readonly isLost: Uint8Array;
}

/** Bars whose statistics are known. */
export interface CountedBars {
  readonly bars: number;
  readonly firstTime: bigint;
  readonly lastTime: bigint;
  readonly timeUnit: TimeUnit;
}

/** Bars per year, for annualising: those of the configuration, else those of the data. */
export function barsPerYearOf({ bars, firstTime, lastTime, timeUnit }: CountedBars, given?: number): number {
  return given ?? (bars - 1) / yearsBetween(firstTime, lastTime, timeUnit);
}

/** The return per bar above which ratios count. Without two bars there is none. */
export function targetReturnOf(
  { riskFreeRate, barsPerYear }: Pick<BacktestConfig, "riskFreeRate" | "barsPerYear">,
  bars: CountedBars,
): number {
  return riskFreeRate === 0 || bars.bars < 2 ? 0 : riskFreeRate / barsPerYearOf(bars, barsPerYear);
}

/** A curve of one of many accounts or portfolios. */
export interface ManyCurve extends CountedBars {
  /** A member of its state. */
  readonly of: (name: GroupMember) => number;
  /** The first equity. */
  readonly first: number;
  readonly barsPerYear: number | undefined;
  readonly targetReturn: number;
}

/** The figures of a curve of which the largest drawdown, the deviation and the growth are known. */
export type CurveFigures = Readonly<
  Record<"totalReturn" | "cagr" | "volatility" | "sharpe" | "sortino" | "maxDrawdown" | "calmar" | "equity", number>
>;

/** The figures of a curve, by the formulas of `metricsOf`. */
export function curveFigures(curve: ManyCurve): CurveFigures {
  const { of, first, bars, firstTime, lastTime, timeUnit, targetReturn } = curve;
  const years = yearsBetween(firstTime, lastTime, timeUnit);
  const returns = bars - 1;
  const yearly = Math.sqrt(barsPerYearOf(curve, curve.barsPerYear));
  const equity = bars === 0 ? Number.NaN : of("last");
  const growth = equity / first;
  const cagr = growth <= 0 ? -1 : years === 0 ? Number.NaN : growth ** (1 / years) - 1;
  const deviation = Math.sqrt(of("squares") / (returns - 1));
  const excess = of("mean") - targetReturn;
  const fall = 1 - of("trough") / of("maximum");
  // NaN only if the equity exceeds the range of a double.
  const maxDrawdown = Math.max(Number.isNaN(fall) ? 0 : fall, of("drawdown"));
  return {
    totalReturn: growth - 1,
    cagr,
    volatility: deviation * yearly,
    sharpe: (excess / deviation) * yearly,
    sortino: (excess / Math.sqrt(of("downside") / returns)) * yearly,
    maxDrawdown,
    calmar: cagr / maxDrawdown,
    equity,
  };
}

/** Columns of `length` accounts, all 0. */
export function allocateResults(length: number, bars: number): ManyResults {
  const column = (): Float64Array => new Float64Array(length);
  return {
    length,
    bars,
    totalReturn: column(),
    cagr: column(),
    volatility: column(),
    sharpe: column(),
    sortino: column(),
    maxDrawdown: column(),
    calmar: column(),
    exposure: column(),
    trades: column(),
    fees: column(),
    traded: column(),
    equity: column(),
    isLost: new Uint8Array(length),
  };
}

/** Writes the figures of a curve to a row of the columns of the same names. */
export function writeFigures(
  columns: Readonly<Record<keyof CurveFigures, Float64Array>>,
  row: number,
  figures: CurveFigures,
): void {
  for (const [name, value] of Object.entries(figures)) columns[name as keyof CurveFigures][row] = value;
}

/** The figures of `length` accounts. */
export function manyResults(length: number, bars: number, curveOf: (account: number) => ManyCurve): ManyResults {
  const columns = allocateResults(length, bars);
  for (let account = 0; account < length; account++) {
    const curve = curveOf(account);
    writeFigures(columns, account, curveFigures(curve));
    columns.exposure[account] = curve.of("heldBars") / bars;
    columns.trades[account] = curve.of("closed");
    columns.fees[account] = curve.of("fees");
    columns.traded[account] = curve.of("traded");
    columns.isLost[account] = curve.of("lost");
  }
  return columns;
}
