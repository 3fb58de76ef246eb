import type { ReadonlyTypedArray } from "@atc/contract";

/** The rows of one block in the form that the loops read; every column has a value. */
export interface Bars {
  /** Number of rows. */
  length: number;
  /** Number of account times. */
  count: number;
  /** First row of each account time, and `length` after the last one; identity if every row has its own time. */
  starts: Int32Array;
  /** The times as pairs of 32-bit words, low word first: a BigInt per row would cost more than the rest. */
  words: Int32Array;
  /** Index of each row's symbol. */
  symbols: Int32Array;
  open: ReadonlyTypedArray<number>;
  close: ReadonlyTypedArray<number>;
  /** The highest of the prices that the bar has. */
  high: ReadonlyTypedArray<number>;
  /** The lowest of the prices that the bar has. */
  low: ReadonlyTypedArray<number>;
  /** Whether `open` has opens and not the closes. */
  hasOpen: boolean;
  /** The direction decided at each close, restricted to the configured side. */
  directions: Int8Array;
  /** The weight decided at each close, restricted to the configured side. */
  strengths: Float64Array | Int8Array;
  /** 1 if a bar has an entry that unlocks; undefined if no entry does. */
  entries: Uint8Array | undefined;
  /** Average true range at each close; undefined if it is not used. */
  averageTrueRange: Float64Array | undefined;
  /** Yearly volatility at each close; undefined if it is not used. */
  volatility: Float64Array | undefined;
  /** Ms of each row since the first account time; undefined if it is not used. */
  elapsed: Float64Array | undefined;
  /** 1 for account times at which kept positions are due; undefined if they never are. */
  scheduled: Uint8Array | undefined;
  /** Whether account times follow the last one of the block; false if the end is not used. */
  moreFollow: boolean;
}
