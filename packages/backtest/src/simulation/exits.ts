import { reasonCodes } from "../account/reasons.ts";
import type { Bars } from "./bars.ts";
import { type Book, enteredLate, type Positions, phases, sideOf } from "./book.ts";
import { closePosition, lock } from "./execution.ts";
import { intrabars, type Terms } from "./terms.ts";
import { wantedDirection } from "./wanted-direction.ts";

/** A touch counts to within this fraction of the level, so that rounding decides nothing. */
const touch = 1e-10;

/** A level `offset` above a price: a fraction of the price, or a multiple of the average true range at the decision. */
function levelFrom(price: number, offset: number, terms: Terms, range: number): number {
  return terms.isAtr ? price + offset * range : price * (1 + offset);
}

/** The level of the fixed stop of a position on side `side`; beyond every price if there is none. */
export function fixedStop(terms: Terms, positions: Positions, symbol: number, side: number): number {
  if (terms.stopLoss === 0) return side * Number.NEGATIVE_INFINITY;
  return levelFrom(positions.entryPrice[symbol], -side * terms.stopLoss, terms, positions.entryRange[symbol]);
}

/** The level of the stop that hangs from a water mark. */
export function trailingStop(terms: Terms, mark: number, side: number, range: number): number {
  if (terms.trailingStop === 0) return side * Number.NEGATIVE_INFINITY;
  return levelFrom(mark, -side * terms.trailingStop, terms, range);
}

/** The stop that is reached first; a tie is the fixed one. */
export function tighterStop(fixed: number, trail: number, side: number): number {
  return side * trail > side * fixed ? trail : fixed;
}

/** The level of the target. */
export function targetOf(terms: Terms, positions: Positions, symbol: number, side: number): number {
  if (terms.takeProfit === 0) return side * Number.POSITIVE_INFINITY;
  return levelFrom(positions.entryPrice[symbol], side * terms.takeProfit, terms, positions.entryRange[symbol]);
}

/** Whether a price is at a level or further on the losing side. An infinite level is never reached. */
export function isBelow(price: number, level: number, side: number): boolean {
  return side * price <= side * level + touch * Math.abs(level);
}

/** Whether a price is at a level or further on the winning side. An infinite level is never reached. */
export function isAbove(price: number, level: number, side: number): boolean {
  return side * price >= side * level - touch * Math.abs(level);
}

/** Which of a stop and a target that are both inside the bar counts. */
function targetFirst(terms: Terms, open: number, losing: number, winning: number): boolean {
  if (terms.intrabar === intrabars.optimistic) return true;
  if (terms.intrabar === intrabars.pessimistic) return false;
  return Math.abs(winning - open) < Math.abs(losing - open) - touch * open;
}

function exit(book: Book, bars: Bars, row: number, reference: number, reason: number): void {
  const { order } = book;
  lock(book, bars.symbols[row]);
  order.reason = reason;
  order.isLimit = reason === reasonCodes.takeProfit;
  closePosition(book, bars, row, reference);
}

/**
 * Closes the position of a row if its bar reaches a level, by the specification, section 7: at the open only in phase
 * `open`, else anywhere.
 */
function exitAtLevel(book: Book, bars: Bars, row: number, phase: number): void {
  const { terms, positions } = book;
  const s = bars.symbols[row];
  const side = sideOf(positions.quantity[s]);
  const fixed = fixedStop(terms, positions, s, side);
  const trail = trailingStop(terms, positions.waterMark[s], side, positions.entryRange[s]);
  const stop = tighterStop(fixed, trail, side);
  const stopReason = stop === fixed ? reasonCodes.stopLoss : reasonCodes.trailingStop;
  const target = targetOf(terms, positions, s, side);
  const open = bars.open[row];
  book.order.phase = phase;
  if (isBelow(open, stop, side)) exit(book, bars, row, open, stopReason);
  else if (isAbove(open, target, side)) exit(book, bars, row, open, reasonCodes.takeProfit);
  else if (phase === phases.inside) {
    const losing = side > 0 ? bars.low[row] : bars.high[row];
    const winning = side > 0 ? bars.high[row] : bars.low[row];
    const stops = isBelow(losing, stop, side);
    const wins = isAbove(winning, target, side);
    if (wins && (!stops || targetFirst(terms, open, losing, winning)))
      exit(book, bars, row, target, reasonCodes.takeProfit);
    else if (stops) exit(book, bars, row, stop, stopReason);
  }
}

/** Closes the position of a row that the last decision keeps and that the open finds beyond a level. */
export function exitGap(book: Book, bars: Bars, row: number): void {
  const s = bars.symbols[row];
  const side = sideOf(book.positions.quantity[s]);
  if (side !== 0 && wantedDirection(book, s) === side) exitAtLevel(book, bars, row, phases.open);
}

/** Closes the position of a row if a level is reached inside its bar. */
export function exitInside(book: Book, bars: Bars, row: number): void {
  const { positions } = book;
  const s = bars.symbols[row];
  if (positions.quantity[s] !== 0 && !enteredLate(positions, s)) exitAtLevel(book, bars, row, phases.inside);
}
