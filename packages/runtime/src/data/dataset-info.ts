import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import type { Dataset, DatasetManifest, OperationOptions } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { CloseSamplesOptions, ReadingRecord } from "@atc/datasets";
import { closeSamples, datasetHistory, findDataset, sourcePathOf } from "@atc/datasets";
import type { IngestReport } from "@atc/ingest";
import { datasetReport, ingestReport } from "@atc/ingest";
import type { Runtime } from "../wiring/runtime.ts";
import { withFacts } from "./appended-facts.ts";

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
  return totals.opensOutsideRange !== undefined && totals.sharedGaps !== undefined && totals.openJumps !== undefined;
}

/**
 * The report of a dataset's ingest. Its rows are read if something was appended to it, or if an earlier release wrote
 * it, which did not report all findings.
 */
export async function currentReport(dataset: Dataset, options: OperationOptions): Promise<IngestReport> {
  const stored = ingestReport(dataset.manifest);
  if (stored !== undefined && isCurrent(stored)) return stored;
  const read = await datasetReport(dataset, options);
  if (stored === undefined) return withFacts(read, dataset.manifest);
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

/**
 * The name of the dataset that a text means: a name, or the path of a file that one dataset was read from.
 *
 * @throws ATC_NOT_FOUND if the file is in no dataset, ATC_INVALID_ARGUMENT if it is in several
 */
export async function namedDataset({ store, cwd }: Runtime, text: string): Promise<string> {
  if ((await store.find(text).catch(() => undefined)) !== undefined) return text;
  const path = await realpath(resolve(cwd, text)).catch(() => undefined);
  if (path === undefined) return text;
  const names: string[] = [];
  for (const name of await store.list()) {
    const manifest = await store.find(name).catch(() => undefined);
    if (manifest !== undefined && sourcePathOf(manifest) === path) names.push(name);
  }
  const [only, ...others] = names;
  if (only === undefined)
    throw new AtcError(
      "ATC_NOT_FOUND",
      `no dataset was read from "${text}" alone; read it with atc ingest, or list the datasets with: atc data list`,
      { details: { path } },
    );
  if (others.length === 0) return only;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the file "${text}" was read into several datasets; name one of: ${names.join(", ")}`,
    { details: { path, datasets: names } },
  );
}
