/**
 * Operations on stored datasets, over any array store: append, export, describe.
 *
 * @packageDocumentation
 */
export {
  type AppendedDataset,
  appendDataset,
  checkedOverlap,
  type DatasetAppend,
} from "./append/append-dataset.ts";
export type { MergeInput, SymbolAppend } from "./append/merge-plan.ts";
export {
  type ExportTarget,
  exportFiles,
  exportRows,
  type TableCreator,
  tablePlan,
} from "./export/export-dataset.ts";
export { checkFree, removeStale, temporaryOf } from "./export/output-file.ts";
export { type RowRange, type RowSelection, rangesOf, rowsOf } from "./export/row-ranges.ts";
export { type CloseSamplesOptions, closeSamples } from "./info/close-samples.ts";
export { type DatasetDescription, describeDataset } from "./info/dataset-description.ts";
export { datasetHistory, type ReadingCounts, type ReadingRecord } from "./info/dataset-history.ts";
export { datasetHint, datasetNamed, findDataset } from "./info/dataset-lookup.ts";
export { sourceNameOf, sourcePathOf } from "./info/dataset-source.ts";
export { type StaleDataset, type StaleDatasetsOptions, staleDatasets } from "./info/stale-datasets.ts";
export type { OverlapPolicy } from "./rows/series-merge.ts";
