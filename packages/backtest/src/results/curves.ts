import type { Fills } from "../account/fills.ts";
import type { Trades } from "../account/trades.ts";

/**
 * Columns of bars that are stored only if they are requested:
 *
 * * `cash`: money in the account at the close
 * * `exposure`: sum of the positions' absolute values at the close, divided by the equity
 * * `grossEquity`: equity at the close of the same run without costs and rates
 * * `strength`: the weight that the strategy gives its decision: ATC's average signal, a target weight, or the
 *   direction
 * * `entry`: 1 if the strategy signals an entry under `signal: entries`, else 0
 * * `close`: the closing price
 */
export const barColumns = ["cash", "exposure", "grossEquity", "strength", "entry", "close"] as const;

/** One of {@link barColumns}. */
export type BarColumn = (typeof barColumns)[number];

/** What curves have besides times, equity, directions and trades. */
export interface CurveContent {
  /** Columns of bars, in the order of {@link barColumns}. Defaults to none. */
  readonly columns?: readonly BarColumn[] | undefined;
  /** Whether there are fills. Defaults to false. */
  readonly fills?: boolean | undefined;
}

/** Arrays of equal length for the next bars of a symbol, to be written from index 0. */
export interface BarRoom {
  /** Times in the series' unit. */
  readonly times: BigInt64Array;
  /** Equity at each close. */
  readonly equity: Float64Array;
  /** Decisions at each close, initially all 0. */
  readonly directions: Int8Array;
  /** The columns that the sink requests. */
  readonly columns: BarColumns;
}

/** Columns of bars by name. */
export type BarColumns = { readonly [Name in BarColumn]?: Float64Array | undefined };

/** Reads the bars, trades and fills of one symbol, in blocks of any size. */
export interface CurveReader {
  /** Number of bars. */
  readonly bars: number;
  /** Number of trades. An open trade is last. */
  readonly trades: number;
  /** Number of fills; 0 if they were not requested. */
  readonly fills: number;
  /** The columns that were requested. */
  readonly columns: readonly BarColumn[];
  /** Fills `into` with the times from bar `row`. The bars must exist. */
  times(row: number, into: BigInt64Array): void;
  /** Fills `into` with the equity from bar `row`. */
  equity(row: number, into: Float64Array): void;
  /** Fills `into` with the directions from bar `row`. */
  directions(row: number, into: Int8Array): void;
  /** Fills `into` with a column of {@link CurveReader.columns} from bar `row`. */
  column(name: BarColumn, row: number, into: Float64Array): void;
  /**
   * Fills the `into.length` rows of `into` with the trades from trade `row`, and `symbols`, if it is given, with the
   * index of the symbol of each: 0 unless many symbols share the account.
   */
  readTrades(row: number, into: Trades, symbols?: Int32Array): void;
  /** Fills the `into.length` rows of `into` with the fills from fill `row`, and `symbols` like `readTrades`. */
  readFills(row: number, into: Fills, symbols?: Int32Array): void;
}

/** Receives the bars and trades of one symbol, in order, as a backtest computes them. */
export interface CurveSink {
  /** Which columns of bars to compute. */
  readonly columns: readonly BarColumn[];
  /**
   * Arrays for at most `length` more bars. They are valid until the next call; a sink may return the same memory again.
   */
  room(length: number): BarRoom;
  /** Stores the first `length` bars of the latest {@link CurveSink.room}. */
  takeBars(length: number): void;
  /**
   * Stores the next trades. The arrays are reused after the call, so a sink that keeps them must copy them.
   *
   * @param symbols - the index of the symbol of each, if many symbols share the account
   */
  takeTrades(trades: Trades, symbols?: Int32Array): void;
  /** Stores the next fills like trades. Without this method, fills are not computed. */
  readonly takeFills?: ((fills: Fills, symbols?: Int32Array) => void) | undefined;
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

/** The most fills of a bar: a protective exit, an order, and a margin call. */
export const mostFillsPerBar = 3;
