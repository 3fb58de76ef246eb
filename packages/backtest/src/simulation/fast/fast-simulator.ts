import type { BacktestConfig } from "@atc/contract";
import { reasonCodes } from "../../account/reasons.ts";
import type { TradeStatistics, Trades } from "../../account/trades.ts";
import type { Account, AccountPoints, AccountRows, SimulatedAccount, SimulatorOptions } from "../account-rows.ts";
import { invalidDirection } from "../row-check.ts";
import { type AccountKernel, accountKernel, withKernel } from "./account-kernel.ts";
import { type AccountKey, accountAt as at, openState } from "./account-state.ts";
import { lookUpTimes, noTimes, statisticsOf } from "./bar-times.ts";
import { excursionsOf } from "./plain-kernel.ts";
import { writePoints } from "./points.ts";
import { fillBuffer, tradeBuffer } from "./row-buffer.ts";
import { blockLength, type WorkingRows } from "./working-rows.ts";

/** The keys of a configuration that this account reads. */
export type FastSimulatorConfig = Pick<BacktestConfig, AccountKey | "fill">;

/** The part of some bars that one call of the kernel adds. */
interface Part {
  readonly bars: AccountRows;
  readonly points: AccountPoints;
  readonly from: number;
  readonly count: number;
}

/** A view of 64-bit times as halves of 32 bits: copying those makes no BigInt. */
function halvesOf(times: BigInt64Array, from = 0, count: number = times.length): Int32Array {
  return new Int32Array(times.buffer, times.byteOffset + 8 * from, 2 * count);
}

/** Copies the prices and directions of a part into the rows. */
function copyIn(rows: WorkingRows, { bars, from, count }: Part, fillsAtOpen: boolean, excursions: boolean): void {
  const part = <Column extends { subarray(from: number, to: number): Column; readonly length: number }>(
    column: Column,
  ): Column => (count === column.length ? column : column.subarray(from, from + count));
  const { open, high, low } = bars;
  const close = part(bars.close);
  rows.directions.set(part(bars.directions));
  rows.close.set(close);
  rows.fill.set(fillsAtOpen && open !== undefined ? part(open) : close);
  if (!excursions) return;
  if (open !== undefined && !fillsAtOpen) rows.open.set(part(open));
  if (high !== undefined) rows.high.set(part(high));
  if (low !== undefined) rows.low.set(part(low));
}

function tradesOf(state: Float64Array): TradeStatistics {
  return {
    closed: state[at.closed],
    wins: state[at.wins],
    losses: state[at.losses],
    gained: state[at.gained],
    lost: state[at.lostMoney],
    winReturns: state[at.winReturns],
    lossReturns: state[at.lossReturns],
  };
}

/**
 * Creates an account of `docs/backtest-spec.md` that holds its whole equity in the decided direction, with costs in
 * basis points only: no protective exits, rates, lots or other sizes. It reads no other key of the configuration. State
 * is constant, and results are bit-identical for blocks of any size and for both kernels. Its `totals().statistics` are
 * those of `addEquities`, bit for bit.
 *
 * @throws ATC_INVALID_ARGUMENT, ATC_UNSUPPORTED for a wrong ATC_KERNEL
 */
