import type { Trades } from "../account/trades.ts";

/** Room for the next bars of a symbol: arrays of equal length, all to be written from the front. */
export interface BarRoom {
  /** Times in the series' unit. */
  readonly times: BigInt64Array;
  /** Equity at each close. */
  readonly equity: Float64Array;
  /** Decisions at each close; 0 throughout. */
  readonly directions: Int8Array;
}

/** Reads back the bars and trades of one symbol, in portions of any size. */
export interface CurveReader {
  /** Bars. */
  readonly bars: number;
  /** Trades; the open one last. */
  readonly trades: number;
  /** Fills `into` with the times from bar `row` on. The bars must exist. */
  times(row: number, into: BigInt64Array): void;
  /** Fills `into` with the equity from bar `row` on. */
  equity(row: number, into: Float64Array): void;
  /** Fills `into` with the directions from bar `row` on. */
  directions(row: number, into: Int8Array): void;
  /** Fills the `into.length` rows of `into` with the trades from trade `row` on. */
  readTrades(row: number, into: Trades): void;
}

/** Takes the bars and trades of one symbol, in order, as a backtest computes them. */
export interface CurveSink {
  /** Room for at most `length` bars more. It is valid until the next call; a sink may hand out the same memory again. */
  room(length: number): BarRoom;
  /** Takes the first `length` bars of the room. */
  takeBars(length: number): void;
  /** Takes the next trades. The arrays are used again after the call: a sink that keeps them copies them. */
  takeTrades(trades: Trades): void;
  /** Ends the symbol; what was taken can be read from now on. */
  finish(): CurveReader;
}

/** Keeps the curves of many symbols: in arrays, in a file, in memory that threads share. */
export interface CurveStore {
  /** A sink for a symbol of at most `bars` bars. A second sink of the same symbol replaces the first. */
  sink(symbol: string, bars: number): CurveSink;
  /** What was taken of a symbol; ATC_NOT_FOUND for one whose sink was not finished. */
  reader(symbol: string): CurveReader;
}
