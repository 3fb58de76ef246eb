/**
 * Turns column chunks into datasets: scatters rows by symbol, sorts them by time, checks and publishes them, and
 * reports their quality.
 *
 * @packageDocumentation
 */
export { datasetName } from "./base/dataset-name.ts";
export type { KeptListener } from "./files/journal.ts";
export { ingest } from "./ingest.ts";
export type { DuplicatePolicy } from "./order/duplicates.ts";
export { fingerprintOf } from "./phases/fingerprint.ts";
export type { IngestOptions } from "./phases/ingest-options.ts";
export type { IngestResult } from "./phases/ingest-result.ts";
export { datasetReport } from "./quality/dataset-report.ts";
export type {
  BadRows,
  DuplicateCounts,
  GapPlace,
  Gaps,
  IngestReport,
  JumpPlace,
  Jumps,
  OpenJumpPlace,
  OpenJumps,
  QualityFinding,
  QualityTotals,
  RowOrder,
  SeriesQuality,
  StrayOpenPlace,
  StrayOpens,
} from "./quality/ingest-report.ts";
export { ingestReport } from "./quality/report-attributes.ts";
export { notableJumps, reasonTexts, type StrayTime, strayTimes } from "./quality/report-words.ts";
