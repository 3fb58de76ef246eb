import type { BacktestConfig } from "@atc/contract";
import { type TimeUnit, yearsBetween } from "../../base/calendar.ts";
import { memberAt } from "./group-state.ts";

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

/** The years from the first bar to the last. */
export function yearsOf({ firstTime, lastTime, timeUnit }: CountedBars): number {
  return yearsBetween(firstTime, lastTime, timeUnit);
}

/** What annualises and what ratios exceed: bars per year, and the return per bar of the risk-free rate. */
export interface ReturnTerms {
  readonly barsPerYear: number;
  /** 0 without two bars, which have no ratio. */
  readonly targetReturn: number;
}

/** The terms of a configuration for bars over `years`. Without `barsPerYear`, those of the data count. */
export function returnTerms(
  { riskFreeRate, barsPerYear: given }: Pick<BacktestConfig, "riskFreeRate" | "barsPerYear">,
  bars: number,
  years: number,
): ReturnTerms {
  const barsPerYear = given ?? (bars - 1) / years;
  return { barsPerYear, targetReturn: riskFreeRate === 0 || bars < 2 ? 0 : riskFreeRate / barsPerYear };
}

/** A curve of one of many accounts or portfolios. */
export interface ManyCurve {
  readonly bars: number;
  /** From the first bar to the last. */
  readonly years: number;
  readonly barsPerYear: number;
  readonly targetReturn: number;
  /** The first equity. */
  readonly first: number;
  /** The states of groups, and the index of this curve's first member. */
  readonly states: Float64Array;
  readonly at: number;
}

/** The columns of a curve's figures. */
export type CurveColumns = Pick<
  ManyResults,
  "totalReturn" | "cagr" | "volatility" | "sharpe" | "sortino" | "maxDrawdown" | "calmar" | "equity"
>;

/** Writes the figures of a curve to a row, by the formulas of `metricsOf`. */
export function writeFigures(columns: CurveColumns, row: number, curve: ManyCurve): void {
  const { bars, years, first, targetReturn, states, at } = curve;
  const returns = bars - 1;
  const yearly = Math.sqrt(curve.barsPerYear);
  const equity = bars === 0 ? Number.NaN : states[at + memberAt.last];
  const growth = equity / first;
  const cagr = growth <= 0 ? -1 : years === 0 ? Number.NaN : growth ** (1 / years) - 1;
  const deviation = Math.sqrt(states[at + memberAt.squares] / (returns - 1));
  const excess = states[at + memberAt.mean] - targetReturn;
  const fall = 1 - states[at + memberAt.trough] / states[at + memberAt.maximum];
  // NaN only if the equity exceeds the range of a double.
  const maxDrawdown = Math.max(Number.isNaN(fall) ? 0 : fall, states[at + memberAt.drawdown]);
  columns.totalReturn[row] = growth - 1;
  columns.cagr[row] = cagr;
  columns.volatility[row] = deviation * yearly;
  columns.sharpe[row] = (excess / deviation) * yearly;
  columns.sortino[row] = (excess / Math.sqrt(states[at + memberAt.downside] / returns)) * yearly;
  columns.maxDrawdown[row] = maxDrawdown;
  columns.calmar[row] = cagr / maxDrawdown;
  columns.equity[row] = equity;
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

/** The figures of `length` accounts. */
export function manyResults(length: number, bars: number, curveOf: (account: number) => ManyCurve): ManyResults {
  const columns = allocateResults(length, bars);
  for (let account = 0; account < length; account++) {
    const curve = curveOf(account);
    const { states, at } = curve;
    writeFigures(columns, account, curve);
    columns.exposure[account] = states[at + memberAt.heldBars] / bars;
    columns.trades[account] = states[at + memberAt.closed];
    columns.fees[account] = states[at + memberAt.fees];
    columns.traded[account] = states[at + memberAt.traded];
    columns.isLost[account] = states[at + memberAt.lost];
  }
  return columns;
}
