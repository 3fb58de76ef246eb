/**
 * Searches configurations: spaces, samplers, constraints, objectives, plans of shared nodes, and result tables.
 *
 * @packageDocumentation
 */

export type { Expression, ExpressionKey, ExpressionValue, KeyReader } from "./expression/expression.ts";
export type { MetricReader, Objective, ObjectiveTerm, Requirements } from "./objective/objective.ts";
export type { ExcludedRow, RankedRow, RankedScore, Ranking, RankOptions } from "./objective/rank-rows.ts";
export type {
  NodeBytes,
  NodeCounts,
  PlanGroup,
  PlanOptions,
  SweepPlan,
  UncoveredKey,
} from "./plan/sweep-plan.ts";
export type { Candidate, Outcome, Sampler } from "./sample/sampler.ts";
export type { Axis, AxisValue } from "./space/axis.ts";
export type { Space, SpaceOptions, SweepConfiguration } from "./space/space.ts";
export type {
  AxisDefinition,
  Over,
  RangeDefinition,
  SampleDefinition,
  SampleMethod,
  SweepDefinition,
} from "./space/sweep-definition.ts";
export type { CandidateResult, MetricValues, ResultTable, ResultTableOptions } from "./table/result-table.ts";
export { createSpace } from "./space/create-space.ts";
export { createSampler } from "./sample/create-sampler.ts";
export { type SweepFlags, sweepFlags } from "./space/sweep-flags.ts";
export { parseSweepFile } from "./space/sweep-file.ts";
export { defaultObjective, parseObjective } from "./objective/parse-objective.ts";
export { parseRequirements } from "./objective/parse-requirements.ts";
export { metricsOf } from "./objective/metric-names.ts";
export { rankRows } from "./objective/rank-rows.ts";
