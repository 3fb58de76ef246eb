import type { Over } from "../space/sweep-definition.ts";
import type { MetricReader, Objective, Requirements } from "./objective.ts";

/** The results of one configuration. */
export interface RankedRow {
  /** The configuration's index in the sweep. */
  readonly index: number;
  /** The metrics of the portfolio. */
  readonly metrics: MetricReader;
  /** The metrics of each symbol, which `over` requires. */
  readonly symbols?: readonly MetricReader[] | undefined;
  /** Why it was not evaluated. */
  readonly error?: string | undefined;
  /** The part of the bars on which it was evaluated. Only evaluations of all bars are ranked. Default: 1. */
  readonly span?: number | undefined;
}

/** How rows are ranked. */
export interface RankOptions {
  /** What is maximised. */
  readonly objective: Objective;
  /** What must be fulfilled. Default: nothing. */
  readonly requirements?: Requirements | undefined;
  /** How the values of symbols become one, for objective and requirements. Default: the portfolio's values count. */
  readonly over?: Over | undefined;
}

/** A row with its place. */
export interface RankedScore {
  /** The configuration's index. */
  readonly index: number;
  /** Its objective. */
  readonly score: number;
}

/** A row without a place. */
export interface ExcludedRow {
  /** The configuration's index. */
  readonly index: number;
  /** Why it has no place. */
  readonly reason: string;
}

/** The rows in order. */
export interface Ranking {
  /** The ranked rows, best first; equal scores keep the order of their indices. */
  readonly ranked: readonly RankedScore[];
  /** The other rows, in the order of their indices. */
  readonly excluded: readonly ExcludedRow[];
  /** Why there is no winner, in a sentence; undefined if there is one. */
  readonly failure: string | undefined;
}
