import type { Trades } from "../../account/trades.ts";
import type { TimeUnit } from "../../base/calendar.ts";
import { millisecondsAt } from "../bar-chunk.ts";
import { createValueCounts, type ValueCounts } from "../value-counts.ts";

/** The columns of trades that metrics read. A return that is not finite is undefined. */
export type MetricTrades = Pick<
  Trades,
  "length" | "entryTime" | "exitTime" | "direction" | "profit" | "return" | "barsHeld" | "mae" | "mfe" | "open"
>;

/** Counts and profits of the closed trades of one side. */
interface SideSums {
  readonly count: number;
  readonly wins: number;
  readonly profit: number;
}

/** Sums over closed trades. Those of returns leave out trades whose return is undefined. */
interface TradeSums {
  readonly count: number;
  readonly wins: number;
  readonly returns: number;
  readonly returnSum: number;
  readonly bestReturn: number;
  readonly worstReturn: number;
  readonly winReturns: number;
  readonly winReturnSum: number;
  readonly lossReturns: number;
  readonly lossReturnSum: number;
  readonly profitMean: number;
  /** Sum of the squared deviations of the profits from their mean. */
  readonly profitSquares: number;
  readonly largestProfit: number;
  readonly longestWins: number;
  readonly longestLosses: number;
  readonly barSum: number;
  readonly mostBars: number;
  readonly durationSum: number;
  readonly longestDuration: number;
  readonly maeSum: number;
  readonly worstMae: number;
  readonly mfeSum: number;
  readonly bestMfe: number;
  readonly long: SideSums;
  readonly short: SideSums;
}

type Counting = { -readonly [Name in keyof Omit<TradeSums, "long" | "short">]: number };
type CountingSide = { -readonly [Name in keyof SideSums]: number };

/** Counts closed trades, in the order in which they ended. */
export interface TradeCounter {
  readonly sums: TradeSums;
  /** Bars and durations, in ms, of the closed trades; undefined unless they are kept. */
  readonly times: { readonly bars: ValueCounts; readonly durations: ValueCounts } | undefined;
  /** Counts closed trades and ignores open ones. */
  add(trades: MetricTrades): void;
}

function emptySums(): Counting {
  return {
    count: 0,
    wins: 0,
    returns: 0,
    returnSum: 0,
    bestReturn: Number.NEGATIVE_INFINITY,
    worstReturn: Number.POSITIVE_INFINITY,
    winReturns: 0,
    winReturnSum: 0,
    lossReturns: 0,
    lossReturnSum: 0,
    profitMean: 0,
    profitSquares: 0,
    largestProfit: 0,
    longestWins: 0,
    longestLosses: 0,
    barSum: 0,
    mostBars: 0,
    durationSum: 0,
    longestDuration: 0,
    maeSum: 0,
    worstMae: Number.POSITIVE_INFINITY,
    mfeSum: 0,
    bestMfe: Number.NEGATIVE_INFINITY,
  };
}

function countReturn(sums: Counting, profit: number, gain: number): void {
  if (!Number.isFinite(gain)) return;
  sums.returns++;
  sums.returnSum += gain;
  sums.bestReturn = Math.max(sums.bestReturn, gain);
  sums.worstReturn = Math.min(sums.worstReturn, gain);
  if (profit > 0) {
    sums.winReturns++;
    sums.winReturnSum += gain;
  } else if (profit < 0) {
    sums.lossReturns++;
    sums.lossReturnSum += gain;
  }
}

function countProfit(sums: Counting, profit: number): void {
  // Welford (1962).
  const deviation = profit - sums.profitMean;
  sums.profitMean += deviation / sums.count;
  sums.profitSquares += deviation * (profit - sums.profitMean);
  sums.largestProfit = Math.max(sums.largestProfit, Math.abs(profit));
}

/** Counts no trade yet. With `keepsTimes`, the distinct numbers of bars and durations are counted. */
export function createTradeCounter(unit: TimeUnit, keepsTimes: boolean): TradeCounter {
  const sums = emptySums();
  const long: CountingSide = { count: 0, wins: 0, profit: 0 };
  const short: CountingSide = { count: 0, wins: 0, profit: 0 };
  const times = keepsTimes ? { bars: createValueCounts(), durations: createValueCounts() } : undefined;
  let wins = 0;
  let losses = 0;

  function countSide(side: CountingSide, profit: number): void {
    side.count++;
    side.profit += profit;
    if (profit > 0) side.wins++;
  }

  function countTimes(bars: number, duration: number): void {
    sums.barSum += bars;
    sums.mostBars = Math.max(sums.mostBars, bars);
    sums.durationSum += duration;
    sums.longestDuration = Math.max(sums.longestDuration, duration);
    times?.bars.push(bars);
    times?.durations.push(duration);
  }

  return {
    get sums() {
      return { ...sums, long, short };
    },
    times,
    add({ length, entryTime, exitTime, direction, profit, return: returns, barsHeld, mae, mfe, open }) {
      const entries = new Int32Array(entryTime.buffer, entryTime.byteOffset, 2 * length);
      const exits = new Int32Array(exitTime.buffer, exitTime.byteOffset, 2 * length);
      for (let i = 0; i < length; i++) {
        if (open[i] === 1) continue;
        const gain = profit[i];
        sums.count++;
        wins = gain > 0 ? wins + 1 : 0;
        losses = gain < 0 ? losses + 1 : 0;
        if (gain > 0) sums.wins++;
        sums.longestWins = Math.max(sums.longestWins, wins);
        sums.longestLosses = Math.max(sums.longestLosses, losses);
        countReturn(sums, gain, returns[i]);
        countProfit(sums, gain);
        countTimes(barsHeld[i], millisecondsAt(exits, i, unit) - millisecondsAt(entries, i, unit));
        countSide(direction[i] > 0 ? long : short, gain);
        sums.maeSum += mae[i];
        sums.worstMae = Math.min(sums.worstMae, mae[i]);
        sums.mfeSum += mfe[i];
        sums.bestMfe = Math.max(sums.bestMfe, mfe[i]);
      }
    },
  };
}
