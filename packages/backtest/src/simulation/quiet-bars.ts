import type { AccountPoints } from "./account-rows.ts";
import type { Bars } from "./bars.ts";
import { type Book, sideOf } from "./book.ts";
import { keepDecision } from "./closing.ts";
import { fixedStop, isAbove, isBelow, targetOf, tighterStop, trailingStop } from "./exits.ts";
import { accrue } from "./financing.ts";

/** The columns that a run over bars writes. */
export type PointColumns = Omit<AccountPoints, "times">;

/** Whether a flat account may have an order after a decision: that event needs all steps. */
function mayEnter({ terms, positions, isBankrupt }: Book, decided: number, entry: number): boolean {
  if (isBankrupt) return false;
  const locked = positions.lockedDirection[0];
  if (locked === 0) return decided !== 0;
  return decided !== locked || terms.unlocksAtOnce || (terms.unlocksAtEntry && entry === 1);
}

/** Writes bars without a position from row `from` on, up to the first one that may have an order. Returns its row. */
function runFlat(book: Book, bars: Bars, points: PointColumns, from: number): number {
  const { positions, terms } = book;
  const { directions, entries, elapsed } = bars;
  const { equity, cash, exposure } = points;
  let decided = positions.decided[0];
  let entry = positions.entry[0];
  let row = from;
  for (; row < bars.length; row++) {
    if (mayEnter(book, decided, entry)) break;
    if (terms.hasRates && elapsed !== undefined) accrue(book, elapsed[row]);
    equity[row] = book.cash;
    if (cash !== undefined) cash[row] = book.cash;
    if (exposure !== undefined) exposure[row] = 0;
    decided = directions[row];
    if (entries !== undefined) entry = entries[row];
  }
  return row;
}

/**
 * Writes bars with a position from row `from` on, up to the first one in which an order, an exit, a margin call or a
 * rebalance may happen. Returns its row.
 */
function runHeld(book: Book, bars: Bars, points: PointColumns, from: number): number {
  const { positions, terms } = book;
  const { directions, close, high, low, elapsed, scheduled } = bars;
  const { equity, cash, exposure } = points;
  const { hasExits, hasRates, maintenanceMargin } = terms;
  const trails = terms.trailingStop > 0;
  const quantity = positions.quantity[0];
  const side = sideOf(quantity);
  const range = positions.entryRange[0];
  const fixed = fixedStop(terms, positions, 0, side);
  const target = targetOf(terms, positions, 0, side);
  // The first row at which the position has been held for long enough.
  const overdue =
    terms.maxHoldingBars > 0 ? from + terms.maxHoldingBars - (positions.bars[0] - positions.entryBar[0]) : bars.length;
  const end = Math.min(bars.length, overdue);
  let mark = positions.waterMark[0];
  let stop = tighterStop(fixed, trailingStop(terms, mark, side, range), side);
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  let decided = positions.decided[0];
  let money = book.cash;
  let row = from;
  for (; row < end; row++) {
    if (decided !== side || (scheduled !== undefined && scheduled[row] === 1)) break;
    const top = high[row];
    const bottom = low[row];
    const losing = side > 0 ? bottom : top;
    const winning = side > 0 ? top : bottom;
    // The open is not beyond the extremes, so it needs no test of its own.
    if (hasExits && (isBelow(losing, stop, side) || isAbove(winning, target, side))) break;
    if (hasRates && elapsed !== undefined) {
      // Accruing again, in the steps that follow a break, accrues nothing.
      accrue(book, elapsed[row]);
      money = book.cash;
    }
    const worth = quantity * close[row];
    const value = money + worth;
    const gross = worth > 0 ? worth : -worth;
    if (maintenanceMargin > 0 && gross > 0 && value < maintenanceMargin * gross) break;
    equity[row] = value;
    if (cash !== undefined) cash[row] = money;
    if (exposure !== undefined) exposure[row] = gross / value;
    if (hasRates) book.shorts = worth < 0 ? gross : 0;
    if (bottom < lowest) lowest = bottom;
    if (top > highest) highest = top;
    if (trails && side * winning > side * mark) {
      mark = winning;
      stop = tighterStop(fixed, trailingStop(terms, mark, side, range), side);
    }
    decided = directions[row];
  }
  if (row > from) {
    positions.waterMark[0] =
      side > 0 ? Math.max(positions.waterMark[0], highest) : Math.min(positions.waterMark[0], lowest);
    book.trades?.see(0, lowest, highest);
    const held = row - from;
    positions.heldBars[0] += held;
    if (side > 0) book.longBars += held;
    else book.shortBars += held;
  }
  return row;
}

/**
 * Runs the bars of an account of one symbol from row `from` on, up to the first one that needs all steps of an account
 * time. Returns its row. The bars that it runs give the same bits as all steps.
 */
export function runQuietBars(book: Book, bars: Bars, points: PointColumns, from: number): number {
  const { positions } = book;
  if (positions.bars[0] === 0) return from;
  const quantity = positions.quantity[0];
  const row = quantity === 0 ? runFlat(book, bars, points, from) : runHeld(book, bars, points, from);
  if (row === from) return from;
  const worth = quantity * bars.close[row - 1];
  book.equity = book.cash + worth;
  book.gross = Math.abs(worth);
  book.shorts = worth < 0 ? -worth : 0;
  positions.price[0] = bars.close[row - 1];
  positions.bars[0] += row - from;
  keepDecision(book, bars, row - 1);
  book.time += row - from;
  positions.lastTime[0] = book.time - 1;
  return row;
}
