import { reasonCodes } from "./reasons.ts";
import {
  allocateTrades,
  countTrade,
  noTrades,
  partOfTrades,
  type TradeListener,
  type TradeStatistics,
} from "./trades.ts";

/** A fill, or the part of one that belongs to one trade. One record is written again for each fill. */
export interface TradeFill {
  symbol: number;
  /** Index of the symbol's bar. */
  bar: number;
  /** The two 32-bit words of the bar's time. */
  timeLow: number;
  timeHigh: number;
  /** Units, above 0. */
  units: number;
  price: number;
  fee: number;
  slippage: number;
  /** Index into `fillReasons`. */
  reason: number;
}

/** Creates a fill to be written again and again. */
export function createTradeFill(): TradeFill {
  // NaN makes V8 keep doubles in these members from the start, so that no write allocates one.
  const { NaN: double } = Number;
  return {
    symbol: 0,
    bar: 0,
    timeLow: 0,
    timeHigh: 0,
    units: double,
    price: double,
    fee: double,
    slippage: double,
    reason: 0,
  };
}

/** Turns the fills of an account's symbols into trades and passes them on in blocks. No call allocates. */
export interface TradeLedger {
  /** Statistics of the closed trades so far. */
  readonly statistics: TradeStatistics;
  /** Begins a trade in a direction, 1 or -1. The symbol must have none. */
  open(fill: TradeFill, direction: number): void;
  /** Adds units to the symbol's trade. */
  add(fill: TradeFill): void;
  /** Removes some of its units. */
  remove(fill: TradeFill): void;
  /** Removes the last of its units, and lists the trade. */
  close(fill: TradeFill): void;
  /** Counts prices at which the symbol's position was held. */
  see(symbol: number, low: number, high: number): void;
  /** Values what the symbol's trade still holds at a last close, and lists it as open. The symbol may have no trade. */
  leaveOpen(last: TradeFill): void;
  /** Passes on the trades that are listed but not passed on. */
  flush(): void;
}

/** Rows of a block: 51 kB. */
const blockRows = 512;

/** The trades that are not closed: one array per fact, one element per symbol. */
interface OpenTrades {
  /** 0 if the symbol has no trade. */
  readonly direction: Int8Array;
  readonly entryLow: Int32Array;
  readonly entryHigh: Int32Array;
  readonly entryBar: Int32Array;
  readonly units: Float64Array;
  readonly mostUnits: Float64Array;
  readonly unitsIn: Float64Array;
  readonly unitsOut: Float64Array;
  readonly entryPrice: Float64Array;
  readonly exitPrice: Float64Array;
  readonly fees: Float64Array;
  readonly slippage: Float64Array;
  readonly lowest: Float64Array;
  readonly highest: Float64Array;
}

function noOpenTrades(symbols: number): OpenTrades {
  return {
    direction: new Int8Array(symbols),
    entryLow: new Int32Array(symbols),
    entryHigh: new Int32Array(symbols),
    entryBar: new Int32Array(symbols),
    units: new Float64Array(symbols),
    mostUnits: new Float64Array(symbols),
    unitsIn: new Float64Array(symbols),
    unitsOut: new Float64Array(symbols),
    entryPrice: new Float64Array(symbols),
    exitPrice: new Float64Array(symbols),
    fees: new Float64Array(symbols),
    slippage: new Float64Array(symbols),
    lowest: new Float64Array(symbols),
    highest: new Float64Array(symbols),
  };
}

/** The average price of `units` at `average` and `more` at `price`; `price` itself if it is the first. */
function averaged(average: number, units: number, price: number, more: number): number {
  return units === 0 ? price : (average * units + price * more) / (units + more);
}

