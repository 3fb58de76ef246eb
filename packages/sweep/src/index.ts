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
export { checkDefinition } from "./space/check-definition.ts";
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
export { createRankCorrelation, type RankCorrelation } from "./validation/base/rank-correlation.ts";
export { openColumns, type ReturnColumns, type Returns } from "./validation/base/return-columns.ts";
export type { ReturnMatrix } from "./validation/base/return-matrix.ts";
export type { Span } from "./validation/base/span.ts";
export {
  type EntryBars,
  type EntryFill,
  type EntryPoints,
  type EntryPrices,
  entryPoints,
} from "./validation/luck/entry-points.ts";
export { createEntrySums, type EntrySums, type RandomEntries } from "./validation/luck/entry-sums.ts";
export { type EntryTrade, type HeldTrades, heldTrades } from "./validation/luck/held-trades.ts";
export { createJointSpread, type JointSpread, type SpreadSymbol, timesOfAll } from "./validation/luck/joint-spread.ts";
export { type LuckTest, type LuckTests, type LuckVerdict, luckVerdict } from "./validation/luck/luck-verdict.ts";
export {
  type EntrySettings,
  type EntrySymbol,
  type RandomEntryOptions,
  randomEntries,
} from "./validation/luck/random-entries.ts";
export { createRandomPlacement, type PlacedTrades, type RandomPlacement } from "./validation/luck/random-placement.ts";
export {
  bootstrapOf,
  type ReturnBootstrap,
  type ReturnBootstrapOptions,
  resampledReturns,
  returnBootstrap,
} from "./validation/luck/return-bootstrap.ts";
export {
  drawReturnSamples,
  type ResampledReturns,
  type ReturnSamples,
  type SampleCount,
  skipReturnSamples,
} from "./validation/luck/return-samples.ts";
export {
  createTradePaths,
  type TradePathDraws,
  type TradePathOptions,
  type TradePaths,
  tradePaths,
} from "./validation/luck/trade-paths.ts";
export { addTrades, createTradeSums, type TradeEntries, type TradeSums } from "./validation/luck/trade-sums.ts";
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
export {
  type DeflatedWinner,
  judgeSteps,
  type SweepJudgement,
  type SweepTrials,
} from "./validation/overfitting/judge-sweep.ts";
export { type GridValues, type Neighbourhoods, neighbourhoods } from "./validation/overfitting/neighbourhood.ts";
export { type ReturnMoments, returnMoments } from "./validation/overfitting/return-moments.ts";
export {
  type SuperiorAbility,
  type SuperiorAbilityOptions,
  superiorAbility,
} from "./validation/overfitting/superior-ability.ts";
export { type SweepEvidence, sweepVerdict, verdictBounds } from "./validation/overfitting/sweep-verdict.ts";
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
export { type FoldOutcome, type FoldOutcomes, foldOutcomes } from "./validation/windows/fold-outcomes.ts";
export { type Fold, type FoldOptions, purgedFolds } from "./validation/windows/folds.ts";
export { checkStitching } from "./validation/windows/stitch-windows.ts";
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
