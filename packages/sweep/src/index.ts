/**
 * Searches configurations: spaces, samplers, constraints, objectives, plans of shared nodes, and result tables; and
 * tests whether what a search found is more than luck.
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
export type { ReturnMatrix } from "./validation/base/return-matrix.ts";
export type { Span } from "./validation/base/span.ts";
export type { EntryBars, EntryFill } from "./validation/luck/entry-points.ts";
export type { EntryTrade } from "./validation/luck/held-trades.ts";
export { type LuckTest, type LuckTests, type LuckVerdict, luckVerdict } from "./validation/luck/luck-verdict.ts";
export {
  type EntrySymbol,
  type RandomEntries,
  type RandomEntryOptions,
  randomEntries,
} from "./validation/luck/random-entries.ts";
export {
  type ReturnBootstrap,
  type ReturnBootstrapOptions,
  returnBootstrap,
} from "./validation/luck/return-bootstrap.ts";
export { type TradePathOptions, type TradePaths, tradePaths } from "./validation/luck/trade-paths.ts";
export { type CostSensitivity, costSensitivity, type TradingCosts } from "./validation/luck/trading-costs.ts";
export { type BacktestOverfitting, backtestOverfitting } from "./validation/overfitting/backtest-overfitting.ts";
export {
  type DeflatedSharpe,
  deflatedSharpe,
  expectedMaxSharpe,
  probabilityAbove,
} from "./validation/overfitting/deflated-sharpe.ts";
export { effectiveTrials } from "./validation/overfitting/effective-trials.ts";
export { type Haircut, type HaircutOptions, type Haircuts, haircuts } from "./validation/overfitting/haircuts.ts";
export { type GridValues, type Neighbourhoods, neighbourhoods } from "./validation/overfitting/neighbourhood.ts";
export { type ReturnMoments, returnMoments } from "./validation/overfitting/return-moments.ts";
export {
  type SuperiorAbility,
  type SuperiorAbilityOptions,
  superiorAbility,
} from "./validation/overfitting/superior-ability.ts";
export { type SweepEvidence, sweepVerdict } from "./validation/overfitting/sweep-verdict.ts";
export {
  type CombinatorialPaths,
  combinatorialPaths,
  type PathOutcome,
} from "./validation/windows/combinatorial-paths.ts";
export {
  type CombinatorialOptions,
  type CombinatorialPlan,
  type CombinatorialSplit,
  combinatorialSplits,
} from "./validation/windows/combinatorial-splits.ts";
export { type Fold, type FoldOptions, purgedFolds } from "./validation/windows/folds.ts";
export {
  type WalkForwardReturns,
  type WindowOutcome,
  walkForwardReturns,
} from "./validation/windows/walk-forward-returns.ts";
export {
  type WalkForwardOptions,
  type WalkForwardWindow,
  walkForwardWindows,
} from "./validation/windows/walk-forward-windows.ts";
