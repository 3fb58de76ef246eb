/**
 * Stores backtests, searches and validations as folders of JSON and Arrow files, lists them, and names what makes two
 * of them differ.
 *
 * @packageDocumentation
 */
export { inputDigest, jsonDigest, type RunInputs } from "./input-digest.ts";
export { findRun, type ListedRun, type ListRunsOptions, listRuns } from "./list-runs.ts";
export { type OpenRun, openRun, resolveRunId } from "./open-run.ts";
export { type PruneRunsOptions, pruneRuns, removeRun } from "./remove-runs.ts";
export { type LayerDifference, layerDifferences, type RunLayer, type RunSide, runLayers } from "./run-layers.ts";
export { type SaveRunOptions, saveRun } from "./save-run.ts";
export {
  type RunData,
  type RunDraft,
  type RunKind,
  type RunPlatform,
  type RunStrategy,
  type RunSymbol,
  type RunTable,
  type RunTrades,
  runKinds,
  type StoredRun,
} from "./stored-run.ts";
