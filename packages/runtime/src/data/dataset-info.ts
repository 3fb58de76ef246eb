import type { DatasetManifest, OperationOptions } from "@atc/contract";
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
  const report = ingestReport(manifest) ?? (await datasetReport(dataset, options));
  return { manifest, report, history: datasetHistory(manifest), closes: closeSamples(dataset, options) };
}
