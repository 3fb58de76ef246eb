import type { BacktestConfig } from "@atc/contract";
import type { TimeUnit } from "../../base/calendar.ts";
import { type GroupMember, groupLength, groupSize, memberAt } from "../../simulation/fast/group-state.ts";
import { type LaneMemory, statesOfPortfolios, statesOfSymbol } from "../../simulation/fast/lane-memory.ts";
import {
  allocateResults,
  type CountedBars,
  curveFigures,
  type ManyResults,
  manyResults,
  targetReturnOf,
  writeFigures,
} from "../../simulation/fast/many-results.ts";
import type { LaneOrder } from "./lane-order.ts";
import type { TimeUnion } from "./time-union.ts";

/**
 * Figures of many portfolios as columns, one value per configuration; NaN or infinite if undefined. They are the
 * metrics of the same names, bit for bit.
 */
export interface ManyPortfolioResults extends Omit<ManyResults, "isLost"> {
  /** Number of symbols whose account was lost. */
  readonly lost: Float64Array;
  /**
   * 1 if an account exceeds the range of a double; all figures are then NaN. `backtest` computes such a portfolio
   * without the symbol.
   */
  readonly overflowed: Uint8Array;
}

/** Portfolios after their last bar. */
export interface FinishedPortfolios {
  readonly memory: LaneMemory;
  readonly order: LaneOrder;
  readonly configs: readonly BacktestConfig[];
  readonly union: TimeUnion;
  readonly timeUnit: TimeUnit;
  /** The first equity by lane. */
  readonly first: Float64Array;
}

/** The bars of a symbol. */
export function barsOfSymbol(union: TimeUnion, timeUnit: TimeUnit, symbol: number): CountedBars {
  const { rows, firstTimes, lastTimes } = union;
  return { bars: rows[symbol], firstTime: firstTimes[symbol], lastTime: lastTimes[symbol], timeUnit };
}

/** The times of the portfolios. */
export function barsOfUnion({ length, firstTime, lastTime }: TimeUnion, timeUnit: TimeUnit): CountedBars {
  return { bars: length, firstTime, lastTime, timeUnit };
}

/** The members of the state in a lane. */
function membersOf(states: Float64Array, lane: number): (name: GroupMember) => number {
  const from = Math.floor(lane / groupSize) * groupLength + (lane % groupSize);
  return (name) => states[from + memberAt[name]];
}

/** The figures of one symbol's accounts. */
export function resultsOfSymbol(
  { memory, order, configs, union, timeUnit }: FinishedPortfolios,
  symbol: number,
): ManyResults {
  const states = statesOfSymbol(memory, symbol);
  const counted = barsOfSymbol(union, timeUnit, symbol);
  return manyResults(configs.length, counted.bars, (index) => ({
    ...counted,
    of: membersOf(states, order.laneOf[index]),
    first: configs[index].initialCapital,
    barsPerYear: configs[index].barsPerYear,
    targetReturn: targetReturnOf(configs[index], counted),
  }));
}

/**
 * Whether the equity or the fees of an account were ever not finite. Money that is not finite remains so, and an equity
 * that is not finite while the money is remains the maximum or the trough, or has been a drawdown.
 */
function hasOverflowed(of: (name: GroupMember) => number): boolean {
  const names = ["cash", "quantity", "last", "maximum", "trough", "drawdown", "fees"] as const;
  return names.some((name) => !Number.isFinite(of(name)));
}

/** The figures of the portfolios, by the formulas of `portfolioOf`. */
export function portfolioResults(finished: FinishedPortfolios): ManyPortfolioResults {
  const { memory, order, configs, union, timeUnit, first } = finished;
  const counted = barsOfUnion(union, timeUnit);
  const { isLost: _, ...columns } = allocateResults(configs.length, counted.bars);
  const lost = new Float64Array(configs.length);
  const overflowed = new Uint8Array(configs.length);
  const portfolios = statesOfPortfolios(memory);
  const accounts = union.rows.map((_rows, symbol) => statesOfSymbol(memory, symbol));
  const bars = union.rows.reduce((sum, rows) => sum + rows, 0);
  for (const [index, config] of configs.entries()) {
    const lane = order.laneOf[index];
    const { barsPerYear } = config;
    const targetReturn = targetReturnOf(config, counted);
    const of = membersOf(portfolios, lane);
    writeFigures(columns, index, curveFigures({ ...counted, of, first: first[lane], barsPerYear, targetReturn }));
    const sums = { heldBars: 0, closed: 0, fees: 0, traded: 0, lost: 0 };
    for (const states of accounts) {
      const ofAccount = membersOf(states, lane);
      for (const name of ["heldBars", "closed", "fees", "traded", "lost"] as const) sums[name] += ofAccount(name);
      if (hasOverflowed(ofAccount)) overflowed[index] = 1;
    }
    columns.exposure[index] = sums.heldBars / bars;
    columns.trades[index] = sums.closed;
    columns.fees[index] = sums.fees / union.symbols;
    columns.traded[index] = sums.traded / union.symbols;
    lost[index] = sums.lost;
    if (overflowed[index] !== 0)
      for (const column of Object.values(columns)) if (column instanceof Float64Array) column[index] = Number.NaN;
  }
  return { ...columns, lost, overflowed };
}
