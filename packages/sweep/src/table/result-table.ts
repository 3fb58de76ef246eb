import type { MetricName, Table } from "@atc/backtest";
import type { ColumnMetadata } from "@atc/contract";
import type { Axis, AxisValue } from "../space/axis.ts";

/** Metrics of one account or portfolio in the order of the table's metrics; NaN if undefined. */
export type MetricValues = ArrayLike<number>;

/** The results of one candidate. */
export interface CandidateResult {
  /** The candidate's index, from 0. */
  readonly index: number;
  /** The configuration's number. Default: the index. */
  readonly configuration?: number | undefined;
  /** A value per axis. */
  readonly values: readonly AxisValue[];
  /** The part of the bars on which it was evaluated. Default: 1. */
  readonly span?: number | undefined;
  /** The metrics of the portfolio. Default: all undefined. */
  readonly metrics?: MetricValues | undefined;
  /** The metrics of each symbol of the table. Default: all undefined. */
  readonly symbols?: readonly MetricValues[] | undefined;
  /** Why it was not evaluated. */
  readonly error?: string | undefined;
}

/** The columns of a result table. */
export interface ResultTableOptions {
  /** The axes of the space: a column per key. */
  readonly axes: readonly Axis[];
  /** The metrics: a column each. */
  readonly metrics: readonly MetricName[];
  /** Symbols that have a row each, after the portfolio's. Default: the portfolio's row only. */
  readonly symbols?: readonly string[] | undefined;
  /** Whether there is a column `span`. Default: false. */
  readonly withSpan?: boolean | undefined;
  /** Candidates per batch. Default: as many as make 8192 rows, 1 or more. */
  readonly batchCandidates?: number | undefined;
}

/**
 * Collects results in any order and returns them by index, in batches. A number that is undefined or `none` is NaN. The
 * symbol of a portfolio, and the error of a candidate without one, are an empty text.
 */
export interface ResultTable {
  /**
   * Names and types in order: `configuration`, `symbol` if there are symbols, the keys, `span` if it is wanted, the
   * metrics, `error`.
   */
  readonly columns: readonly ColumnMetadata[];
  /** The texts of each `text` column, which all batches share. Those of `error` grow with the errors. */
  readonly texts: Readonly<Record<string, readonly string[]>>;
  /** The number of candidates that were added. */
  readonly added: number;
  /**
   * Adds the results of a candidate. They are copied.
   *
   * @throws ATC_INVALID_ARGUMENT for a candidate that was added before, or for another number of values than the table
   * has columns
   */
  add(result: CandidateResult): void;
  /** The complete batches that follow those that were taken. Each belongs to the caller. */
  take(): readonly Table[];
  /** All batches that were not taken, the last one shorter. Candidates that were not added are left out. */
  finish(): readonly Table[];
}
