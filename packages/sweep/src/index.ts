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
