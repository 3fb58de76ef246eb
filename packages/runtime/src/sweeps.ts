/**
 * Searches configurations over files and datasets. It is an entry of its own, so that a program without sweeps does not
 * load their modules.
 *
 * @packageDocumentation
 */

export {
  type Axis,
  type AxisDefinition,
  type AxisValue,
  type BacktestOverfitting,
  type CombinatorialPaths,
  type DeflatedWinner,
  type FoldOutcome,
  type FoldOutcomes,
  type Haircut,
  type Haircuts,
  type PathOutcome,
  parseSweepFile,
  type ReturnBootstrap,
  type ReturnMoments,
  type SuperiorAbility,
  type SweepDefinition,
  type SweepFlags,
  sweepFlags,
} from "@atc/sweep";
export type { RunOrigin } from "./backtest/run-origin.ts";
export { type SweepFileOptions, sweepFile } from "./calls/sweep-file.ts";
export { type WalkForwardFileOptions, walkForwardFile } from "./calls/walk-forward-file.ts";
export type { CellLabel } from "./sweep/axis-bins.ts";
export type { ExclusionCount, LeadingResult } from "./sweep/leading-results.ts";
export { type PlannedSweep, planSweepRun } from "./sweep/plan-sweep.ts";
export { type RunSweepOptions, runSweep, type SweepOutcome } from "./sweep/run-sweep.ts";
export type { ScoreMap } from "./sweep/score-map.ts";
export type { SweepProgress } from "./sweep/search-configurations.ts";
export type { DescribedStrategy, SweepDescription } from "./sweep/sweep-description.ts";
export type { SearchedSpace, SweepListener } from "./sweep/sweep-listener.ts";
export type { SweepSetupOptions } from "./sweep/sweep-setup.ts";
export type { RecordedTable } from "./sweep/table-recorder.ts";
export { type ShownTable, type ShowTableOptions, showSweepTable } from "./sweep/tables/show-table.ts";
export { openSweepOfTable, type SweepOfTable, type SweepOfTableOptions } from "./sweep/tables/sweep-of-table.ts";
export { isSweepTable, readSweepTable, type SweepTable } from "./sweep/tables/sweep-table.ts";
export type { TableEvaluation, TableShape } from "./sweep/tables/table-evaluations.ts";
export type { TableReading } from "./sweep/tables/table-rows.ts";
export type { MeasuredUnit, UnitCosts } from "./sweep/unit-costs.ts";
export {
  type ChosenConfiguration,
  type TableSweep,
  type ValidatedTable,
  type ValidateTableOptions,
  validateTable,
} from "./sweep/validate-table.ts";
export type { SweepValidation, ValidationSample } from "./validate/sweep-validation.ts";
export type { WinnerNeighbourhood } from "./validate/winner-neighbourhood.ts";
export { type AccountSamplesOptions, accountSamples } from "./walk-forward/account-samples.ts";
export type { WalkForwardSetupOptions } from "./walk-forward/open-walk-forward.ts";
export { type PlannedWalkForward, planWalkForward } from "./walk-forward/plan-walk-forward.ts";
export { type RunWalkForwardOptions, runWalkForward } from "./walk-forward/run-walk-forward.ts";
export type {
  AxisDrift,
  StitchedRun,
  WalkForwardOutcome,
  WalkForwardStep,
  WindowBars,
} from "./walk-forward/walk-forward-outcome.ts";
export type { WindowChoice } from "./walk-forward/window-leaders.ts";
export type { CompleteLengths, WindowLengths } from "./walk-forward/window-lengths.ts";
