import type { TimeUnit } from "./calendar.ts";
import type { Metrics } from "./metrics.ts";
import type { Trades } from "./trades.ts";

/** Sums of one account that a portfolio adds up. */
export interface AccountTotals {
  /** Bars that closed with a position. */
  readonly heldBars: number;
  /** Sum of the absolute notional of all fills. */
  readonly traded: number;
  /** Gain of the same directions without costs; NaN where it is undefined. */
  readonly grossReturn: number;
  /** Gain of holding from the first close to the last; NaN where it is undefined. */
  readonly buyAndHold: number;
}

/** The backtest of one symbol on an account of its own. */
export interface SymbolResult {
  /** The symbol. */
  readonly symbol: string;
  /** Unit of every time in it. */
  readonly timeUnit: TimeUnit;
  /** The metrics. */
  readonly metrics: Metrics;
  /** What the trader must know, one sentence each. */
  readonly warnings: readonly string[];
  /** Bars left out because a price was missing, zero or negative. */
  readonly skippedBars: number;
  /** Sums that a portfolio adds up. */
  readonly totals: AccountTotals;
  /** All trades, the open one last. */
  readonly trades: Trades;
  /** Time of each bar that was not left out. */
  readonly times: BigInt64Array;
  /** Equity at the close of each. */
  readonly equity: Float64Array;
  /** What the strategy decided at the close of each: -1, 0 or 1, before `side` restricts it. */
  readonly directions: Int8Array;
}
