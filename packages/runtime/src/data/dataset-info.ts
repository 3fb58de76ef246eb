import type { Dataset, DatasetManifest, OperationOptions, Series } from "@atc/contract";
import type { IngestReport } from "@atc/ingest";
import { datasetReport, ingestReport } from "@atc/ingest";
import type { Runtime } from "../wiring/runtime.ts";
import type { ReadingRecord } from "./dataset-history.ts";
import { datasetHistory } from "./dataset-history.ts";
import { findDataset } from "./dataset-lookup.ts";

/** What a dataset holds and what was found in it. */
export interface DatasetInfo {
  /** What it says of itself. */
  readonly manifest: DatasetManifest;
  /** What was found in its rows: by its ingest, or where that does not cover them all, by reading them now. */
  readonly report: IngestReport;
  /** The readings that it is made of, where it was appended to. */
  readonly history: readonly ReadingRecord[];
  /** Closes of some symbols, evenly spread over their rows, the first and the last among them. */
  readonly closes: ReadonlyMap<string, readonly number[]>;
}

/** How much is looked up. */
export interface DatasetInfoOptions extends OperationOptions {
  /** Symbols whose closes are sampled, from the first on; none where absent. */
  readonly sampledSymbols?: number;
  /** Closes of a symbol at most; 24 where absent. */
  readonly samples?: number;
}

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
  return { manifest, report, history: datasetHistory(manifest), closes: closesOf(dataset, options) };
}

function closesOf(
  dataset: Dataset,
  { sampledSymbols = 0, samples = 24 }: DatasetInfoOptions,
): ReadonlyMap<string, readonly number[]> {
  const hasClose = dataset.manifest.schema.columns.some(({ name }) => name === "close");
  const symbols = hasClose ? dataset.symbols().slice(0, sampledSymbols) : [];
  return new Map(symbols.map((symbol) => [symbol, sampled(dataset.series(symbol), samples)]));
}

function sampled(series: Series, samples: number): readonly number[] {
  const count = Math.min(samples, series.length);
  const step = count > 1 ? (series.length - 1) / (count - 1) : 0;
  return Array.from({ length: count }, (_, i) => series.window("close", Math.round(i * step), 1)[0] as number);
}
