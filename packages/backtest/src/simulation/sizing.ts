import type { Bars } from "./bars.ts";
import { type Book, sideOf } from "./book.ts";
import { assignSlots } from "./slots.ts";
import { shareDivisor, shareOf } from "./symbol-share.ts";
import { sizings } from "./terms.ts";

/** The notional that a symbol asks for, by the specification, section 6; NaN if its size is unknown. */
function notionalOf({ terms, positions }: Book, symbol: number, equity: number, share: number): number {
  const { size } = terms;
  switch (terms.sizing) {
    case sizings.allIn:
      return share * equity;
    case sizings.fixedFraction:
      return share * equity * size;
    case sizings.fixedNotional:
      return size;
    case sizings.fixedQuantity:
      return size * positions.price[symbol];
    case sizings.volatilityTarget:
      return (share * equity * size) / positions.volatility[symbol];
    default:
      return share * equity * size * Math.abs(positions.strength[symbol]);
  }
}

/** The notional that a symbol with a direction gets if there is enough; 0 if its share is 0 or its size is unknown. */
function askNotional(book: Book, symbol: number, equity: number, divisor: number): number {
  if (book.terms.isAtr && Number.isNaN(book.positions.range[symbol])) return 0;
  const share = shareOf(book, symbol, divisor);
  const notional = share > 0 ? notionalOf(book, symbol, equity, share) : 0;
  return Number.isNaN(notional) ? 0 : notional;
}

function askNotionals(book: Book, bars: Bars, equity: number): void {
  const { sheet } = book;
  const divisor = shareDivisor(book);
  for (let i = 0; i < sheet.length; i++) {
    const s = bars.symbols[sheet.rows[i]];
    sheet.notionals[s] = sheet.wants[s] === 0 ? 0 : askNotional(book, s, equity, divisor);
  }
}

/** The notional that orders may reach, less that of positions without an order. */
function buyingPower({ terms, positions, held, heldCount, sheet }: Book, equity: number): number {
  let kept = 0;
  for (let i = 0; i < heldCount; i++) {
    const s = held[i];
    if (sheet.ordered[s] === 0) kept += Math.abs(positions.quantity[s]) * positions.price[s];
  }
  return terms.maxLeverage * equity - kept;
}

/** The factor by which all notionals are reduced to what the account may hold. */
function scaleOf(book: Book, bars: Bars, equity: number): number {
  const { sheet } = book;
  let asked = 0;
  for (let i = 0; i < sheet.length; i++) asked += sheet.notionals[bars.symbols[sheet.rows[i]]];
  if (asked === 0) return 1;
  const power = buyingPower(book, equity);
  return asked > power ? Math.max(0, power) / asked : 1;
}

/** Quantity to hold for a notional in a direction: a kept position may stay, lots and least amounts apply. */
function quantityFor(
  { terms, positions }: Book,
  symbol: number,
  want: number,
  notional: number,
  equity: number,
): number {
  const price = positions.price[symbol];
  const before = positions.quantity[symbol];
  const isKept = want !== 0 && want === sideOf(before);
  const exact = (want * notional) / price;
  if (isKept && (Math.abs(exact - before) * price) / equity <= terms.band) return before;
  let units = Math.abs(exact);
  if (terms.lotSize > 0) units = terms.lotSize * Math.floor((units / terms.lotSize) * (1 + 1e-12));
  if (units * price < Math.max(terms.minNotional, 1e-9 * equity)) units = 0;
  const target = units === 0 ? 0 : want * units;
  if (isKept && target !== 0 && Math.abs(target - before) * price < terms.minNotional) return before;
  return target;
}

/** Computes the quantities of all orders of this event, before any is filled. */
export function sizeOrders(book: Book, bars: Bars, equity: number): void {
  const { terms, sheet } = book;
  askNotionals(book, bars, equity);
  if (terms.maxPositions > 0) assignSlots(book, bars);
  const scale = scaleOf(book, bars, equity);
  for (let i = 0; i < sheet.length; i++) {
    const s = bars.symbols[sheet.rows[i]];
    sheet.targets[s] = quantityFor(book, s, sheet.wants[s], sheet.notionals[s] * scale, equity);
  }
}

/** The quantity of an order for the only symbol of an account. */
export function quantityAlone(book: Book, want: number, equity: number): number {
  if (want === 0) return 0;
  let notional = askNotional(book, 0, equity, shareDivisor(book));
  const power = book.terms.maxLeverage * equity;
  if (notional > power) notional *= Math.max(0, power) / notional;
  return quantityFor(book, 0, want, notional, equity);
}