export function createFastSimulator(config: FastSimulatorConfig, options: SimulatorOptions = {}): Account {
  const { onTrades, onFills, symbol = "", excursions = onTrades !== undefined } = options;
  const preferred = accountKernel();
  const state = openState(config);
  state[at.listsFills] = onFills === undefined ? 0 : 1;
  const trades = onTrades && tradeBuffer(onTrades);
  const fills = onFills && fillBuffer(onFills);
  const times = noTimes();
  const entryTime = new BigInt64Array(1);
  let firstClose = 0;
  let lastClose = 0;

  /** Writes the times of a block's trades, passes the trades on, and keeps the time of the open trade's entry. */
  function takeTrades({ rows }: AccountKernel, { bars, from, count }: Part): void {
    const ended = rows.state[at.trades];
    const start = rows.state[at.bars] - count;
    const halves = halvesOf(bars.times, from, count);
    const entryHalves = halvesOf(entryTime);
    if (trades !== undefined && ended > 0) {
      const { entryBar, exitBar } = rows;
      const entries = halvesOf(rows.trades.entryTime);
      const exits = halvesOf(rows.trades.exitTime);
      for (let k = 0; k < ended; k++) {
        const isEarlier = entryBar[k] < 0;
        const source = isEarlier ? entryHalves : halves;
        const entry = isEarlier ? 0 : 2 * entryBar[k];
        const exit = 2 * exitBar[k];
        entries[2 * k] = source[entry];
        entries[2 * k + 1] = source[entry + 1];
        exits[2 * k] = halves[exit];
        exits[2 * k + 1] = halves[exit + 1];
      }
      if (!excursions) {
        rows.trades.mae.fill(Number.NaN, 0, ended);
        rows.trades.mfe.fill(Number.NaN, 0, ended);
      }
    }
    const opened = rows.state[at.entryBar] - start;
    if (rows.state[at.quantity] !== 0 && opened >= 0) {
      entryHalves[0] = halves[2 * opened];
      entryHalves[1] = halves[2 * opened + 1];
    }
    trades?.take(rows.trades, ended);
  }

  function takeFills({ rows }: AccountKernel, { bars, from, count }: Part): void {
    if (fills === undefined) return;
    const happened = rows.state[at.fills];
    const halves = halvesOf(bars.times, from, count);
    const fillTimes = halvesOf(rows.fills.time);
    for (let k = 0; k < happened; k++) {
      fillTimes[2 * k] = halves[2 * rows.fillBar[k]];
      fillTimes[2 * k + 1] = halves[2 * rows.fillBar[k] + 1];
    }
    fills.take(rows.fills, happened);
  }

  /** Adds one part. The state is in the kernel's rows before and after. */
  function advance(kernel: AccountKernel, part: Part, fillsAtOpen: boolean): void {
    const { rows } = kernel;
    const { bars, points, from, count } = part;
    copyIn(rows, part, fillsAtOpen, excursions);
    const before = points.cash || points.exposure || points.grossEquity ? rows.state.slice() : undefined;
    const done = kernel.advance(count, excursions);
    if (done < count) throw invalidDirection(symbol, state[at.bars] + from + done, bars.directions[from + done]);
    points.equity.set(count === blockLength ? rows.equity : rows.equity.subarray(0, count), from);
    if (before !== undefined) writePoints(rows, before, points, from, count);
    takeFills(kernel, part);
    takeTrades(kernel, part);
  }

  function push(bars: AccountRows, points: AccountPoints): number {
    const { length } = bars.close;
    if (length === 0) return 0;
    const fillsAtOpen = config.fill === "nextOpen" && bars.open !== undefined;
    state[at.fillsAtClose] = fillsAtOpen ? 0 : 1;
    state[at.hasOpen] = bars.open === undefined ? 0 : 1;
    state[at.hasHigh] = bars.high === undefined ? 0 : 1;
    state[at.hasLow] = bars.low === undefined ? 0 : 1;
    state[at.listsOrders] = points.cash || points.exposure || points.grossEquity ? 1 : 0;
    if (state[at.bars] === 0) firstClose = bars.close[0];
    lastClose = bars.close[length - 1];
    const peakBar = state[at.peakBar];
    withKernel(preferred, (kernel) => {
      kernel.rows.state.set(state);
      for (let from = 0; from < length; from += blockLength)
        advance(kernel, { bars, points, from, count: Math.min(blockLength, length - from) }, fillsAtOpen);
      state.set(kernel.rows.state);
    });
    if (points.times !== bars.times) points.times.set(bars.times);
    lookUpTimes(times, state, peakBar, bars.times);
    fills?.flush();
    return length;
  }

  function totals(): SimulatedAccount {
    const bars = state[at.bars];
    const heldBars = state[at.heldBars];
    return {
      bars,
      rows: bars,
      firstTime: times.first,
      lastTime: times.last,
      firstClose,
      lastClose,
      symbols: [{ bars, heldBars, firstClose, lastClose }],
      trades: tradesOf(state),
      statistics: statisticsOf(state, config.initialCapital, times),
      heldBars,
      longBars: state[at.longBars],
      shortBars: state[at.shortBars],
      traded: state[at.traded],
      fees: state[at.fees],
      slippage: state[at.slippage],
      borrowCost: 0,
      marginInterest: 0,
      cashInterest: 0,
      grossEquity: state[at.grossCash] + state[at.grossQuantity] * lastClose,
      bankruptAt: times.bankruptAt,
    };
  }

  /** The open position as a trade that ends at the last close without costs. */
  function openTrade(): Trades {
    const held = state[at.quantity];
    const quantity = Math.abs(held);
    const entryPrice = state[at.entryPrice];
    const fees = state[at.entryFee];
    const profit = held * (lastClose - entryPrice) - fees;
    const { mae, mfe } = excursions ? excursionsOf(state) : { mae: Number.NaN, mfe: Number.NaN };
    return {
      length: 1,
      entryTime: entryTime.slice(),
      exitTime: BigInt64Array.of(times.last),
      direction: Int8Array.of(held > 0 ? 1 : -1),
      quantity: Float64Array.of(quantity),
      entryPrice: Float64Array.of(entryPrice),
      exitPrice: Float64Array.of(lastClose),
      fees: Float64Array.of(fees),
      slippage: Float64Array.of(state[at.entrySlippage]),
      profit: Float64Array.of(profit),
      return: Float64Array.of(profit / (quantity * entryPrice)),
      barsHeld: Int32Array.of(state[at.bars] - 1 - state[at.entryBar]),
      mae: Float64Array.of(mae),
      mfe: Float64Array.of(mfe),
      reason: Uint8Array.of(reasonCodes.endOfData),
      open: Uint8Array.of(1),
    };
  }

  return {
    // Nothing in this account depends on earlier bars.
    warmUp: () => undefined,
    push,
    totals,
    finish() {
      if (state[at.quantity] !== 0) trades?.take(openTrade(), 1);
      state[at.quantity] = 0;
      trades?.flush();
      fills?.flush();
    },
  };
}
