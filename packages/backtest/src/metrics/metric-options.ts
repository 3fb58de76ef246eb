import type { TimeUnit } from "../base/calendar.ts";
import type { MetricsInput } from "../statistics/metrics.ts";
import type { BenchmarkBlock } from "./benchmark-join.ts";

/** Options of `createMetrics`; those of `BacktestConfig` have the same names and defaults. */
export interface MetricOptions {
  /** Unit of all times. */
  readonly timeUnit: TimeUnit;
  /** Yearly rate without risk. Default: 0. */
  readonly riskFreeRate?: number | undefined;
  /** Bars per year, for annualising. Defaults to that of the data. */
  readonly barsPerYear?: number | undefined;
  /** Days per year, for annualising. Defaults to that of the data. */
  readonly daysPerYear?: number | undefined;
  /** The share of days in the tail. Default: 0.05. */
  readonly tail?: number | undefined;
  /** Confidence of the minimum track record length. Default: 0.95. */
  readonly confidence?: number | undefined;
  /** The yearly Sharpe ratio to beat. Default: 0. */
  readonly sharpeThreshold?: number | undefined;
  /** Lags of Lo's Sharpe ratio. Defaults to floor(4 (m / 100)^(2/9)). */
  readonly autocorrelationLags?: number | undefined;
  /** Closes of a named benchmark. Default: the benchmark that comes with the bars. */
  readonly benchmark?: Iterable<BenchmarkBlock> | undefined;
}

/** What the account knows after its last bar. Sums are in the scale of the equity. */
export interface MetricTotals
  extends Omit<MetricsInput, "timeUnit" | "shortfallSquares" | "riskFreeRate" | "barsPerYear"> {
  /** Share of bars that close long. */
  readonly longExposure: number;
  /** Share of bars that close short. */
  readonly shortExposure: number;
  /**
   * What the profits of the given trades are multiplied by to be in the scale of the equity. Default: 1. A portfolio of
   * N accounts, each computed with the whole initial capital, gives 1 / N.
   */
  readonly moneyScale?: number;
  /** Whether quantities are proportional to the equity. Default: false; then there is no `capacity`. */
  readonly isProportional?: boolean;
  /**
   * Passes all equities of the curve to `visit` again, in order, in blocks of any size. It is called at most once: for
   * `loSharpe`, and if `riskFreeRate` is not 0 for `sortino`, `omega` and `downsideDeviation`.
   */
  readonly reread: (visit: (equity: Float64Array, length: number) => void) => void;
}
