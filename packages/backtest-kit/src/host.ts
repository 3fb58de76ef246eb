import type { CandleInterval } from "./candle-interval.ts";

/** A candle in the host's format. */
export interface Candle {
  /** Opening time in ms since the epoch, a multiple of the candle's interval. */
  readonly timestamp: number;
  /** Price of the first trade in the interval. */
  readonly open: number;
  /** Highest price of the interval. */
  readonly high: number;
  /** Lowest price of the interval. */
  readonly low: number;
  /** Price of the last trade in the interval. */
  readonly close: number;
  /** Volume of the interval, 0 or more. */
  readonly volume: number;
}

/** The storage behind the host's candle cache, one per symbol, interval and exchange. */
export interface CandleAdapter {
  /** Called by the host before every read and write. */
  waitForInit(initial: boolean): Promise<void>;
  /**
   * Returns exactly `limit` candles without a gap, from the one that opens at `since` (ms), or null if any is missing.
   */
  readCandlesData(limit: number, since: number, until: number): Promise<Candle[] | null>;
  /** Stores candles that the host fetched. */
  writeCandlesData(candles: Candle[]): Promise<void>;
}

/** The constructor through which the host creates its candle adapters. */
export type CandleAdapterConstructor = new (
  symbol: string,
  interval: CandleInterval,
  exchangeName: string,
) => CandleAdapter;

/** A source of candles, as registered in the host. */
export interface ExchangeSchema {
  /** Its name, unique in the host. */
  readonly exchangeName: string;
  /** A line for reports. */
  readonly note?: string;
  /** Returns exactly `limit` candles from the one that opens at `since`. */
  readonly getCandles: (symbol: string, interval: CandleInterval, since: Date, limit: number) => Promise<Candle[]>;
}

/** A position for the host to open. */
export interface HostSignal {
  /** The host never opens two consecutive signals with the same id. */
  readonly id?: string;
  /** The direction. */
  readonly position: "long" | "short";
  /** Price at which the host takes the profit. */
  readonly priceTakeProfit: number;
  /** Price at which the host stops the loss. */
  readonly priceStopLoss: number;
  /** Minutes after which the host closes the position; Infinity for never. */
  readonly minuteEstimatedTime: number;
  /** Amount of the position in the quote currency. */
  readonly cost: number;
  /** A line for reports. */
  readonly note?: string;
}

/** The part of an open position that the callbacks read. */
export interface HostPosition {
  /** Its direction. */
  readonly position: "long" | "short";
}

/** A strategy, as registered in the host. */
export interface StrategySchema {
  /** Its name, unique in the host. */
  readonly strategyName: string;
  /** A line for reports. */
  readonly note?: string;
  /** The host asks for a signal at most once per interval. */
  readonly interval: ThrottleInterval;
  /** Returns the position wanted at `when`, or null. `currentPrice` is the host's average over the last minutes. */
  readonly getSignal: (symbol: string, when: Date, currentPrice: number) => Promise<HostSignal | null>;
  /** Callbacks while a position is open. */
  readonly callbacks: {
    /** Called for each minute of an open position. */
    readonly onActivePing: (symbol: string, data: HostPosition, currentPrice: number, when: Date) => Promise<void>;
  };
}

/** How often the host may ask a strategy for a signal. */
export type ThrottleInterval = "1m" | "3m" | "5m" | "15m" | "30m" | "1h";

/** A range of time to run, as registered in the host. */
export interface FrameSchema {
  /** Its name, unique in the host. */
  readonly frameName: string;
  /** A line for reports. */
  readonly note?: string;
  /** Time between two ticks of the strategy. */
  readonly interval: CandleInterval;
  /** The first tick. */
  readonly startDate: Date;
  /** The last tick, inclusive. */
  readonly endDate: Date;
}

/** The input of {@link BacktestKitHost.Position}. */
export interface BracketRequest {
  /** The direction. */
  readonly position: "long" | "short";
  /** The price to which the percentages apply. */
  readonly currentPrice: number;
  /** Distance of the profit target in per cent. */
  readonly percentTakeProfit: number;
  /** Distance of the stop in per cent. */
  readonly percentStopLoss: number;
}

/**
 * The members of the `backtest-kit` module that this package uses; `import * as host from "backtest-kit"` is one. The
 * caller passes the module, and this package never imports it, so a new major version breaks only what it renames.
 */
export interface BacktestKitHost {
  /** The host's candle cache. */
  readonly PersistCandleAdapter: {
    /** Sets the only candle adapter of the process. The host does not reveal the previous one. */
    usePersistCandleAdapter(adapter: CandleAdapterConstructor): void;
  };
  /** Price levels around an entry. */
  readonly Position: {
    /** Returns the levels of a profit target and a stop. */
    bracket(request: BracketRequest): { readonly priceTakeProfit: number; readonly priceStopLoss: number };
  };
  /** The host's reports; `Backtest.getData()` throws unless they are enabled. */
  readonly Markdown: {
    /** Starts collecting; further calls have no effect. */
    enable(): unknown;
  };
  /** Registers a source of candles. */
  addExchangeSchema(schema: ExchangeSchema): void;
  /** Registers a strategy. */
  addStrategySchema(schema: StrategySchema): void;
  /** Registers a range of time. */
  addFrameSchema(schema: FrameSchema): void;
  /** Closes the open position of the running strategy. */
  commitClosePending(symbol: string, payload?: { readonly note?: string }): Promise<void>;
  /** Changes settings of the whole process. */
  setConfig(config: { readonly CC_MAX_SIGNAL_LIFETIME_MINUTES: number }): void;
}
