import type { FillLedger } from "../account/fill-ledger.ts";
import { createTradeFill, type TradeFill, type TradeLedger } from "../account/trade-ledger.ts";
import type { Shares } from "./shares.ts";
import type { Terms } from "./terms.ts";

/** What an account knows of each of its symbols: one array per fact, one element per symbol. */
export interface Positions {
  /** Units held; negative for a short position. */
  readonly quantity: Float64Array;
  /** The price that values the position now: the reference of this bar, or the last close. */
  readonly price: Float64Array;
  /** Average cost of the units held: additions move it, reductions do not. */
  readonly entryPrice: Float64Array;
  /** Best price since the entry, from which the trailing stop hangs. */
  readonly waterMark: Float64Array;
  /** Average true range at the decision that opened the position. */
  readonly entryRange: Float64Array;
  /** The symbol's bar in which the position was opened. */
  readonly entryBar: Int32Array;
  /** 1 if the position was opened at a close or at the worst price, so that its first bar does not count as held. */
  readonly enteredLate: Uint8Array;
  /** The direction that may not be entered again; 0 if there is none. */
  readonly lockedDirection: Int8Array;
  /** The symbol's bar in which the lock began. */
  readonly lockedBar: Int32Array;
  /** Number of bars before the current one. */
  readonly bars: Int32Array;
  /** Index of the account time of the last bar. */
  readonly lastTime: Int32Array;
  /** Direction decided at the last bar. */
  readonly decided: Int8Array;
  /** Weight decided at the last bar. */
  readonly strength: Float64Array;
  /** 1 if the last bar had an entry that unlocks. */
  readonly entry: Uint8Array;
  /** Average true range at the last bar. */
  readonly range: Float64Array;
  /** Volatility at the last bar. */
  readonly volatility: Float64Array;
  /** Number of bars that closed with a position. */
  readonly heldBars: Float64Array;
  /** 1 from the symbol's first bar until it is delisted. */
  readonly listed: Uint8Array;
  /** Place of the symbol in {@link Book.held}. */
  readonly heldPlace: Int32Array;
}

/** The part of a bar in which an order is filled. */
export const phases = { open: 0, inside: 1, close: 2 } as const;

/** An order for one symbol. One record is written again for each order. */
interface Order {
  /** Row of the bar that fills it. */
  row: number;
  /** Units to hold afterwards. */
  target: number;
  /** The reference price, from which slippage is measured. */
  reference: number;
  /** The price to which the concession is added. */
  base: number;
  /** Whether it is filled at its reference price, without a concession. */
  isLimit: boolean;
  /** Index into `fillReasons`. */
  reason: number;
  /** One of {@link phases}. */
  phase: number;
}

/** The orders of one event. */
interface OrderSheet {
  /** Rows with an order: the first {@link OrderSheet.length} elements, in symbol order. */
  readonly rows: Int32Array;
  length: number;
  /** The direction wanted, by symbol. */
  readonly wants: Int8Array;
  /** 1 for symbols that have an order; all 0 between events. */
  readonly ordered: Uint8Array;
  /** 1 for symbols whose kept position is due, by symbol. */
  readonly due: Uint8Array;
  /** The notional wanted, by symbol. */
  readonly notionals: Float64Array;
  /** The quantity wanted, by symbol. */
  readonly targets: Float64Array;
  /** Why, by symbol: index into `fillReasons`. */
  readonly reasons: Uint8Array;
  /** Symbols that compete for a slot. */
  readonly competitors: Int32Array;
}

/** Money, positions and sums of one account. */
export interface Book {
  readonly terms: Terms;
  readonly positions: Positions;
  /** The share of the account that each symbol may use. */
  readonly shares: Shares;
  /** Number of bars of each symbol in all; undefined if no symbol is delisted. */
  readonly lastBars: Float64Array | undefined;
  /** Receives what happens to positions; undefined if only the equity is of interest. */
  readonly trades: TradeLedger | undefined;
  /** Receives the fills. */
  readonly fills: FillLedger | undefined;
  /** The symbols with a position are its first {@link heldCount} elements, in no order. */
  readonly held: Int32Array;
  heldCount: number;
  readonly sheet: OrderSheet;
  /** The order that is being filled. */
  readonly order: Order;
  /** The fill, or part of it, that is being recorded. */
  readonly fill: TradeFill;
  /** Number of listed symbols. */
  listedCount: number;
  cash: number;
  /** Equity at the last close. */
  equity: number;
  /** Market value of the short positions at the last close. */
  shorts: number;
  /** Sum of |quantity| x price at the last close. */
  gross: number;
  /** Whether the account was found without equity when it had orders. It trades nothing from then on. */
  isBankrupt: boolean;
  /** The words of the time of the bankruptcy. */
  bankruptLow: number;
  bankruptHigh: number;
  /** Index of the current account time. */
  time: number;
  /** Index of the last scheduled account time; -1 before the first. */
  lastScheduled: number;
  /** Ms of the last account time. */
  lastElapsed: number;
  fees: number;
  slippage: number;
  traded: number;
  borrowCost: number;
  marginInterest: number;
  cashInterest: number;
  longBars: number;
  shortBars: number;
}

