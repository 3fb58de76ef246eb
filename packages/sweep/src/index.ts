/**
 * Searches configurations: spaces, samplers, constraints, objectives, plans of shared nodes, and result tables.
 *
 * @packageDocumentation
 */

export type { Expression, ExpressionKey, ExpressionValue, KeyReader } from "./expression/expression.ts";
export type { MetricReader, Objective, ObjectiveTerm, Requirements } from "./objective/objective.ts";
export { defaultObjective, parseObjective } from "./objective/parse-objective.ts";
export { parseRequirements } from "./objective/parse-requirements.ts";
export {
  type ExcludedRow,
  type RankedRow,
  type RankedScore,
  type Ranking,
  type RankOptions,
  rankRows,
} from "./objective/rank-rows.ts";
export { defaultMetrics, sweepMetrics } from "./objective/table-metrics.ts";
export { planSweep } from "./plan/plan-sweep.ts";
export type {
  NodeBytes,
  NodeCounts,
  PlanGroup,
  PlanOptions,
  SweepPlan,
  UncoveredKey,
} from "./plan/sweep-plan.ts";
export { createSampler } from "./sample/create-sampler.ts";
export { gridSampler } from "./sample/grid-sampler.ts";
export { type HalvingOptions, halvingSampler } from "./sample/halving-sampler.ts";
export { createRandomNumbers, type RandomNumbers } from "./sample/random-numbers.ts";
export { type DrawOptions, randomSampler } from "./sample/random-sampler.ts";
export type { Candidate, Outcome, Sampler } from "./sample/sampler.ts";
export { tpeSampler } from "./sample/tpe-sampler.ts";
export type { Axis, AxisValue } from "./space/axis.ts";
export { createSpace } from "./space/create-space.ts";
export type { Space, SpaceOptions, SweepConfiguration } from "./space/space.ts";
export type {
  AxisDefinition,
  Over,
  RangeDefinition,
  SampleDefinition,
  SampleMethod,
  SweepDefinition,
} from "./space/sweep-definition.ts";
export { parseSweepFile } from "./space/sweep-file.ts";
export { type SweepFlags, sweepFlags } from "./space/sweep-flags.ts";
export { sweepJsonSchema } from "./space/sweep-schema.ts";
export { createResultTable } from "./table/create-result-table.ts";
export type { CandidateResult, MetricValues, ResultTable, ResultTableOptions } from "./table/result-table.ts";
