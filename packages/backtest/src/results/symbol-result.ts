import type { TimeUnit } from "../base/calendar.ts";
import type { Metrics } from "../statistics/metrics.ts";
import type { CurveArrays } from "./array-curves.ts";

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

/** The figures of one symbol on an account of its own: no arrays. */
export interface SymbolFigures {
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
}

/** The backtest of one symbol on an account of its own: its figures, bars and trades. */
export interface SymbolResult extends SymbolFigures, CurveArrays {}