function positionsOf(symbols: number): Positions {
  return {
    quantity: new Float64Array(symbols),
    price: new Float64Array(symbols),
    entryPrice: new Float64Array(symbols),
    waterMark: new Float64Array(symbols),
    entryRange: new Float64Array(symbols),
    entryBar: new Int32Array(symbols),
    enteredLate: new Uint8Array(symbols),
    lockedDirection: new Int8Array(symbols),
    lockedBar: new Int32Array(symbols),
    bars: new Int32Array(symbols),
    lastTime: new Int32Array(symbols),
    decided: new Int8Array(symbols),
    strength: new Float64Array(symbols),
    entry: new Uint8Array(symbols),
    range: new Float64Array(symbols).fill(Number.NaN),
    volatility: new Float64Array(symbols).fill(Number.NaN),
    heldBars: new Float64Array(symbols),
    listed: new Uint8Array(symbols),
    heldPlace: new Int32Array(symbols),
  };
}

function emptySheet(symbols: number): OrderSheet {
  return {
    rows: new Int32Array(symbols),
    length: 0,
    wants: new Int8Array(symbols),
    ordered: new Uint8Array(symbols),
    due: new Uint8Array(symbols),
    notionals: new Float64Array(symbols),
    targets: new Float64Array(symbols),
    reasons: new Uint8Array(symbols),
    competitors: new Int32Array(symbols),
  };
}

/** What a book is opened with. */
export type BookOptions = Pick<Book, "terms" | "shares" | "lastBars" | "trades" | "fills"> & {
  readonly symbols: number;
};

/** Creates the book of an account that holds only money. */
export function openBook({ terms, shares, symbols, lastBars, trades, fills }: BookOptions): Book {
  // NaN makes V8 keep doubles in these members from the start, so that no write allocates one.
  const { NaN: double } = Number;
  const book: Book = {
    terms,
    shares,
    positions: positionsOf(symbols),
    lastBars,
    trades,
    fills,
    held: new Int32Array(symbols),
    heldCount: 0,
    sheet: emptySheet(symbols),
    order: { row: 0, target: double, reference: double, base: double, isLimit: false, reason: 0, phase: 0 },
    fill: createTradeFill(),
    listedCount: 0,
    cash: double,
    equity: double,
    shorts: double,
    gross: double,
    isBankrupt: false,
    bankruptLow: 0,
    bankruptHigh: 0,
    time: 0,
    lastScheduled: -1,
    lastElapsed: double,
    fees: double,
    slippage: double,
    traded: double,
    borrowCost: double,
    marginInterest: double,
    cashInterest: double,
    longBars: 0,
    shortBars: 0,
  };
  book.cash = terms.initialCapital;
  book.equity = terms.initialCapital;
  book.shorts = 0;
  book.gross = 0;
  book.lastElapsed = 0;
  book.fees = 0;
  book.slippage = 0;
  book.traded = 0;
  book.borrowCost = 0;
  book.marginInterest = 0;
  book.cashInterest = 0;
  return book;
}

/** The side of a quantity: 1 long, -1 short, 0 none. A product of two tiny quantities would be 0. */
export function sideOf(quantity: number): number {
  return quantity > 0 ? 1 : quantity < 0 ? -1 : 0;
}

/** Whether the symbol's position was opened in this bar, after its open: the bar does not count as held. */
export function enteredLate({ enteredLate: late, entryBar, bars }: Positions, symbol: number): boolean {
  return late[symbol] === 1 && entryBar[symbol] === bars[symbol];
}

/** Sum of quantity x price over all positions, added to the cash. */
export function equityOf({ cash, held, heldCount, positions }: Book): number {
  const { quantity, price } = positions;
  let equity = cash;
  for (let i = 0; i < heldCount; i++) {
    const s = held[i];
    equity += quantity[s] * price[s];
  }
  return equity;
}

/** Sets a symbol's quantity, and keeps the list of positions. */
export function hold(book: Book, symbol: number, units: number): void {
  const { quantity, heldPlace } = book.positions;
  const had = quantity[symbol] !== 0;
  quantity[symbol] = units;
  if (units !== 0 && !had) {
    heldPlace[symbol] = book.heldCount;
    book.held[book.heldCount++] = symbol;
  } else if (units === 0 && had) {
    const moved = book.held[--book.heldCount];
    book.held[heldPlace[symbol]] = moved;
    heldPlace[moved] = heldPlace[symbol];
  }
}
