import type { CandleInterval } from "./candle-interval.ts";

/** One candle as the host takes it. */
export interface Candle {
  /** Opening time in ms since the epoch, a multiple of the candle's interval. */
  readonly timestamp: number;
  /** Opening price. */
  readonly open: number;
  /** Highest price. */
  readonly high: number;
  /** Lowest price. */
  readonly low: number;
  /** Closing price. */
  readonly close: number;
  /** Volume, 0 or more. */
  readonly volume: number;
}

/** The store under the host's candle cache, one a symbol, interval and exchange. */
export interface CandleAdapter {
  /** Called by the host before every read and write. */
  waitForInit(initial: boolean): Promise<void>;
  /** Exactly `limit` candles from the one opening at `since` (ms) on, without a gap, or null where the store does not hold them all. */
  readCandlesData(limit: number, since: number, until: number): Promise<Candle[] | null>;
  /** Keeps candles that the host fetched. */
  writeCandlesData(candles: Candle[]): Promise<void>;
}

/** What the host constructs its candle adapters with. */
export type CandleAdapterConstructor = new (
  symbol: string,
  interval: CandleInterval,
  exchangeName: string,
) => CandleAdapter;

/** A source of candles, as the host registers it. */
export interface ExchangeSchema {
  /** Its name, unique in the host. */
  readonly exchangeName: string;
  /** A line for people. */
  readonly note?: string;
  /** Exactly `limit` candles from the one opening at `since` on. */
  readonly getCandles: (symbol: string, interval: CandleInterval, since: Date, limit: number) => Promise<Candle[]>;
}

/** What a strategy tells the host to open. */
export interface HostSignal {
  /** The host opens no second signal of the same id in a row. */
  readonly id?: string;
  /** The direction. */
  readonly position: "long" | "short";
  /** Price at which the host takes the profit. */
  readonly priceTakeProfit: number;
  /** Price at which the host stops the loss. */
  readonly priceStopLoss: number;
  /** Minutes after which the host closes the position; Infinity for never. */
  readonly minuteEstimatedTime: number;
  /** Money put into the position, in the quote currency. */
  readonly cost: number;
  /** A line for people. */
  readonly note?: string;
}

/** The part of an open position that the callbacks here read. */
export interface HostPosition {
  /** Its direction. */
  readonly position: "long" | "short";
}

/** A strategy, as the host registers it. */
export interface StrategySchema {
  /** Its name, unique in the host. */
  readonly strategyName: string;
  /** A line for people. */
  readonly note?: string;
  /** The host asks for a signal at most once in each of these intervals. */
  readonly interval: ThrottleInterval;
  /** The position wanted at `when`, null for none. `currentPrice` is the host's average of the last minutes. */
  readonly getSignal: (symbol: string, when: Date, currentPrice: number) => Promise<HostSignal | null>;
  /** Callbacks during the life of a position. */
  readonly callbacks: {
    /** Called for each minute of an open position. */
    readonly onActivePing: (symbol: string, data: HostPosition, currentPrice: number, when: Date) => Promise<void>;
  };
}

/** How often the host may ask a strategy for a signal. */
export type ThrottleInterval = "1m" | "3m" | "5m" | "15m" | "30m" | "1h";

/** A range of time to run over, as the host registers it. */
export interface FrameSchema {
  /** Its name, unique in the host. */
  readonly frameName: string;
  /** A line for people. */
  readonly note?: string;
  /** Time between two ticks of the strategy. */
  readonly interval: CandleInterval;
  /** The first tick. */
  readonly startDate: Date;
  /** The last tick, inclusive. */
  readonly endDate: Date;
}

/** What {@link BacktestKitHost.Position} computes levels of. */
export interface BracketRequest {
  /** The direction. */
  readonly position: "long" | "short";
  /** The price that the percentages are taken of. */
  readonly currentPrice: number;
  /** Distance of the profit target, in per cent. */
  readonly percentTakeProfit: number;
  /** Distance of the stop, in per cent. */
  readonly percentStopLoss: number;
}

/**
 * The members of the `backtest-kit` module in use here; `import * as host from "backtest-kit"` is one. It is handed in, never imported, so a
 * new major of the host breaks only what it renames.
 */
export interface BacktestKitHost {
  /** The host's candle cache. */
  readonly PersistCandleAdapter: {
    /** Sets the one candle adapter of the process; the host cannot tell which it replaces. */
    usePersistCandleAdapter(adapter: CandleAdapterConstructor): void;
  };
  /** Price levels around an entry. */
  readonly Position: {
    /** Levels of a profit target and a stop. */
    bracket(request: BracketRequest): { readonly priceTakeProfit: number; readonly priceStopLoss: number };
  };
  /** The host's reports; `Backtest.getData()` throws unless they are enabled. */
  readonly Markdown: {
    /** Starts collecting. Calling it again changes nothing. */
    enable(): unknown;
  };
  /** Registers a source of candles. */
  addExchangeSchema(schema: ExchangeSchema): void;
  /** Registers a strategy. */
  addStrategySchema(schema: StrategySchema): void;
  /** Registers a range of time. */
  addFrameSchema(schema: FrameSchema): void;
  /** Closes the open position of the strategy that is running. */
  commitClosePending(symbol: string, payload?: { readonly note?: string }): Promise<void>;
  /** Changes settings of the whole process. */
  setConfig(config: { readonly CC_MAX_SIGNAL_LIFETIME_MINUTES: number }): void;
}
