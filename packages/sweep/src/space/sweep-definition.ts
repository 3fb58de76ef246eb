import type { AxisValue } from "./axis.ts";

/** Every number, or every integer, from `from` to `to`, both inclusive. */
export interface RangeDefinition {
  /** The first value. */
  readonly from: number;
  /** The last value. A step need not reach it. */
  readonly to: number;
  /** The distance of the values, above 0. Default: 1 for an integer, none for another number: it is then drawn. */
  readonly step?: number;
  /** How a value is drawn from the range. A range with a step has no `log`. Default: `linear`. */
  readonly scale?: "linear" | "log";
}

/** The values of an axis: a list, a range, or either as text: `10..60:5`, `0.001..0.1:log`, `Narrow,Wide`. */
export type AxisDefinition = AxisValue | readonly AxisValue[] | RangeDefinition;

/** A way to choose configurations from a space. */
export type SampleMethod = "grid" | "random" | "halving" | "tpe";

/** How configurations are chosen. */
export interface SampleDefinition {
  /** Default: `random` if a count is given, else `grid`. */
  readonly method?: SampleMethod;
  /** The number of configurations, 1 or more. Required for every method but `grid`. */
  readonly count?: number;
  /** The seed of the random numbers, an integer from 0 to 2^53 - 1. Default: 1. */
  readonly seed?: number;
}

/** How the values of several symbols become one. Without it, the portfolio's value counts. */
export type Over = "mean" | "median" | "min";

/** A sweep as a file or an object describes it. */
export interface SweepDefinition {
  /** The axes, by key of the table or `parameters.NAME` of the strategy. The first is the outermost of a grid. */
  readonly grid: Readonly<Record<string, AxisDefinition>>;
  /** Keys that share one value: `lengths` for all six lengths, or a list of keys, one of them with an axis. */
  readonly tie?: readonly (string | readonly string[])[];
  /** Keys with one value in all configurations, above those of the base configuration. */
  readonly fixed?: Readonly<Record<string, AxisValue>>;
  /** Expressions over keys. Configurations for which one of them is not true are left out. */
  readonly where?: string | readonly string[];
  /** How configurations are chosen. Default: all of the grid. */
  readonly sample?: SampleDefinition;
  /** What is maximised: a metric, `-metric`, or a weighted sum of metrics. Default: `sharpe`. */
  readonly objective?: string;
  /** Expressions over metrics. Configurations for which one of them is not true are not ranked. */
  readonly require?: string | readonly string[];
  /** How the values of symbols become one. Default: the portfolio's values count. */
  readonly over?: Over;
  /** The metrics in the table. Default: those that a sweep computes fastest. */
  readonly metrics?: readonly string[];
  /**
   * The origins of members, for messages: `sweep.yaml:4` or `--grid "lambda=0.01,0.02"`, by `where`, `grid.KEY`,
   * `tie.0` and the like. Default: these names.
   */
  readonly origins?: Readonly<Record<string, string>>;
}
