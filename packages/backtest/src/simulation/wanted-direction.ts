import { type Book, sideOf } from "./book.ts";

/** Whether a lock ends at this order event, by the specification, section 7. */
function unlocks({ terms, positions }: Book, symbol: number): boolean {
  if (positions.decided[symbol] !== positions.lockedDirection[symbol]) return true;
  // The decision is of the bar before the current one.
  if (positions.bars[symbol] - 1 < positions.lockedBar[symbol]) return false;
  return terms.unlocksAtOnce || (terms.unlocksAtEntry && positions.entry[symbol] === 1);
}

/** Whether a position that its decision keeps has been held for long enough. */
export function isOverdue({ terms, positions }: Book, symbol: number): boolean {
  return terms.maxHoldingBars > 0 && positions.bars[symbol] - positions.entryBar[symbol] >= terms.maxHoldingBars;
}

/**
 * The direction that a symbol's last decision asks for now, before slots are given, by the specification, section 6.
 * A lock that ends by it ends for good.
 */
export function wantedDirection(book: Book, symbol: number): number {
  const { positions } = book;
  if (book.isBankrupt) return 0;
  const decided = positions.decided[symbol];
  if (positions.lockedDirection[symbol] !== 0) {
    if (!unlocks(book, symbol)) return 0;
    positions.lockedDirection[symbol] = 0;
  }
  if (decided !== 0 && decided === sideOf(positions.quantity[symbol]) && isOverdue(book, symbol)) return 0;
  return decided;
}
