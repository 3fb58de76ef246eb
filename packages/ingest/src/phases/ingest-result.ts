import type { DatasetManifest } from "@atc/contract";
import type { IngestReport } from "../quality/ingest-report.ts";

/** The outcome of an ingest. */
export interface IngestResult {
  /** Whether the dataset was up to date, so that nothing was read. */
  readonly reused: boolean;
  /** The manifest of the dataset's current generation. */
  readonly manifest: DatasetManifest;
  /** The report on the rows: of this ingest, or of the one that made the reused dataset. */
  readonly report: IngestReport;
}
