/**
 * Searches configurations over files and datasets. It is an entry of its own, so that a program without sweeps does not
 * load their modules.
 *
 * @packageDocumentation
 */

export {
  type Axis,
  type AxisValue,
  parseSweepFile,
  type SweepDefinition,
  type SweepFlags,
  sweepFlags,
} from "@atc/sweep";
export { type SweepFileOptions, sweepFile } from "./calls/sweep-file.ts";
export type { ExclusionCount, LeadingResult } from "./sweep/leading-results.ts";
export { type PlannedSweep, planSweepRun } from "./sweep/plan-sweep.ts";
export { type RunSweepOptions, runSweep, type SweepOutcome } from "./sweep/run-sweep.ts";
export type { CellLabel, ScoreMap } from "./sweep/score-map.ts";
export type { SweepProgress } from "./sweep/search-configurations.ts";
export { type ShownTable, type ShowTableOptions, showSweepTable } from "./sweep/show-table.ts";
export type { SweepSetupOptions } from "./sweep/sweep-setup.ts";
