/**
 * Turns column chunks into datasets: scatters rows by symbol, sorts them by time, checks and publishes them, and reports what it found.
 *
 * @packageDocumentation
 */
export { datasetName } from "./dataset-name.ts";
export { datasetReport } from "./dataset-report.ts";
export type { DuplicatePolicy } from "./duplicates.ts";
export { fingerprintOf } from "./fingerprint.ts";
export { ingest } from "./ingest.ts";
export type { IngestOptions } from "./ingest-options.ts";
export type {
  BadRows,
  DuplicateCounts,
  Finding,
  GapPlace,
  Gaps,
  IngestReport,
  JumpPlace,
  Jumps,
  QualityTotals,
  RowOrder,
  SeriesQuality,
} from "./ingest-report.ts";
export type { IngestResult } from "./ingest-result.ts";
export { ingestReport } from "./report-attributes.ts";
