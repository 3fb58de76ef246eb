import type { DatasetManifest } from "@atc/contract";
import type { IngestReport } from "../quality/ingest-report.ts";

/** What an ingest gave. */
export interface IngestResult {
  /** Whether the dataset already was what the source would give, so that nothing was read. */
  readonly reused: boolean;
  /** The dataset as it stands now. */
  readonly manifest: DatasetManifest;
  /** What was found in the rows: now, or where the dataset is reused, when it was made. */
  readonly report: IngestReport;
}
