import type { AxisValue } from "../space/axis.ts";

/** A configuration to evaluate. */
export interface Candidate {
  /** Its place in the order of the sweep, from 0. Every evaluation has one of its own. */
  readonly index: number;
  /** The configuration's number, from 0: that of an earlier candidate with the same values, else the next. */
  readonly configuration: number;
  /** A value per axis of the space. */
  readonly values: readonly AxisValue[];
  /** The part of the bars on which it is evaluated, from the first bar on: above 0, and 1 for all. */
  readonly span: number;
}

/** The result of a candidate. */
export interface Outcome {
  /** The candidate's index. */
  readonly index: number;
  /** Its objective; undefined if it is excluded, failed or null. */
  readonly score: number | undefined;
}

/** Chooses configurations from a space. The same outcomes give the same candidates on every machine. */
export interface Sampler {
  /** How many evaluations there are at most; undefined if only the end of the search shows it. */
  readonly most: number | undefined;
  /** Whether every candidate has been asked for. */
  readonly isDone: boolean;
  /** What happened in words, such as that a space has fewer configurations than were requested. */
  readonly notes: readonly string[];
  /** The next candidates. None if the sampler is done, or if it waits for the outcomes of earlier ones. */
  ask(): readonly Candidate[];
  /**
   * Reports outcomes of candidates, in any order.
   *
   * @throws ATC_INVALID_ARGUMENT for an index that was not asked for, or that has an outcome already
   */
  tell(outcomes: readonly Outcome[]): void;
}
