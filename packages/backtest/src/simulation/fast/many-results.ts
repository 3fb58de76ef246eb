import type { BacktestConfig } from "@atc/contract";
import { type TimeUnit, yearsBetween } from "../../base/calendar.ts";
import { type GroupMember, groupSize, memberAt } from "./group-state.ts";

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

/** The argument of {@link manyResults}. */
export interface ManyState {
  /** The states of the groups. */
  readonly states: readonly Float64Array[];
  /** The settings by account. */
  readonly settings: readonly Pick<BacktestConfig, "initialCapital">[];
  readonly bars: number;
  readonly firstTime: bigint;
  readonly lastTime: bigint;
  readonly timeUnit: TimeUnit;
  readonly targetReturn: number;
}

function columnsFor(length: number, bars: number): ManyResults {
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

/** The figures of all accounts, by the formulas of `metricsOf`. */
export function manyResults(state: ManyState): ManyResults {
  const { states, settings, bars, timeUnit, targetReturn } = state;
  const columns = columnsFor(settings.length, bars);
  const years = yearsBetween(state.firstTime, state.lastTime, timeUnit);
  const returns = bars - 1;
  const yearly = Math.sqrt(returns / years);
  for (const [account, { initialCapital }] of settings.entries()) {
    const group = states[Math.floor(account / groupSize)];
    const of = (name: GroupMember): number => group[memberAt[name] + (account % groupSize)];
    const equity = bars === 0 ? Number.NaN : of("last");
    const growth = equity / initialCapital;
    const cagr = growth <= 0 ? -1 : years === 0 ? Number.NaN : growth ** (1 / years) - 1;
    const deviation = Math.sqrt(of("squares") / (returns - 1));
    const excess = of("mean") - targetReturn;
    const fall = 1 - of("trough") / of("maximum");
    // NaN only if the equity exceeds the range of a double.
    const drawdown = Math.max(Number.isNaN(fall) ? 0 : fall, of("drawdown"));
    columns.totalReturn[account] = growth - 1;
    columns.cagr[account] = cagr;
    columns.volatility[account] = deviation * yearly;
    columns.sharpe[account] = (excess / deviation) * yearly;
    columns.sortino[account] = (excess / Math.sqrt(of("downside") / returns)) * yearly;
    columns.maxDrawdown[account] = drawdown;
    columns.calmar[account] = cagr / drawdown;
    columns.exposure[account] = of("heldBars") / bars;
    columns.trades[account] = of("closed");
    columns.fees[account] = of("fees");
    columns.traded[account] = of("traded");
    columns.equity[account] = equity;
    columns.isLost[account] = of("lost");
  }
  return columns;
}
