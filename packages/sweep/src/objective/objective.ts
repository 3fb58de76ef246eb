import type { MetricName } from "@atc/backtest";

/** Reads a metric of an account or a portfolio; null, undefined or not finite if it has no value. */
export type MetricReader = (name: MetricName) => number | null | undefined;

/** A weighted metric of an objective. */
export interface ObjectiveTerm {
  /** The metric. */
  readonly metric: MetricName;
  /** Its weight, not 0. */
  readonly weight: number;
}

/** What a sweep maximises. */
export interface Objective {
  /** The objective as written. */
  readonly text: string;
  /** The weighted metrics, in the order in which they are added. */
  readonly terms: readonly ObjectiveTerm[];
  /** The weighted sum; undefined if a metric has no value. */
  value(read: MetricReader): number | undefined;
  /** The metrics that have no value. */
  missing(read: MetricReader): readonly MetricName[];
}

/** What a configuration must fulfil to be ranked. */
export interface Requirements {
  /** The requirements as written. */
  readonly text: string;
  /** The metrics that they read. */
  readonly metrics: readonly MetricName[];
  /** Why they are not fulfilled, with the metrics' values: `trades >= 30 is false: trades is 12`; else undefined. */
  broken(read: MetricReader): string | undefined;
}
