import { msPerYear } from "../base/calendar.ts";
import type { Book } from "./book.ts";

/** Accrues interest and borrow cost up to `elapsed`, by the specification, section 8. */
export function accrue(book: Book, elapsed: number): void {
  const { terms, shorts } = book;
  const years = (elapsed - book.lastElapsed) / msPerYear;
  book.lastElapsed = elapsed;
  const free = book.cash - shorts;
  const earned = free > 0 ? free * terms.cashRate * years : 0;
  const paid = free < 0 ? -free * terms.marginRate * years : 0;
  const borrowed = shorts * terms.borrowRate * years;
  book.cash += earned - paid - borrowed;
  book.cashInterest += earned;
  book.marginInterest += paid;
  book.borrowCost += borrowed;
}
