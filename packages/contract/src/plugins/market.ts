import type { OperationOptions } from "../data/progress.ts";

/** Consecutive closed candles of one symbol, as arrays of equal length. */
export interface CandleColumns {
  /** When each candle opens, in ms since the epoch, UTC. Rising, without duplicates. */
  readonly timestamp: BigInt64Array;
  /** The first price. */
  readonly open: Float64Array;
  /** The highest price. */
  readonly high: Float64Array;
  /** The lowest price. */
  readonly low: Float64Array;
  /** The last price. */
  readonly close: Float64Array;
  /** In the base currency. NaN if the exchange gives none. */
  readonly volume: Float64Array;
}

/** A part of a symbol's candles that is complete: the exchange has no other closed candle in its span. */
export interface CandlePage {
  /** As the exchange spells it. */
  readonly symbol: string;
  /** May have no row, if nothing traded in the span of the page. */
  readonly columns: CandleColumns;
  /** The end of the span, exclusive, in ms: the `since` of the rest. */
  readonly next: number;
}

/** Which candles of a symbol are wanted. */
export interface CandleRequest extends OperationOptions {
  /** As the exchange spells it. */
  readonly symbol: string;
  /** A name of {@link Market.timeframes}. */
  readonly timeframe: string;
  /** The first time, inclusive, in ms since the epoch. */
  readonly since: number;
  /** Candles that end later are not given, in ms since the epoch. Default: the time of the exchange when the pages
   * begin. */
  readonly until?: number | undefined;
}

/** A symbol of a market. */
export interface MarketSymbol {
  /** As the exchange spells it, such as `BTC/USDT`. */
  readonly symbol: string;
  /** Whether it trades now. */
  readonly isActive: boolean;
}

/** An exchange that gives candles. Disposal ends its requests. */
export interface Market extends AsyncDisposable {
  /** The name of the exchange, such as `binance`. */
  readonly exchange: string;
  /** Names of timeframes that the exchange has, each with the length of a candle in ms, the shortest first. */
  readonly timeframes: ReadonlyMap<string, number>;
  /** All symbols, sorted. ATC_NETWORK. */
  symbols(): Promise<readonly MarketSymbol[]>;
  /** The volume of the last day in the quote currency, by symbol. ATC_UNSUPPORTED if the exchange does not give it. */
  volumes(): Promise<ReadonlyMap<string, number>>;
  /** The most rows of a page of candles; undefined if it is unknown. */
  pageRows(symbol: string): number | undefined;
  /** The seconds from a request for a page of candles to the next one, if nobody else asks. ATC_NETWORK. */
  pageSeconds(symbol: string, timeframe: string): Promise<number>;
  /**
   * The time of the exchange, in ms since the epoch. It is never later than the exchange's own clock, so that a candle
   * that ends before it is closed. ATC_NETWORK.
   */
  time(): Promise<number>;
  /**
   * The closed candles from `since` on, page by page. A candle that is still forming is not given. Stopping the
   * iteration ends the requests.
   *
   * @throws ATC_NOT_FOUND for a symbol, with the nearest one; ATC_INVALID_ARGUMENT for a timeframe or a time;
   * ATC_INVALID_DATA if the exchange answers with other times than asked, or with prices that cannot be; ATC_NETWORK if
   * it does not answer after several attempts; ATC_ABORTED
   */
  candles(request: CandleRequest): AsyncIterable<CandlePage>;
}
