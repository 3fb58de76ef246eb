import type { TradeLedger } from "../account/trade-ledger.ts";
import type { Bars } from "./bars.ts";
import { type Book, enteredLate, hold, phases, sideOf } from "./book.ts";

function fillPrice({ terms, order }: Book, bars: Bars, side: number): number {
  if (order.isLimit) return order.reference;
  let rate = terms.concession;
  if (terms.slippageRange > 0)
    rate += (terms.slippageRange * (bars.high[order.row] - bars.low[order.row])) / order.base;
  return Math.max(0, order.base * (1 + side * rate));
}

/** Counts what the position has seen in the bar in which it ends. */
function seeLastBar(trades: TradeLedger, { positions, order }: Book, bars: Bars): void {
  const { row, phase } = order;
  const s = bars.symbols[row];
  if (phase !== phases.close) trades.see(s, bars.open[row], bars.open[row]);
  else if (!enteredLate(positions, s)) trades.see(s, bars.low[row], bars.high[row]);
}

/** Divides fee and slippage of a flip by quantity between the trade that it ends and the one that it begins. */
function recordFlip(trades: TradeLedger, { terms, order, fill }: Book, before: number, target: number): void {
  const { units, price, fee } = fill;
  const concession = Math.abs(price - order.reference);
  fill.units = Math.abs(before);
  // This product has the bits of the fee of an order for this part alone.
  fill.fee = terms.isFeeProportional ? fill.units * price * terms.feeRate : fee * (fill.units / units);
  fill.slippage = fill.units * concession;
  trades.close(fill);
  fill.units = Math.abs(target);
  fill.fee = terms.isFeeProportional ? fill.units * price * terms.feeRate : fee * (fill.units / units);
  fill.slippage = fill.units * concession;
  trades.open(fill, target > 0 ? 1 : -1);
}

function record(trades: TradeLedger, book: Book, bars: Bars, before: number): void {
  const { fill } = book;
  const { target } = book.order;
  if (before === 0) trades.open(fill, sideOf(target));
  else if (sideOf(before) !== sideOf(target)) {
    seeLastBar(trades, book, bars);
    if (target === 0) trades.close(fill);
    else recordFlip(trades, book, before, target);
  } else if (Math.abs(target) > Math.abs(before)) trades.add(fill);
  else trades.remove(fill);
}

/** Keeps what the levels of a position depend on. */
function keepEntry({ terms, positions, order }: Book, symbol: number, before: number, price: number): void {
  const { target, phase } = order;
  const units = Math.abs(target);
  if (sideOf(before) !== sideOf(target)) {
    positions.entryPrice[symbol] = price;
    positions.waterMark[symbol] = price;
    positions.entryRange[symbol] = positions.range[symbol];
    positions.entryBar[symbol] = positions.bars[symbol];
    positions.enteredLate[symbol] = phase === phases.close || terms.fillsAtWorst ? 1 : 0;
  } else if (units > Math.abs(before)) {
    const held = Math.abs(before);
    positions.entryPrice[symbol] = (positions.entryPrice[symbol] * held + price * (units - held)) / units;
  }
}

/**
 * Fills `book.order`, which changes the quantity of the symbol in its row, by the specification, sections 5 and 11.
 */
export function execute(book: Book, bars: Bars): void {
  const { terms, positions, order, fill } = book;
  const { row, target, reference } = order;
  const s = bars.symbols[row];
  const before = positions.quantity[s];
  const change = target - before;
  const side = change > 0 ? 1 : -1;
  const units = Math.abs(change);
  const price = fillPrice(book, bars, side);
  const notional = units * price;
  const fee = Math.max(terms.minFee, notional * terms.feeRate + units * terms.feePerUnit + terms.feePerTrade);
  const slippage = units * Math.abs(price - reference);
  book.cash = book.cash - change * price - fee;
  book.fees += fee;
  book.slippage += slippage;
  book.traded += notional;
  fill.symbol = s;
  fill.bar = positions.bars[s];
  fill.timeLow = bars.words[2 * row];
  fill.timeHigh = bars.words[2 * row + 1];
  fill.units = units;
  fill.price = price;
  fill.fee = fee;
  fill.slippage = slippage;
  fill.reason = order.reason;
  if (book.fills !== undefined) book.fills.append(fill, side);
  if (book.trades !== undefined) record(book.trades, book, bars, before);
  hold(book, s, target);
  if (target !== 0) keepEntry(book, s, before, price);
}

/** Closes the symbol's position at `reference`, by a market order or, as a take-profit, a limit order. */
export function closePosition(book: Book, bars: Bars, row: number, reference: number): void {
  const { order } = book;
  order.row = row;
  order.target = 0;
  order.reference = reference;
  order.base = reference;
  execute(book, bars);
}

/** Bars the direction that the symbol holds from the next orders on, by the specification, section 7. */
export function lock({ positions }: Book, symbol: number): void {
  positions.lockedDirection[symbol] = sideOf(positions.quantity[symbol]);
  positions.lockedBar[symbol] = positions.bars[symbol];
}
