import type { Dataset, DatasetManifest, OperationOptions } from "@atc/contract";
import type { CloseSamplesOptions, ReadingRecord } from "@atc/datasets";
import { closeSamples, datasetHistory, findDataset } from "@atc/datasets";
import type { IngestReport } from "@atc/ingest";
import { datasetReport, ingestReport } from "@atc/ingest";
import type { Runtime } from "../wiring/runtime.ts";

/** What a dataset holds and what was found in it. */
export interface DatasetInfo {
  /** The manifest of the newest generation. */
  readonly manifest: DatasetManifest;
  /** What was found in its rows: the report of its ingest or, if that does not cover all rows, of a reading now. */
  readonly report: IngestReport;
  /** The readings that it was built from, if something was appended to it. */
  readonly history: readonly ReadingRecord[];
  /** Closes of some symbols, evenly spread over their rows, with the first and the last row. */
  readonly closes: ReadonlyMap<string, readonly number[]>;
}

/** How much is looked up. */
export interface DatasetInfoOptions extends OperationOptions, CloseSamplesOptions {}

/**
 * Describes a dataset.
 *
 * @throws ATC_NOT_FOUND, ATC_CORRUPT_DATA, ATC_UNSUPPORTED (a newer format), ATC_ABORTED
 */
export async function datasetInfo(
  { store }: Runtime,
  name: string,
  options: DatasetInfoOptions = {},
): Promise<DatasetInfo> {
  await findDataset(store, name);
  using dataset = await store.open(name);
  const { manifest } = dataset;
  const report = await currentReport(dataset, options);
  return { manifest, report, history: datasetHistory(manifest), closes: closeSamples(dataset, options) };
}

/** Whether a report says everything that this release reports about rows. */
export function isCurrent({ totals }: IngestReport): boolean {
  return totals.opensOutsideRange !== undefined && totals.sharedGaps !== undefined;
}

/**
 * The report of a dataset's ingest. Its rows are read if something was appended to it, or if an earlier release wrote
 * it, which did not report all findings.
 */
export async function currentReport(dataset: Dataset, options: OperationOptions): Promise<IngestReport> {
  const stored = ingestReport(dataset.manifest);
  if (stored !== undefined && isCurrent(stored)) return stored;
  const read = await datasetReport(dataset, options);
  if (stored === undefined) return read;
  // Reading does not show the order in the source, and rows that were dropped.
  const { unsorted, duplicates, dropped } = stored.totals;
  const found = new Map(read.series.map((quality) => [quality.symbol, quality]));
  return {
    ...stored,
    totals: { ...read.totals, unsorted, duplicates, dropped },
    series: stored.series.map((quality) => {
      const { order, outOfOrder } = quality;
      const now = found.get(quality.symbol) ?? quality;
      return { ...now, order, unsorted: quality.unsorted, outOfOrder, duplicates: quality.duplicates };
    }),
  };
}
