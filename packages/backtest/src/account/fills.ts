/** Fills as columns, one row per fill, in the order in which they happened. */
export interface Fills {
  /** Number of rows. */
  readonly length: number;
  /** Time of the bar in which it happened, in the series' unit. */
  readonly time: BigInt64Array;
  /** Units: bought above 0, sold below 0. */
  readonly quantity: Float64Array;
  /** Fill price, slippage included. */
  readonly price: Float64Array;
  /** Fee, in money. */
  readonly fee: Float64Array;
  /** Slippage, in money, already part of the price. */
  readonly slippage: Float64Array;
  /** Why it happened: an index into `fillReasons`. Those that open or add have `signal` or `rebalance`. */
  readonly reason: Uint8Array;
}

/**
 * Receives the next fills, and the symbol of each as an index into the account's symbols (all 0 for one symbol). The
 * arrays are reused after the call.
 */
export type FillListener = (fills: Fills, symbols: Int32Array) => void;

/** Creates a table of `capacity` rows, all zero. */
export function allocateFills(capacity: number): Fills {
  return {
    length: capacity,
    time: new BigInt64Array(capacity),
    quantity: new Float64Array(capacity),
    price: new Float64Array(capacity),
    fee: new Float64Array(capacity),
    slippage: new Float64Array(capacity),
    reason: new Uint8Array(capacity),
  };
}

/** Copies all rows of one table into another, starting at its row `row`. */
export function copyFills(from: Fills, to: Fills, row: number): void {
  to.time.set(from.time, row);
  to.quantity.set(from.quantity, row);
  to.price.set(from.price, row);
  to.fee.set(from.fee, row);
  to.slippage.set(from.slippage, row);
  to.reason.set(from.reason, row);
}

/** Rows `from` (inclusive) to `to` (exclusive) as views. */
export function partOfFills(fills: Fills, from: number, to: number): Fills {
  return {
    length: to - from,
    time: fills.time.subarray(from, to),
    quantity: fills.quantity.subarray(from, to),
    price: fills.price.subarray(from, to),
    fee: fills.fee.subarray(from, to),
    slippage: fills.slippage.subarray(from, to),
    reason: fills.reason.subarray(from, to),
  };
}
