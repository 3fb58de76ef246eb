/** What ccxt says about a symbol. */
interface CcxtMarket {
  readonly symbol: string;
  readonly active?: boolean | undefined;
}

/** A candle as ccxt gives it: time, open, high, low, close, volume. A value that the exchange omits is undefined. */
export type CcxtCandle = readonly unknown[];

/** The part of an exchange of ccxt that this package uses. */
export interface CcxtExchange {
  rateLimit: number;
  tokenBucket: object | undefined;
  readonly urls: { readonly api?: unknown };
  readonly hostname?: string | undefined;
  readonly has: Readonly<Record<string, unknown>>;
  readonly timeframes: Readonly<Record<string, unknown>> | undefined;
  readonly markets: Readonly<Record<string, CcxtMarket | undefined>> | undefined;
  initRestRateLimiter(): void;
  throttle(cost?: number): Promise<void>;
  parseTimeframe(timeframe: string): number;
  featureValue(symbol: string, method: string, parameter: string): unknown;
  parseJson(text: string): unknown;
  parseOHLCV(row: unknown, market?: unknown): CcxtCandle;
  parseOHLCVs(rows: unknown, market?: unknown): readonly CcxtCandle[];
  onRestResponse(status: number, reason: string, url: string, method: string, headers: unknown, body: string): string;
  loadMarkets(): Promise<unknown>;
  fetchTime(): Promise<number | undefined>;
  fetchTickers(): Promise<Readonly<Record<string, { readonly quoteVolume?: number | undefined } | undefined>>>;
  fetchOHLCV(symbol: string, timeframe: string, since: number, limit?: number): Promise<readonly CcxtCandle[]>;
  close?(): Promise<unknown>;
}

/** An error class of ccxt. */
type ErrorClass = new (...args: never) => Error;

/** The part of the module `ccxt` that this package uses. */
export interface CcxtModule {
  readonly exchanges: readonly string[];
  readonly NetworkError: ErrorClass;
  readonly BadResponse: ErrorClass;
  readonly BadSymbol: ErrorClass;
  readonly NotSupported: ErrorClass;
  readonly [exchange: string]: unknown;
}
