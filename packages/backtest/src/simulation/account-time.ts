import type { Bars } from "./bars.ts";
import { type Book, phases } from "./book.ts";
import { endBar, exitDelisted, markAccount, markAlone } from "./closing.ts";
import { exitGap, exitInside } from "./exits.ts";
import { accrue } from "./financing.ts";
import { fillDecisionAlone, fillDecisions } from "./orders.ts";

/** Lists the symbols that have their first bar now. */
function listNew(book: Book, bars: Bars, from: number, to: number): void {
  const { positions } = book;
  for (let row = from; row < to; row++) {
    const s = bars.symbols[row];
    if (positions.bars[s] > 0) continue;
    positions.listed[s] = 1;
    book.listedCount++;
  }
}

/**
 * Runs all events of account time `index` of a block in the order of the specification, section 4. Account times count
 * from the first block on in `book.time`.
 */
export function runAccountTime(book: Book, bars: Bars, index: number): void {
  const { terms } = book;
  const from = bars.starts[index];
  const to = bars.starts[index + 1];
  if (bars.scheduled !== undefined && bars.scheduled[index] === 1) book.lastScheduled = book.time;
  listNew(book, bars, from, to);
  if (terms.hasRates && bars.elapsed !== undefined) accrue(book, bars.elapsed[from]);
  const atOpen = bars.hasOpen && !terms.fillsAtClose;
  if (atOpen) {
    if (terms.hasExits) for (let row = from; row < to; row++) exitGap(book, bars, row);
    fillDecisions(book, bars, from, to, phases.open);
  }
  if (terms.hasExits) for (let row = from; row < to; row++) exitInside(book, bars, row);
  if (terms.exitsDelisted) exitDelisted(book, bars, from, to);
  if (!atOpen) fillDecisions(book, bars, from, to, phases.close);
  markAccount(book, bars, from, to);
  for (let row = from; row < to; row++) endBar(book, bars, row);
  book.time++;
}

/** {@link runAccountTime} of an account of one symbol, in a third of the time. Its last bar is never delisted. */
export function runAloneTime(book: Book, bars: Bars, row: number): void {
  const { terms } = book;
  if (bars.scheduled !== undefined && bars.scheduled[row] === 1) book.lastScheduled = book.time;
  if (book.listedCount === 0) listNew(book, bars, row, row + 1);
  if (terms.hasRates && bars.elapsed !== undefined) accrue(book, bars.elapsed[row]);
  const atOpen = bars.hasOpen && !terms.fillsAtClose;
  if (atOpen) {
    if (terms.hasExits) exitGap(book, bars, row);
    fillDecisionAlone(book, bars, row, phases.open);
  }
  if (terms.hasExits) exitInside(book, bars, row);
  if (!atOpen) fillDecisionAlone(book, bars, row, phases.close);
  markAlone(book, bars, row);
  endBar(book, bars, row);
  book.time++;
}
