import type { Dataset, OperationOptions } from "@atc/contract";
import type { IngestReport } from "@atc/ingest";
import { ingestReport } from "@atc/ingest";
import { contentKeys } from "../compute/content-keys.ts";
import { currentReport, isCurrent } from "../data/dataset-info.ts";
import { asJson } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { usableCache } from "../wiring/usable-cache.ts";

/** The version of what a report says about the same rows. */
const findingsVersion = 2;

/**
 * What is known of the rows of a dataset: the report of its ingest. If that does not describe all rows, or an earlier
 * release wrote it, the rows are read once, and the cache remembers the outcome.
 */
export async function datasetFindings(
  runtime: Runtime,
  dataset: Dataset,
  options: OperationOptions,
): Promise<IngestReport> {
  const { manifest } = dataset;
  const stored = ingestReport(manifest);
  if (stored !== undefined && isCurrent(stored)) return stored;
  const cache = await usableCache(runtime);
  const key = {
    kind: "findings",
    input: contentKeys(manifest)(dataset.symbols()),
    parameters: { fingerprint: manifest.fingerprint, hasReport: stored !== undefined },
    algorithm: "dataset-report",
    version: findingsVersion,
  };
  const cached = (await cache?.get(key))?.attributes?.["report"];
  if (cached !== undefined) {
    const report = ingestReport({ ...manifest, attributes: { report: cached } });
    if (report !== undefined && isCurrent(report)) return report;
  }
  const report = await currentReport(dataset, options);
  await cache?.set(key, { arrays: {}, attributes: { report: asJson(report) } });
  return report;
}
