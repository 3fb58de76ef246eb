import type { AccountCosts, MetricName, MetricRecord, TimeUnit } from "@atc/backtest";
import type { Axis, Objective, Requirements } from "@atc/sweep";
import type { RunOrigin } from "../backtest/run-origin.ts";
import type { LeftOutSymbol } from "../evaluate/evaluation.ts";
import type { ExclusionCount } from "../sweep/leading-results.ts";
import type { WindowChoice } from "./window-leaders.ts";
import type { CompleteLengths } from "./window-lengths.ts";

/** Bars of a window. */
export interface WindowBars {
  /** The time of the first bar, in ms since the epoch. */
  readonly from: number;
  /** The time of the last bar. */
  readonly to: number;
  /** The number of bars. */
  readonly bars: number;
}

/** What a window chose, and how it did. */
export interface WalkForwardStep {
  /** Bars on which configurations were compared. */
  readonly train: WindowBars;
  /** Bars on which the choice traded. */
  readonly test: WindowBars;
  /** The best configuration on the training; undefined if none has a place, so that the account is flat. */
  readonly choice: WindowChoice | undefined;
  /** Why configurations have no place, if none has one. */
  readonly excluded: readonly ExclusionCount[];
  /** The choice's metrics in training, in the order of the walk-forward's; NaN if undefined. */
  readonly inSample: Float64Array;
  /** The choice's metrics in the test, of an account that begins there in cash. */
  readonly outOfSample: Float64Array;
  /** Mean bar return in the test / in training (Pardo 2008); undefined if the latter is not above 0. */
  readonly efficiency: number | undefined;
  /** Spearman's correlation of the configurations' Sharpe ratios in training and test. */
  readonly rankCorrelation: number | undefined;
}

/** One account that follows the choices through all tests. */
export interface StitchedRun {
  /** The metrics of the portfolio, as those of a backtest. */
  readonly metrics: MetricRecord;
  /** What the accounts paid and earned. */
  readonly costs: AccountCosts;
  /** Unit of the times. */
  readonly timeUnit: TimeUnit;
  /** The times of the curve, from the last close before the first test. */
  readonly times: BigInt64Array;
  /** The equity at these times. */
  readonly equity: Float64Array;
  /** Warnings for the trader, one sentence each. */
  readonly warnings: readonly string[];
}

/** How the chosen values of an axis moved from window to window. */
export interface AxisDrift {
  /** The first key of the axis. */
  readonly name: string;
  /** The number of different chosen values. */
  readonly values: number;
  /** How often a window chose another value than the window before. */
  readonly changes: number;
  /** The mean distance to the choice of the window before, in parts of the axis; undefined unless it is ordered. */
  readonly distance: number | undefined;
}

/** The results of a walk-forward. */
export interface WalkForwardOutcome {
  /** The name of the dataset that holds the data. */
  readonly dataset: string;
  /** What the results come from. */
  readonly origin: RunOrigin;
  /** The data as it was named. */
  readonly path: string;
  /** Whether the dataset already existed and was up to date. */
  readonly reused: boolean;
  /** The fingerprint of the dataset that was read. */
  readonly fingerprint: string;
  /** Its rows. */
  readonly rows: number;
  /** The symbols, sorted. */
  readonly symbols: readonly string[];
  /** Bars of the union of the symbols' times. */
  readonly bars: number;
  /** The lengths of the windows. */
  readonly lengths: CompleteLengths;
  /** The dimensions of the space. */
  readonly axes: readonly Axis[];
  /** The number of combinations of values; undefined if there is no bound. */
  readonly size: bigint | undefined;
  /** What was maximised in training. */
  readonly objective: Objective;
  /** What was required in training. */
  readonly requirements: Requirements | undefined;
  /** The metrics of windows, in order. */
  readonly metrics: readonly MetricName[];
  /** The windows in order; none after an abort. */
  readonly windows: readonly WalkForwardStep[];
  /** The account over all tests; undefined if there is none. */
  readonly stitched: StitchedRun | undefined;
  /** Why there is no such account. */
  readonly unstitched: string | undefined;
  /** The returns of the windows' tests, compounded: of accounts that begin each test in cash. */
  readonly compoundedReturn: number | undefined;
  /** Like that of a window, over the bars of all windows with a choice. */
  readonly efficiency: number | undefined;
  /** The share of windows with a total return above 0 in their test. */
  readonly consistency: number | undefined;
  /** The mean of the windows' rank correlations, as far as they have one. */
  readonly rankCorrelation: number | undefined;
  /** The number of configurations that the rank correlations compare: all, or some if there are more than 2,000. */
  readonly compared: number;
  /** How much the choices moved, by axis. */
  readonly drift: readonly AxisDrift[];
  /** The number of configurations, each evaluated in every window. */
  readonly evaluations: number;
  /** How many of them were computed. */
  readonly computed: number;
  /** How many of them came from the cache. */
  readonly cached: number;
  /** Configurations with an error, by message. */
  readonly failed: readonly ExclusionCount[];
  /** Symbols that configurations left out of a window, like a backtest. */
  readonly leftOut: readonly LeftOutSymbol[];
  /** What to know about the search, one sentence each. */
  readonly notes: readonly string[];
  /** Whether the search reached its end. False only after an abort, with `keepsAborted`. */
  readonly isComplete: boolean;
}
