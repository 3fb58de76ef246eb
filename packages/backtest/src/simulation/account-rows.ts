import type { ReadonlyTypedArray } from "@atc/contract";
import type { FillListener } from "../account/fills.ts";
import type { TradeListener, TradeStatistics } from "../account/trades.ts";
import type { TimeUnit } from "../base/calendar.ts";
import type { EquityStatistics } from "../statistics/equity-statistics.ts";

/**
 * The next rows of one account: columns of equal length, prices finite and above 0. A row is one bar of one symbol. In
 * a shared account, rows of all symbols are merged by time, rows of equal time are in symbol order, and a block never
 * divides the rows of a time.
 */
export interface AccountRows {
  /** Times in the account's unit. */
  readonly times: BigInt64Array;
  /** Index of each row's symbol. Default: all 0. */
  readonly symbols?: Int32Array;
  /** Closing prices. */
  readonly close: ReadonlyTypedArray<number>;
  /** Opening prices. Without them orders are filled at the close. Ticks have none. */
  readonly open?: ReadonlyTypedArray<number>;
  /** Highest prices. */
  readonly high?: ReadonlyTypedArray<number>;
  /** Lowest prices. */
  readonly low?: ReadonlyTypedArray<number>;
  /** The decision at each close, before `side` restricts it: -1 short, 0 flat, 1 long. */
  readonly directions: Int8Array;
  /** The weight or strength at each close, before `side` restricts it. Default: the directions. */
  readonly strengths?: Float64Array;
  /** Under `signal: entries`, 1 if the bar has an entry that was not cancelled. Default: all 0. */
  readonly entries?: Uint8Array;
}

/** Receives the account's points, one per account time. A column is written if it is given. */
export interface AccountPoints {
  /** The account times. */
  readonly times: BigInt64Array;
  /** Equity at the closes. */
  readonly equity: Float64Array;
  /** Money at the closes. */
  readonly cash?: Float64Array;
  /** Sum of |quantity| x last close, divided by the equity. */
  readonly exposure?: Float64Array;
  /** Equity at the closes of an account with the same decisions and no costs. */
  readonly grossEquity?: Float64Array;
}

/** Listeners of an account. Both receive blocks of rows whose arrays are reused. */
export interface AccountListeners {
  /** Receives trades in the order in which they end; open ones last, in symbol order. */
  readonly onTrades?: TradeListener | undefined;
  /** Receives fills as they happen: those of the rows of a push before it returns. */
  readonly onFills?: FillListener | undefined;
}

/** Options of an account for one symbol. */
export interface SimulatorOptions extends AccountListeners {
  /** The symbol, for messages. */
  readonly symbol?: string | undefined;
  /** Unit of the times. Defaults to `ms`. */
  readonly timeUnit?: TimeUnit | undefined;
  /**
   * Whether trades list their excursions. If not, `mae` and `mfe` are NaN with the default sizing, which saves 2 to 3
   * ns per bar; other accounts list them anyway. Defaults to whether there is a listener for trades.
   */
  readonly excursions?: boolean | undefined;
}

/** Figures of one symbol of an account. */
export interface AccountSymbol {
  /** Number of bars. */
  readonly bars: number;
  /** Number of bars that closed with a position. */
  readonly heldBars: number;
  /** First close; 0 without a bar. */
  readonly firstClose: number;
  /** Last close; 0 without a bar. */
  readonly lastClose: number;
}

/** The state of an account after the rows so far. */
export interface SimulatedAccount {
  /** Number of account times. */
  readonly bars: number;
  /** Number of rows: in an account of one symbol, the same. */
  readonly rows: number;
  /** First account time. */
  readonly firstTime: bigint;
  /** Last account time. */
  readonly lastTime: bigint;
  /** First close of the first symbol that has a bar. */
  readonly firstClose: number;
  /** Last close of that symbol. */
  readonly lastClose: number;
  /** The symbols in order. */
  readonly symbols: readonly AccountSymbol[];
  /** Statistics of the closed trades. */
  readonly trades: TradeStatistics;
  /** Statistics of the equity. */
  readonly statistics: Readonly<EquityStatistics>;
  /** Number of rows that closed with a position. */
  readonly heldBars: number;
  /** Number of them with a long position. */
  readonly longBars: number;
  /** Number of them with a short position. */
  readonly shortBars: number;
  /** Sum of the absolute notional of all fills. */
  readonly traded: number;
  /** Sum of all fees. */
  readonly fees: number;
  /** Sum of the slippage of all fills. */
  readonly slippage: number;
  /** Sum of the cost of borrowing what was sold short. */
  readonly borrowCost: number;
  /** Sum of the interest paid on borrowed cash. */
  readonly marginInterest: number;
  /** Sum of the interest earned on free cash. */
  readonly cashInterest: number;
  /** Equity at the last time of an account with the same decisions and no costs. */
  readonly grossEquity: number;
  /** Time at which the account was lost; undefined if it was not. */
  readonly bankruptAt: bigint | undefined;
}

/** Computes fills, costs and equity of one account, block by block, with constant state. */
export interface Account {
  /**
   * Takes bars before the first row: nothing is traded in them, but volatilities and average true ranges count them.
   * Call it before the first `push`, with the bars of each symbol in order. Only the prices, times and symbols of the
   * rows are read.
   */
  warmUp(rows: Omit<AccountRows, "directions">): void;
  /**
   * Adds the next rows, writes `points`, whose arrays must be as long as the rows, and returns the number of account
   * times written. Without `symbols` that is the number of rows. The decision of a symbol's last row is filled in its
   * first row of a later call.
   *
   * @throws ATC_INVALID_ARGUMENT if a direction is not -1, 0 or 1, or a strength is not finite; ATC_INVALID_DATA if the
   * times of a shared account do not rise. The account is unusable afterwards
   */
  push(rows: AccountRows, points: AccountPoints): number;
  /** The state of the account. More rows may follow. */
  totals(): SimulatedAccount;
  /** Passes on the remaining fills and trades, open ones last, valued at the last close. No rows may follow. */
  finish(): void;
}
