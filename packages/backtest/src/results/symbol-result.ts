import type { TimeUnit } from "../base/calendar.ts";
import type { Metrics } from "../statistics/metrics.ts";
import type { CurveArrays } from "./array-curves.ts";

/** Totals of one account, which a portfolio adds up. */
export interface AccountTotals {
  /** Number of bars that closed with a position. */
  readonly heldBars: number;
  /** Sum of the absolute notional of all fills. */
  readonly traded: number;
  /** Return of the same directions without costs; NaN if undefined. */
  readonly grossReturn: number;
  /** Return of holding from the first close to the last; NaN if undefined. */
  readonly buyAndHold: number;
}

/** The figures of one symbol with its own account, without arrays. */
export interface SymbolFigures {
  /** The symbol. */
  readonly symbol: string;
  /** Unit of all times. */
  readonly timeUnit: TimeUnit;
  /** The metrics. */
  readonly metrics: Metrics;
  /** Warnings for the trader, one sentence each. */
  readonly warnings: readonly string[];
  /** Number of bars left out because a price was missing, zero or negative. */
  readonly skippedBars: number;
  /** Totals that a portfolio adds up. */
  readonly totals: AccountTotals;
}

/** The backtest of one symbol with its own account: figures, bars and trades. */
export interface SymbolResult extends SymbolFigures, CurveArrays {}
