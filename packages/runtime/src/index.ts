/**
 * Wires the `@atc` packages from one configuration: backtest a file in one call.
 *
 * @packageDocumentation
 */
export type { BacktestJson, BacktestResult, Metrics, Strategy, SymbolResult } from "@atc/backtest";
export type { Cache, CacheEntry, CacheKey, CacheStats, CacheValue } from "@atc/cache";
export type { AtcConfig, ConfigKey, LoadedConfig } from "@atc/config";
export { configJsonSchema, configKeys, describeOrigin } from "@atc/config";
export type { IngestReport, IngestResult, SeriesQuality } from "@atc/ingest";
export { ingestReport } from "@atc/ingest";
export type { Aggregation, ResampleOptions, ResampleResult, SymbolBars } from "@atc/resample";
export type { SymbolAppend } from "./append-merge.ts";
export type { BacktestCurves } from "./backtest-curves.ts";
export { type BacktestOptions, backtest } from "./backtest-file.ts";
export { getCacheManager } from "./cache-manager.ts";
export { type DataOptions, ingestFile, type OpenedData, openData } from "./data.ts";
export { type AppendOptions, type AppendResult, appendFiles } from "./data-append.ts";
export { type ExportOptions, type ExportResult, exportData } from "./data-export.ts";
export { type ResampleDataOptions, resampleData } from "./data-resample.ts";
export { datasetHistory, type ReadingRecord } from "./dataset-history.ts";
export { type DatasetInfo, type DatasetInfoOptions, datasetInfo } from "./dataset-info.ts";
export { findDataset } from "./dataset-lookup.ts";
export { type DatasetDescription, describeDataset } from "./describe-dataset.ts";
export { examine, type Finding } from "./examine.ts";
export type { InstalledPlugin } from "./installed-plugins.ts";
export { installedSources, openSource, type ReadingOptions } from "./open-source.ts";
export type { InstalledPluginHost } from "./plugin-host.ts";
export { reportJson } from "./report-json.ts";
export {
  type BacktestOutcome,
  type BacktestReport,
  type OpenBacktest,
  openBacktest,
  type RunBacktestOptions,
  runBacktest,
} from "./run-backtest.ts";
export { computeSignals, type SignalRunOptions } from "./run-signals.ts";
export { openRuntime, type Runtime, type RuntimeOptions } from "./runtime.ts";
export type { OverlapPolicy } from "./series-merge.ts";
export type { SignalTable } from "./signal-table.ts";
export { version } from "./version.ts";
export { type CurveFiles, signalFormats, writeCurves, writeSignals } from "./write-table.ts";
