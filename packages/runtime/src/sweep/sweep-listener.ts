import type { MetricName } from "@atc/backtest";
import type { Axis, Candidate, Objective } from "@atc/sweep";

/** What a sweep searches. */
export interface SearchedSpace {
  /** The dimensions of the space. */
  readonly axes: readonly Axis[];
  /** What is maximised. */
  readonly objective: Objective;
  /** The metrics of evaluations, in order. */
  readonly metrics: readonly MetricName[];
  /** The metrics of the sweep's table, each of which is among them. */
  readonly shown: readonly MetricName[];
  /** The places of the axes of its map: columns, then rows. Undefined without a map. */
  readonly map: readonly [columns: number, rows: number] | undefined;
}

/** Receives every evaluation of a sweep, in any order. */
export interface SweepListener {
  /**
   * Receives an evaluation.
   *
   * @param portfolio - the metrics of the portfolio, NaN if undefined; valid during the call
   * @param score - the objective on the candidate's part of the bars; undefined without a place
   */
  add(candidate: Candidate, portfolio: Float64Array, score: number | undefined): void;
}
