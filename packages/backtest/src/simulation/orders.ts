import { reasonCodes } from "../account/reasons.ts";
import type { Bars } from "./bars.ts";
import { type Book, equityOf, phases, sideOf } from "./book.ts";
import { execute, lock } from "./execution.ts";
import { quantityAlone, sizeOrders } from "./sizing.ts";
import { isOverdue, wantedDirection } from "./wanted-direction.ts";

function reasonOf(book: Book, symbol: number, held: number): number {
  const { positions, isBankrupt } = book;
  if (isBankrupt) return reasonCodes.bankruptcy;
  if (positions.decided[symbol] !== held) return reasonCodes.signal;
  return isOverdue(book, symbol) ? reasonCodes.timeExit : reasonCodes.rebalance;
}

/** Lists the rows whose symbols have an order now. */
function listOrders(book: Book, bars: Bars, from: number, to: number): void {
  const { terms, positions, sheet } = book;
  sheet.length = 0;
  for (let row = from; row < to; row++) {
    const s = bars.symbols[row];
    if (positions.bars[s] === 0 || (terms.exitsDelisted && positions.listed[s] === 0)) continue;
    const held = sideOf(positions.quantity[s]);
    const want = wantedDirection(book, s);
    const isDue = book.lastScheduled > positions.lastTime[s];
    if (want === held && (held === 0 || !isDue)) continue;
    sheet.rows[sheet.length++] = row;
    sheet.wants[s] = want;
    sheet.due[s] = isDue ? 1 : 0;
    sheet.ordered[s] = 1;
    sheet.reasons[s] = reasonOf(book, s, held);
  }
}

function loseAccount(book: Book, bars: Bars, row: number): void {
  book.isBankrupt = true;
  book.bankruptLow = bars.words[2 * row];
  book.bankruptHigh = bars.words[2 * row + 1];
}

/** Fills `book.order`, whose row, target and reason are set. */
function fillOrder(book: Book, bars: Bars, phase: number): void {
  const { terms, positions, order } = book;
  const { row } = order;
  const s = bars.symbols[row];
  const buys = order.target > positions.quantity[s];
  order.reference = positions.price[s];
  order.base = terms.fillsAtWorst ? (buys ? bars.high[row] : bars.low[row]) : order.reference;
  order.isLimit = false;
  order.phase = phase;
  if (order.reason === reasonCodes.timeExit) lock(book, s);
  execute(book, bars);
}

/** Fills the sales if `side` is -1, or the buys if it is 1. */
function fillOrders(book: Book, bars: Bars, phase: number, side: number): void {
  const { positions, sheet, order } = book;
  for (let i = 0; i < sheet.length; i++) {
    const row = sheet.rows[i];
    const s = bars.symbols[row];
    if (sideOf(sheet.targets[s] - positions.quantity[s]) !== side) continue;
    order.row = row;
    order.target = sheet.targets[s];
    order.reason = sheet.reasons[s];
    fillOrder(book, bars, phase);
  }
}

/** {@link fillDecisions} of an account of one symbol, which needs neither slots nor lists. */
export function fillDecisionAlone(book: Book, bars: Bars, row: number, phase: number): void {
  const { positions, order } = book;
  const price = phase === phases.open ? bars.open[row] : bars.close[row];
  const quantity = positions.quantity[0];
  positions.price[0] = price;
  if (positions.bars[0] === 0) return;
  const held = sideOf(quantity);
  const want = wantedDirection(book, 0);
  if (want === held && (held === 0 || book.lastScheduled <= positions.lastTime[0])) return;
  const equity = book.cash + quantity * price;
  if (equity <= 0 && !book.isBankrupt) loseAccount(book, bars, row);
  const target = book.isBankrupt ? 0 : quantityAlone(book, want, equity);
  if (target === quantity) return;
  order.row = row;
  order.target = target;
  order.reason = reasonOf(book, 0, held);
  fillOrder(book, bars, phase);
}

/**
 * Fills the last decisions of the rows of one account time at their opens or closes, by the specification, section 6.
 */
export function fillDecisions(book: Book, bars: Bars, from: number, to: number, phase: number): void {
  const { positions, sheet } = book;
  const references = phase === phases.open ? bars.open : bars.close;
  for (let row = from; row < to; row++) positions.price[bars.symbols[row]] = references[row];
  listOrders(book, bars, from, to);
  if (sheet.length === 0) return;
  const equity = equityOf(book);
  if (equity <= 0 && !book.isBankrupt) {
    loseAccount(book, bars, from);
    listOrders(book, bars, from, to);
  }
  sizeOrders(book, bars, equity);
  fillOrders(book, bars, phase, -1);
  fillOrders(book, bars, phase, 1);
  for (let row = from; row < to; row++) sheet.ordered[bars.symbols[row]] = 0;
}
