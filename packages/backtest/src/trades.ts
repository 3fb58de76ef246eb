/** Trades as columns, one row each, in the order in which they ended; the open one, where there is one, last. */
export interface Trades {
  /** Rows. */
  readonly length: number;
  /** Time of the fill that opened it, in the series' unit. */
  readonly entryTime: BigInt64Array;
  /** Time of the fill that ended it; of the last bar where it is open. */
  readonly exitTime: BigInt64Array;
  /** 1 long, -1 short. */
  readonly direction: Int8Array;
  /** Units, above 0. */
  readonly quantity: Float64Array;
  /** Fill price of the entry, slippage included. */
  readonly entryPrice: Float64Array;
  /** Fill price of the exit, slippage included; the last close where it is open. */
  readonly exitPrice: Float64Array;
  /** Fees of both sides; of the entry alone where it is open. */
  readonly fees: Float64Array;
  /** Money gained after fees. */
  readonly profit: Float64Array;
  /** Profit per unit of money put in: profit / (quantity x entry price). */
  readonly return: Float64Array;
  /** 1 where the position is still open, else 0. */
  readonly open: Uint8Array;
}

/** Trades with room for `capacity` rows, all zero. */
export function allocateTrades(capacity: number): Trades {
  return {
    length: capacity,
    entryTime: new BigInt64Array(capacity),
    exitTime: new BigInt64Array(capacity),
    direction: new Int8Array(capacity),
    quantity: new Float64Array(capacity),
    entryPrice: new Float64Array(capacity),
    exitPrice: new Float64Array(capacity),
    fees: new Float64Array(capacity),
    profit: new Float64Array(capacity),
    return: new Float64Array(capacity),
    open: new Uint8Array(capacity),
  };
}

/** Copies the rows of one table into another from its row `row` on. */
export function copyTrades(from: Trades, to: Trades, row: number): void {
  to.entryTime.set(from.entryTime, row);
  to.exitTime.set(from.exitTime, row);
  to.direction.set(from.direction, row);
  to.quantity.set(from.quantity, row);
  to.entryPrice.set(from.entryPrice, row);
  to.exitPrice.set(from.exitPrice, row);
  to.fees.set(from.fees, row);
  to.profit.set(from.profit, row);
  to.return.set(from.return, row);
  to.open.set(from.open, row);
}

/** A copy of the first `length` rows that holds no spare room. */
function firstTrades(trades: Trades, length: number): Trades {
  return {
    length,
    entryTime: trades.entryTime.slice(0, length),
    exitTime: trades.exitTime.slice(0, length),
    direction: trades.direction.slice(0, length),
    quantity: trades.quantity.slice(0, length),
    entryPrice: trades.entryPrice.slice(0, length),
    exitPrice: trades.exitPrice.slice(0, length),
    fees: trades.fees.slice(0, length),
    profit: trades.profit.slice(0, length),
    return: trades.return.slice(0, length),
    open: trades.open.slice(0, length),
  };
}

/** Turns fills into trades. */
export interface TradeLedger {
  /** Books a fill: ends the position of `before` units, where that is not 0, and opens one of `after`. Quantities are signed; the fee is split by quantity. */
  fill(time: bigint, price: number, before: number, after: number, feeRate: number): void;
  /** All trades so far; a position that is open is listed as such, marked at `close`. */
  trades(time: bigint, close: number): Trades;
}

/** An empty ledger. */
export function createTradeLedger(): TradeLedger {
  let rows = allocateTrades(64);
  let length = 0;
  let entryTime = 0n;
  let entryPrice = 0;
  let entryFee = 0;
  let held = 0;

  function append(exitTime: bigint, exitPrice: number, exitFee: number, open: number): void {
    if (length === rows.length) {
      const larger = allocateTrades(2 * length);
      copyTrades(rows, larger, 0);
      rows = larger;
    }
    const quantity = Math.abs(held);
    const profit = held * (exitPrice - entryPrice) - (entryFee + exitFee);
    rows.entryTime[length] = entryTime;
    rows.exitTime[length] = exitTime;
    rows.direction[length] = held > 0 ? 1 : -1;
    rows.quantity[length] = quantity;
    rows.entryPrice[length] = entryPrice;
    rows.exitPrice[length] = exitPrice;
    rows.fees[length] = entryFee + exitFee;
    rows.profit[length] = profit;
    rows.return[length] = profit / (quantity * entryPrice);
    rows.open[length] = open;
    length++;
  }

  return {
    fill(time, price, before, after, feeRate) {
      if (before !== 0) append(time, price, Math.abs(before) * price * feeRate, 0);
      held = after;
      entryTime = time;
      entryPrice = price;
      entryFee = Math.abs(after) * price * feeRate;
    },
    trades(time, close) {
      const closed = length;
      if (held !== 0) append(time, close, 0, 1);
      const listed = firstTrades(rows, length);
      length = closed;
      return listed;
    },
  };
}

/** What the closed trades of one or more accounts come to. */
export interface TradeStatistics {
  /** Closed trades. */
  readonly closed: number;
  /** Those with a profit above 0. */
  readonly wins: number;
  /** Those with a profit below 0. */
  readonly losses: number;
  /** Sum of the profits above 0. */
  readonly gained: number;
  /** Sum of the profits below 0, as a positive number. */
  readonly lost: number;
  /** Sum of the returns of the winning trades. */
  readonly winReturns: number;
  /** Sum of the returns of the losing trades. */
  readonly lossReturns: number;
}

/** Counts the closed trades; open ones are left out. */
export function tradeStatistics(accounts: Iterable<Trades>): TradeStatistics {
  const sums = { closed: 0, wins: 0, losses: 0, gained: 0, lost: 0, winReturns: 0, lossReturns: 0 };
  for (const { length, profit, return: returns, open } of accounts)
    for (let i = 0; i < length; i++) {
      if (open[i] === 1) continue;
      const gain = profit[i] as number;
      sums.closed++;
      if (gain > 0) {
        sums.wins++;
        sums.gained += gain;
        sums.winReturns += returns[i] as number;
      } else if (gain < 0) {
        sums.losses++;
        sums.lost -= gain;
        sums.lossReturns += returns[i] as number;
      }
    }
  return sums;
}
