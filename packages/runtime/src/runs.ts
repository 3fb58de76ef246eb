/**
 * Stores the runs of backtests, searches and validations, computes them again and compares them. It is an entry of its
 * own, so that a program without stored runs does not load its modules.
 *
 * @packageDocumentation
 */
export {
  findRun,
  type LayerDifference,
  type ListedRun,
  type ListRunsOptions,
  listRuns,
  type OpenRun,
  openRun,
  type PruneRunsOptions,
  pruneRuns,
  type RunDraft,
  type RunKind,
  type RunLayer,
  type RunSymbol,
  type RunTable,
  removeRun,
  resolveRunId,
  runKinds,
  type StoredRun,
} from "@atc/runs";
export type { BarDifference, SymbolBarDifferences } from "./runs/bar-differences.ts";
export { dataImpact, type RunImpact, type TradeDifference } from "./runs/data-impact.ts";
export { diffRuns, type MetricChange, type RunDiff } from "./runs/diff-runs.ts";
export { type RunConfigTextOptions, runConfigText, runSpaceText } from "./runs/export-run.ts";
export type { RecomputeOptions } from "./runs/recompute.ts";
export type { RunMismatch } from "./runs/run-mismatches.ts";
export { type SaveBacktestOptions, type SavedRun, type SaveReportOptions, saveBacktest } from "./runs/save-backtest.ts";
export { type SaveSweepOptions, saveSweep } from "./runs/save-sweep.ts";
export { saveTableValidation, saveValidation } from "./runs/save-validation.ts";
export { type SaveWalkForwardOptions, saveWalkForward } from "./runs/save-walk-forward.ts";
export { type RunVerification, verifyRun } from "./runs/verify-run.ts";
