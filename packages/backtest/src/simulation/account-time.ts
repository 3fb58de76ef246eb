import type { Bars } from "./bars.ts";
import { type Book, phases } from "./book.ts";
import { endBars, exitDelisted, markAccount } from "./closing.ts";
import { exitGaps, exitInside } from "./exits.ts";
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
  const isAlone = book.positions.quantity.length === 1;
  listNew(book, bars, from, to);
  if (terms.hasRates && bars.elapsed !== undefined) accrue(book, bars.elapsed[from]);
  const atOpen = bars.hasOpen && !terms.fillsAtClose;
  if (atOpen) {
    if (terms.hasExits) exitGaps(book, bars, from, to);
    if (isAlone) fillDecisionAlone(book, bars, from, phases.open);
    else fillDecisions(book, bars, from, to, phases.open);
  }
  if (terms.hasExits) exitInside(book, bars, from, to);
  if (terms.exitsDelisted) exitDelisted(book, bars, from, to);
  if (!atOpen && isAlone) fillDecisionAlone(book, bars, from, phases.close);
  else if (!atOpen) fillDecisions(book, bars, from, to, phases.close);
  markAccount(book, bars, from, to);
  endBars(book, bars, from, to);
  book.time++;
}
