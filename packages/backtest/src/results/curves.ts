import type { Trades } from "../account/trades.ts";

/** Arrays of equal length for the next bars of a symbol, to be written from index 0. */
export interface BarRoom {
  /** Times in the series' unit. */
  readonly times: BigInt64Array;
  /** Equity at each close. */
  readonly equity: Float64Array;
  /** Decisions at each close, initially all 0. */
  readonly directions: Int8Array;
}

/** Reads the bars and trades of one symbol, in blocks of any size. */
export interface CurveReader {
  /** Number of bars. */
  readonly bars: number;
  /** Number of trades. An open trade is last. */
  readonly trades: number;
  /** Fills `into` with the times from bar `row`. The bars must exist. */
  times(row: number, into: BigInt64Array): void;
  /** Fills `into` with the equity from bar `row`. */
  equity(row: number, into: Float64Array): void;
  /** Fills `into` with the directions from bar `row`. */
  directions(row: number, into: Int8Array): void;
  /** Fills the `into.length` rows of `into` with the trades from trade `row`. */
  readTrades(row: number, into: Trades): void;
}

/** Receives the bars and trades of one symbol, in order, as a backtest computes them. */
export interface CurveSink {
  /**
   * Arrays for at most `length` more bars. They are valid until the next call; a sink may return the same memory again.
   */
  room(length: number): BarRoom;
  /** Stores the first `length` bars of the latest {@link CurveSink.room}. */
  takeBars(length: number): void;
  /** Stores the next trades. The arrays are reused after the call, so a sink that keeps them must copy them. */
  takeTrades(trades: Trades): void;
  /** Ends the symbol and returns a reader of what was stored. */
  finish(): CurveReader;
}

/** A store of the curves of many symbols: in arrays, in a file, or in memory that threads share. */
export interface CurveStore {
  /** Creates a sink for a symbol of at most `bars` bars. A second sink for the same symbol replaces the first. */
  sink(symbol: string, bars: number): CurveSink;
  /** Reads the curves of a symbol. Throws ATC_NOT_FOUND if its sink is not finished. */
  reader(symbol: string): CurveReader;
}
