/**
 * Wires the `@atc` packages from one configuration: backtest a file in one call.
 *
 * @packageDocumentation
 */

// Node opens all files of a level of imports at once. Imported here, those of the contract are a level above the widest
// one, which a process with 256 descriptors could not open otherwise.
import "@atc/contract";

export {
  type BacktestJson,
  type BacktestResult,
  type BarColumn,
  type BarDecision,
  type BoundStrategy,
  barColumns,
  bindStrategy,
  type ChangedDecision,
  isMetricName,
  type LookaheadFinding,
  lossWarning,
  type MetricDefinition,
  type MetricGroup,
  type MetricName,
  type Metrics,
  type MonthlyReturns,
  metricNames,
  metricSymbols,
  metricsIn,
  metricTable,
  type Period,
  type PortfolioCurve,
  partTexts,
  type ShiftedStart,
  type SymbolResult,
  symbolsOf,
  type WarmupFinding,
} from "@atc/backtest";
export type { Cache, CacheEntry, CacheKey, CacheStats, CacheValue, KeyDifference, NamedArrays } from "@atc/cache";
export type { AtcConfig, ConfigKey, LoadedConfig } from "@atc/config";
export { configJsonSchema, configKeys, describeOrigin, sharesText, valuesText } from "@atc/config";
export type { DatasetDescription, OverlapPolicy, ReadingRecord, StaleDataset, SymbolAppend } from "@atc/datasets";
export { datasetHistory, datasetNamed, describeDataset, findDataset, staleDatasets } from "@atc/datasets";
export type { IngestReport, IngestResult, SeriesQuality } from "@atc/ingest";
export { ingestReport, notableJumps, reasonTexts, type StrayTime, strayTimes } from "@atc/ingest";
export type { Aggregation, ResampleOptions, ResampleResult, SymbolBars } from "@atc/resample";
export {
  type BacktestOutcome,
  type BacktestOutcomeWithResult,
  runBacktest,
} from "./backtest/array-backtest.ts";
export type { BacktestCurves } from "./backtest/backtest-curves.ts";
export type { BacktestReport } from "./backtest/backtest-report.ts";
export { type CurveOverview, curveOverview } from "./backtest/curve-overview.ts";
export {
  type OpenBacktest,
  type OpenBacktestWithCurves,
  openBacktest,
  type RunBacktestOptions,
} from "./backtest/run-backtest.ts";
export type { RunOrigin } from "./backtest/run-origin.ts";
export { type BacktestFileOptions, backtestFile } from "./calls/backtest-file.ts";
export { type ResampleDataOptions, resampleData } from "./calls/data-resample.ts";
export { type DoctorFinding, doctor } from "./calls/doctor.ts";
export { explainResults, type ResultsExplanation } from "./calls/explain-results.ts";
export { getCacheManager, openCache } from "./calls/open-cache.ts";
export { type WarmCacheOptions, type WarmedData, warmCache } from "./calls/warm-cache.ts";
export type { KindState, SymbolState } from "./compute/symbol-state.ts";
export { type AppendOptions, type AppendResult, appendFiles } from "./data/data-append.ts";
export { type ExportOptions, exportData } from "./data/data-export.ts";
export { type DatasetInfo, type DatasetInfoOptions, datasetInfo, namedDataset } from "./data/dataset-info.ts";
export { datasetLeftovers } from "./data/dataset-leftovers.ts";
export type { DatasetNote, DatasetNoteKind } from "./data/dataset-note.ts";
export { madeFromNotes } from "./data/dataset-notes.ts";
export { type DataOptions, ingestFile, type OpenedData, openData } from "./data/open-data.ts";
export { installedSources, openSource, type ReadingOptions } from "./data/open-source.ts";
export type { ExportResult, TableTarget } from "./data/table-target.ts";
export type { LeftOutSymbol } from "./evaluate/evaluation.ts";
export { reportJson } from "./output/report-json.ts";
export { type CurveFiles, checkCurveFiles, tableFiles, writeCurves } from "./output/write-curves.ts";
export { signalFormats, writeSignals } from "./output/write-signals.ts";
export type { InstalledPlugin } from "./plugins/installed-plugins.ts";
export type { InstalledPluginHost } from "./plugins/plugin-host.ts";
export { type ExportedSignals, exportSignals, type SignalExportOptions } from "./signals/export-signals.ts";
export { computeSignals, type SignalRunOptions } from "./signals/run-signals.ts";
export { type ScanOptions, type SignalScan, scanSignals } from "./signals/scan-signals.ts";
export type { SignalTable } from "./signals/signal-table.ts";
export { configuredFiles } from "./wiring/configured-path.ts";
export { openRuntime, type Runtime, type RuntimeOptions } from "./wiring/runtime.ts";
export { openSetup, type Setup, type SetupOptions } from "./wiring/setup.ts";
export { version } from "./wiring/version.ts";
