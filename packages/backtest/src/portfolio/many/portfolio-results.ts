import type { BacktestConfig } from "@atc/contract";
import type { TimeUnit } from "../../base/calendar.ts";
import { groupLength, groupSize, memberAt } from "../../simulation/fast/group-state.ts";
import { type LaneMemory, statesOfPortfolios, statesOfSymbol } from "../../simulation/fast/lane-memory.ts";
import {
  allocateResults,
  type CountedBars,
  type ManyResults,
  manyResults,
  returnTerms,
  writeFigures,
  yearsOf,
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
   * 1 if an account exceeds the range of a double, or comes close to its end; all figures are then NaN. `backtest`
   * computes such a portfolio, without the symbol if necessary.
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

/** The index of a lane's first member in the states of all groups. */
export function stateAt(lane: number): number {
  return Math.floor(lane / groupSize) * groupLength + (lane % groupSize);
}

/** The figures of one symbol's accounts. */
export function resultsOfSymbol(
  { memory, order, configs, union, timeUnit }: FinishedPortfolios,
  symbol: number,
): ManyResults {
  const states = statesOfSymbol(memory, symbol);
  const counted = barsOfSymbol(union, timeUnit, symbol);
  const { bars } = counted;
  const years = yearsOf(counted);
  return manyResults(configs.length, bars, (index) => ({
    bars,
    years,
    ...returnTerms(configs[index], bars, years),
    first: configs[index].initialCapital,
    states,
    at: stateAt(order.laneOf[index]),
  }));
}

const sumNames = ["heldBars", "closed", "fees", "traded", "lost"] as const;

/** Sums over the accounts of each configuration, added in the order of the symbols, which decides their last bits. */
interface AccountSums extends Readonly<Record<(typeof sumNames)[number], Float64Array>> {
  readonly overflowed: Uint8Array;
}

/**
 * Whether the equity or the fees of an account were ever not finite. Money that is not finite remains so, and an equity
 * that is not finite while the money is remains the maximum or the trough, or has been a drawdown.
 */
function hasOverflowed(states: Float64Array, at: number): boolean {
  const sum =
    Math.abs(states[at + memberAt.cash]) +
    Math.abs(states[at + memberAt.quantity]) +
    Math.abs(states[at + memberAt.last]) +
    Math.abs(states[at + memberAt.maximum]) +
    Math.abs(states[at + memberAt.trough]) +
    states[at + memberAt.drawdown] +
    states[at + memberAt.fees];
  return !Number.isFinite(sum);
}

function sumAccounts({ memory, order, configs, union }: FinishedPortfolios): AccountSums {
  const { length } = configs;
  const column = (): Float64Array => new Float64Array(length);
  const sums = { heldBars: column(), closed: column(), fees: column(), traded: column(), lost: column() };
  const overflowed = new Uint8Array(length);
  for (let symbol = 0; symbol < union.symbols; symbol++) {
    const states = statesOfSymbol(memory, symbol);
    for (let index = 0; index < length; index++) {
      const at = stateAt(order.laneOf[index]);
      for (const name of sumNames) sums[name][index] += states[at + memberAt[name]];
      if (hasOverflowed(states, at)) overflowed[index] = 1;
    }
  }
  return { ...sums, overflowed };
}

/** The figures of the portfolios, by the formulas of `portfolioOf`. */
export function portfolioResults(finished: FinishedPortfolios): ManyPortfolioResults {
  const { memory, order, configs, union, timeUnit, first } = finished;
  const counted = barsOfUnion(union, timeUnit);
  const { bars } = counted;
  const years = yearsOf(counted);
  const { isLost: _, ...columns } = allocateResults(configs.length, bars);
  const states = statesOfPortfolios(memory);
  const { lost, overflowed, ...sums } = sumAccounts(finished);
  const rows = union.rows.reduce((sum, count) => sum + count, 0);
  for (const [index, config] of configs.entries()) {
    const lane = order.laneOf[index];
    const curve = { bars, years, ...returnTerms(config, bars, years), first: first[lane], states, at: stateAt(lane) };
    writeFigures(columns, index, curve);
    columns.exposure[index] = sums.heldBars[index] / rows;
    columns.trades[index] = sums.closed[index];
    columns.fees[index] = sums.fees[index] / union.symbols;
    columns.traded[index] = sums.traded[index] / union.symbols;
    if (overflowed[index] === 0) continue;
    for (const column of Object.values(columns)) if (column instanceof Float64Array) column[index] = Number.NaN;
  }
  return { ...columns, lost, overflowed };
}
