import { reasonCodes } from "../account/reasons.ts";
import type { Bars } from "./bars.ts";
import { type Book, enteredLate, phases } from "./book.ts";
import { closePosition, lock } from "./execution.ts";

/** Closes the positions of symbols whose last bar this is, by the specification, section 10. */
export function exitDelisted(book: Book, bars: Bars, from: number, to: number): void {
  const { positions, lastBars, order } = book;
  // At the last account time nothing follows, so nothing is delisted.
  if (lastBars === undefined || (to === bars.length && !bars.moreFollow)) return;
  for (let row = from; row < to; row++) {
    const s = bars.symbols[row];
    if (positions.bars[s] + 1 !== lastBars[s]) continue;
    if (positions.quantity[s] !== 0) {
      order.reason = reasonCodes.delisting;
      order.isLimit = false;
      order.phase = phases.close;
      closePosition(book, bars, row, bars.close[row]);
    }
    positions.listed[s] = 0;
    book.listedCount--;
  }
}

/** Values all positions at their last closes. */
function value(book: Book): void {
  const { held, heldCount, positions } = book;
  const { quantity, price } = positions;
  let equity = book.cash;
  let gross = 0;
  let shorts = 0;
  for (let i = 0; i < heldCount; i++) {
    const s = held[i];
    const worth = quantity[s] * price[s];
    equity += worth;
    if (worth < 0) {
      gross -= worth;
      shorts -= worth;
    } else gross += worth;
  }
  book.equity = equity;
  book.gross = gross;
  book.shorts = shorts;
}

/** Closes what has a bar now, by the specification, section 9. */
function callMargin(book: Book, bars: Bars, from: number, to: number): void {
  const { positions, order } = book;
  for (let row = from; row < to; row++) {
    const s = bars.symbols[row];
    if (positions.quantity[s] === 0) continue;
    lock(book, s);
    order.reason = reasonCodes.marginCall;
    order.isLimit = false;
    order.phase = phases.close;
    closePosition(book, bars, row, bars.close[row]);
  }
}

/** {@link markAccount} of an account of one symbol. */
export function markAlone(book: Book, bars: Bars, row: number): void {
  const { terms, positions } = book;
  const price = bars.close[row];
  positions.price[0] = price;
  const worth = positions.quantity[0] * price;
  book.equity = book.cash + worth;
  book.gross = Math.abs(worth);
  book.shorts = worth < 0 ? -worth : 0;
  const { maintenanceMargin } = terms;
  if (maintenanceMargin > 0 && book.gross > 0 && book.equity < maintenanceMargin * book.gross) {
    callMargin(book, bars, row, row + 1);
    value(book);
  }
}

/** Values the account at the closes of one account time, after a margin call if one is due. */
export function markAccount(book: Book, bars: Bars, from: number, to: number): void {
  const { terms, positions } = book;
  for (let row = from; row < to; row++) positions.price[bars.symbols[row]] = bars.close[row];
  value(book);
  const { maintenanceMargin } = terms;
  if (maintenanceMargin > 0 && book.gross > 0 && book.equity < maintenanceMargin * book.gross) {
    callMargin(book, bars, from, to);
    value(book);
  }
}

/** Counts a bar that closes with a position, and moves its water mark. */
function keepHeld(book: Book, bars: Bars, row: number, symbol: number): void {
  const { positions, trades } = book;
  const isLong = positions.quantity[symbol] > 0;
  positions.heldBars[symbol]++;
  if (isLong) book.longBars++;
  else book.shortBars++;
  if (enteredLate(positions, symbol)) {
    trades?.see(symbol, bars.close[row], bars.close[row]);
    return;
  }
  trades?.see(symbol, bars.low[row], bars.high[row]);
  const best = isLong ? bars.high[row] : bars.low[row];
  const mark = positions.waterMark[symbol];
  positions.waterMark[symbol] = isLong ? Math.max(mark, best) : Math.min(mark, best);
}

/** Keeps what the next bar of a row's symbol needs to know of this one. */
export function keepDecision(book: Book, bars: Bars, row: number): void {
  const { positions } = book;
  const s = bars.symbols[row];
  positions.decided[s] = bars.directions[row];
  positions.strength[s] = bars.strengths[row];
  if (bars.entries !== undefined) positions.entry[s] = bars.entries[row];
  if (bars.averageTrueRange !== undefined) positions.range[s] = bars.averageTrueRange[row];
  if (bars.volatility !== undefined) positions.volatility[s] = bars.volatility[row];
}

/** Ends the bar of a row: water mark, excursions and the decision at the close. */
export function endBar(book: Book, bars: Bars, row: number): void {
  const { positions } = book;
  const s = bars.symbols[row];
  if (positions.quantity[s] !== 0) keepHeld(book, bars, row, s);
  keepDecision(book, bars, row);
  positions.bars[s]++;
  positions.lastTime[s] = book.time;
}
