/** Trades as columns, one row per trade, in the order in which they ended. Trades that are still open are last. */
export interface Trades {
  /** Number of rows. */
  readonly length: number;
  /** Time of the fill that opened it, in the series' unit. */
  readonly entryTime: BigInt64Array;
  /** Time of the fill that ended it. If it is open, time of the symbol's last bar. */
  readonly exitTime: BigInt64Array;
  /** 1 long, -1 short. */
  readonly direction: Int8Array;
  /** The most units held, above 0. */
  readonly quantity: Float64Array;
  /** Average fill price of all units that were added, slippage included. */
  readonly entryPrice: Float64Array;
  /** Average fill price of all units that were removed. What is still held counts at the last close. */
  readonly exitPrice: Float64Array;
  /** Fees of all its fills, in money. */
  readonly fees: Float64Array;
  /** Slippage of all its fills, in money, already part of the prices. */
  readonly slippage: Float64Array;
  /** Profit after fees, in money. */
  readonly profit: Float64Array;
  /** profit / (quantity x entry price); NaN if the entry price is 0. */
  readonly return: Float64Array;
  /** Bars from the one of its entry to the one of its exit. */
  readonly barsHeld: Int32Array;
  /** Maximum adverse excursion, as a fraction of the entry price: 0 or below. */
  readonly mae: Float64Array;
  /** Maximum favourable excursion, as a fraction of the entry price: 0 or above. */
  readonly mfe: Float64Array;
  /** Why it ended: an index into `fillReasons`. */
  readonly reason: Uint8Array;
  /** 1 if the position is still open, else 0. */
  readonly open: Uint8Array;
}

/** Creates a table of `capacity` rows, all zero. */
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
    slippage: new Float64Array(capacity),
    profit: new Float64Array(capacity),
    return: new Float64Array(capacity),
    barsHeld: new Int32Array(capacity),
    mae: new Float64Array(capacity),
    mfe: new Float64Array(capacity),
    reason: new Uint8Array(capacity),
    open: new Uint8Array(capacity),
  };
}

/** Copies all rows of one table into another, starting at its row `row`. */
export function copyTrades(from: Trades, to: Trades, row: number): void {
  to.entryTime.set(from.entryTime, row);
  to.exitTime.set(from.exitTime, row);
  to.direction.set(from.direction, row);
  to.quantity.set(from.quantity, row);
  to.entryPrice.set(from.entryPrice, row);
  to.exitPrice.set(from.exitPrice, row);
  to.fees.set(from.fees, row);
  to.slippage.set(from.slippage, row);
  to.profit.set(from.profit, row);
  to.return.set(from.return, row);
  to.barsHeld.set(from.barsHeld, row);
  to.mae.set(from.mae, row);
  to.mfe.set(from.mfe, row);
  to.reason.set(from.reason, row);
  to.open.set(from.open, row);
}

/** Rows `from` (inclusive) to `to` (exclusive) as views. */
export function partOfTrades(trades: Trades, from: number, to: number): Trades {
  return {
    length: to - from,
    entryTime: trades.entryTime.subarray(from, to),
    exitTime: trades.exitTime.subarray(from, to),
    direction: trades.direction.subarray(from, to),
    quantity: trades.quantity.subarray(from, to),
    entryPrice: trades.entryPrice.subarray(from, to),
    exitPrice: trades.exitPrice.subarray(from, to),
    fees: trades.fees.subarray(from, to),
    slippage: trades.slippage.subarray(from, to),
    profit: trades.profit.subarray(from, to),
    return: trades.return.subarray(from, to),
    barsHeld: trades.barsHeld.subarray(from, to),
    mae: trades.mae.subarray(from, to),
    mfe: trades.mfe.subarray(from, to),
    reason: trades.reason.subarray(from, to),
    open: trades.open.subarray(from, to),
  };
}

/**
 * Receives the next trades, and the symbol of each as an index into the account's symbols (all 0 for one symbol). The
 * arrays are reused after the call.
 */
export type TradeListener = (trades: Trades, symbols: Int32Array) => void;

/** Statistics of the closed trades of one or more accounts. */
export interface TradeStatistics {
  /** Number of closed trades. */
  readonly closed: number;
  /** Number of trades with a profit above 0. */
  readonly wins: number;
  /** Number of trades with a profit below 0. */
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

/** The statistics while they are being counted. */
export type Counting = { -readonly [Name in keyof TradeStatistics]: TradeStatistics[Name] };

/** The statistics of no trade. */
export function noTrades(): Counting {
  return { closed: 0, wins: 0, losses: 0, gained: 0, lost: 0, winReturns: 0, lossReturns: 0 };
}

/** Counts one closed trade. */
export function countTrade(statistics: Counting, profit: number, gain: number): void {
  statistics.closed++;
  if (profit > 0) {
    statistics.wins++;
    statistics.gained += profit;
    statistics.winReturns += gain;
  } else if (profit < 0) {
    statistics.losses++;
    statistics.lost -= profit;
    statistics.lossReturns += gain;
  }
}

/** Counts closed trades and ignores open ones. Statistics are bit-identical for blocks of any size. */
export function addTrades(statistics: Counting, { length, profit, return: returns, open }: Trades): void {
  for (let i = 0; i < length; i++) if (open[i] !== 1) countTrade(statistics, profit[i], returns[i]);
}
