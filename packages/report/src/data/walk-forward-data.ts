import type { SampledFigure } from "./luck-data.ts";
import type { SearchAxis, SearchFigure, SearchValue } from "./search-data.ts";

/** Bars of a window; times are ISO 8601, of the first and the last bar. */
export interface ReportWindowBars {
  /** The time of the first bar. */
  readonly from: string;
  /** The time of the last bar. */
  readonly to: string;
  /** The number of bars. */
  readonly bars: number;
}

/** A window of a walk-forward. Figures are null if they are undefined. */
export interface ReportWindow {
  /** Bars on which configurations were compared. */
  readonly train: ReportWindowBars;
  /** Bars on which the choice traded. */
  readonly test: ReportWindowBars;
  /** What was chosen on the training; null if no configuration has a place. */
  readonly choice: {
    readonly configuration: number;
    readonly values: readonly SearchValue[];
    readonly train: readonly (number | null)[];
    readonly test: readonly (number | null)[];
  } | null;
  /** Why there is no choice. */
  readonly reason: string | null;
  /** Mean bar return in the test / in training. */
  readonly efficiency: number | null;
  /** Of the Sharpe ratios of all configurations in training and test. */
  readonly rankCorrelation: number | null;
}

/** A walk-forward. The report around it is that of the account over all tests. */
export interface ReportWalkForward {
  /** The dimensions of the space, outermost first. */
  readonly axes: readonly SearchAxis[];
  /** What is maximised in training, then metrics. */
  readonly figures: readonly SearchFigure[];
  /** What the objective is of; null for the portfolio. */
  readonly over: string | null;
  /** What was required in training; null for nothing. */
  readonly requirements: string | null;
  /** How bars are divided, in words. */
  readonly lengths: string;
  /** The number of configurations, each evaluated in every window. */
  readonly evaluations: number;
  /** The windows in order. */
  readonly windows: readonly ReportWindow[];
  /** Why there is no account over all tests; null if there is one. */
  readonly unstitched: string | null;
  /** The returns of the tests, compounded. */
  readonly compoundedReturn: number | null;
  /** Like that of a window, over the bars of all of them. */
  readonly efficiency: number | null;
  /** The share of windows that gained in their test. */
  readonly consistency: number | null;
  /** The mean of those of the windows. */
  readonly rankCorrelation: number | null;
  /** Configurations that the rank correlations compare. */
  readonly compared: number;
  /** How the choices moved, by axis. */
  readonly drift: readonly {
    readonly name: string;
    readonly values: number;
    readonly changes: number;
    readonly distance: number | null;
  }[];
  /** What it means, in a sentence. */
  readonly summary: string;
  /** What the returns of the account might have come to in another order. */
  readonly monteCarlo?: SampledFigure | undefined;
  /** What to know about the search, one sentence each. */
  readonly notes: readonly string[];
}
