import type { Over, SampleMethod, SweepDefinition } from "./sweep-definition.ts";

/** The ways to choose configurations. */
export const sampleMethods: readonly SampleMethod[] = ["grid", "random", "halving", "tpe"];

/** The ways to join the values of symbols. */
export const overs: readonly Over[] = ["mean", "median", "min"];

/** The members of a sweep in a file. */
export const sweepMembers: readonly Exclude<keyof SweepDefinition, "origins">[] = [
  "grid",
  "tie",
  "fixed",
  "where",
  "sample",
  "objective",
  "require",
  "over",
  "metrics",
];
