import type { TimeUnit } from "../base/calendar.ts";
import type { MetricRecord } from "../metrics/metrics-record.ts";
import type { CurveArrays } from "./array-curves.ts";

/** What an account paid and earned besides the prices of its fills, in money, each 0 or more. */
export interface AccountCosts {
  /** Sum of all fees. */
  readonly fees: number;
  /** Sum of the slippage and spread of all fills. */
  readonly slippage: number;
  /** Sum of the cost of borrowing what was sold short. */
  readonly borrowCost: number;
  /** Sum of the interest paid on borrowed cash. */
  readonly marginInterest: number;
  /** Sum of the interest earned on free cash. */
  readonly cashInterest: number;
}

/** The names of {@link AccountCosts}. */
export const costNames = ["fees", "slippage", "borrowCost", "marginInterest", "cashInterest"] as const;

/** Totals of one account, which a portfolio adds up. */
export interface AccountTotals {
  /** Number of bars that closed with a position. */
  readonly heldBars: number;
  /** Number of them with a long position. */
  readonly longBars: number;
  /** Number of them with a short position. */
  readonly shortBars: number;
  /** Sum of the absolute notional of all fills. */
  readonly traded: number;
  /** Return of the same directions without costs; NaN if undefined. */
  readonly grossReturn: number;
  /** Return of holding from the first close to the last; NaN if undefined. */
  readonly buyAndHold: number;
  /** What it paid and earned. */
  readonly costs: AccountCosts;
  /** Time at which it was lost, ISO 8601; null if it was not. */
  readonly bankruptAt: string | null;
}

/** The figures of one symbol with its own account, without arrays. */
export interface SymbolFigures {
  /** The symbol. */
  readonly symbol: string;
  /** Unit of all times. */
  readonly timeUnit: TimeUnit;
  /** The metrics. */
  readonly metrics: MetricRecord;
  /** Warnings for the trader, one sentence each. */
  readonly warnings: readonly string[];
  /** Warnings of the metrics besides the first 23. */
  readonly metricWarnings: readonly string[];
  /** Number of bars left out because a price was missing, zero or negative. */
  readonly skippedBars: number;
  /** Totals that a portfolio adds up. */
  readonly totals: AccountTotals;
}

/** The backtest of one symbol with its own account: figures, bars and trades. */
export interface SymbolResult extends SymbolFigures, CurveArrays {}