/** Creates a ledger without trades. */
export function createTradeLedger(symbolCount: number, onTrades: TradeListener): TradeLedger {
  const trades = noOpenTrades(symbolCount);
  const rows = allocateTrades(blockRows);
  const symbols = new Int32Array(blockRows);
  const entryWords = new Int32Array(rows.entryTime.buffer);
  const exitWords = new Int32Array(rows.exitTime.buffer);
  const statistics = noTrades();
  let length = 0;

  function flush(): void {
    if (length === blockRows) onTrades(rows, symbols);
    else if (length > 0) onTrades(partOfTrades(rows, 0, length), symbols.subarray(0, length));
    length = 0;
  }

  function see(symbol: number, low: number, high: number): void {
    if (low < trades.lowest[symbol]) trades.lowest[symbol] = low;
    if (high > trades.highest[symbol]) trades.highest[symbol] = high;
  }

  function spend({ symbol, price, fee, slippage }: TradeFill): void {
    trades.fees[symbol] += fee;
    trades.slippage[symbol] += slippage;
    see(symbol, price, price);
  }

  function remove(fill: TradeFill): void {
    const { symbol, units, price } = fill;
    trades.exitPrice[symbol] = averaged(trades.exitPrice[symbol], trades.unitsOut[symbol], price, units);
    trades.unitsOut[symbol] += units;
    trades.units[symbol] -= units;
    spend(fill);
  }

  function excursions(symbol: number, row: number, direction: number): void {
    const entry = trades.entryPrice[symbol];
    if (entry === 0) {
      rows.mae[row] = 0;
      rows.mfe[row] = 0;
      return;
    }
    const down = direction > 0 ? trades.lowest[symbol] / entry - 1 : 1 - trades.highest[symbol] / entry;
    const up = direction > 0 ? trades.highest[symbol] / entry - 1 : 1 - trades.lowest[symbol] / entry;
    rows.mae[row] = Math.min(0, down);
    rows.mfe[row] = Math.max(0, up);
  }

  function list(fill: TradeFill, open: number): void {
    const { symbol } = fill;
    const direction = trades.direction[symbol];
    const quantity = trades.mostUnits[symbol];
    const entryPrice = trades.entryPrice[symbol];
    const exitPrice = trades.exitPrice[symbol];
    const fees = trades.fees[symbol];
    // All units that were added were removed, so both averages are over the same units.
    const profit = direction * trades.unitsIn[symbol] * (exitPrice - entryPrice) - fees;
    const invested = quantity * entryPrice;
    const gain = invested === 0 ? Number.NaN : profit / invested;
    const row = length;
    symbols[row] = symbol;
    entryWords[2 * row] = trades.entryLow[symbol];
    entryWords[2 * row + 1] = trades.entryHigh[symbol];
    exitWords[2 * row] = fill.timeLow;
    exitWords[2 * row + 1] = fill.timeHigh;
    rows.direction[row] = direction;
    rows.quantity[row] = quantity;
    rows.entryPrice[row] = entryPrice;
    rows.exitPrice[row] = exitPrice;
    rows.fees[row] = fees;
    rows.slippage[row] = trades.slippage[symbol];
    rows.profit[row] = profit;
    rows.return[row] = gain;
    rows.barsHeld[row] = fill.bar - trades.entryBar[symbol];
    excursions(symbol, row, direction);
    rows.reason[row] = fill.reason;
    rows.open[row] = open;
    trades.direction[symbol] = 0;
    if (open === 0) countTrade(statistics, profit, gain);
    length = row + 1;
    if (length === blockRows) flush();
  }

  return {
    statistics,
    open(fill, direction) {
      const { symbol, units, price, fee, slippage } = fill;
      trades.direction[symbol] = direction;
      trades.entryLow[symbol] = fill.timeLow;
      trades.entryHigh[symbol] = fill.timeHigh;
      trades.entryBar[symbol] = fill.bar;
      trades.units[symbol] = units;
      trades.mostUnits[symbol] = units;
      trades.unitsIn[symbol] = units;
      trades.unitsOut[symbol] = 0;
      trades.entryPrice[symbol] = price;
      trades.fees[symbol] = fee;
      trades.slippage[symbol] = slippage;
      trades.lowest[symbol] = price;
      trades.highest[symbol] = price;
    },
    add(fill) {
      const { symbol, units, price } = fill;
      trades.entryPrice[symbol] = averaged(trades.entryPrice[symbol], trades.unitsIn[symbol], price, units);
      trades.unitsIn[symbol] += units;
      trades.units[symbol] += units;
      if (trades.units[symbol] > trades.mostUnits[symbol]) trades.mostUnits[symbol] = trades.units[symbol];
      spend(fill);
    },
    remove,
    close(fill) {
      remove(fill);
      list(fill, 0);
    },
    see,
    leaveOpen(last) {
      const { symbol } = last;
      if (trades.direction[symbol] === 0) return;
      last.units = trades.units[symbol];
      last.fee = 0;
      last.slippage = 0;
      last.reason = reasonCodes.endOfData;
      remove(last);
      list(last, 1);
    },
    flush,
  };
}
