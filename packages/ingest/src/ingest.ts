import type { ArrayStore, DataSource } from "@atc/contract";
import { throwIfAborted } from "@atc/contract";
import { fingerprintOf } from "./phases/fingerprint.ts";
import type { IngestOptions, ResolvedOptions } from "./phases/ingest-options.ts";
import { resolveOptions } from "./phases/ingest-options.ts";
import type { IngestResult } from "./phases/ingest-result.ts";
import { ingestReport } from "./quality/report-attributes.ts";

/**
 * Makes a dataset of a source: rows in any order become series sorted by symbol and time. Rows of equal time keep the
 * source's order. If the store has a dataset with the same fingerprint, it is the result and no row is read.
 *
 * A source that can be cut into slices (an uncompressed CSV file) is read by the threads of `executor`, or by this one.
 * If the ingest is killed, the next one resumes after its last finished slice. Other sources are read from their start,
 * into memory if they fit. Series are sorted part by part, so that `memoryBytes` holds for series of any length. The
 * dataset is published in one step, after all rows are written. An error or an abort leaves the store as it was.
 *
 * @throws ATC_INVALID_DATA if the source has no good row, for a bad row if the source's policy says so, or for equal
 * times under `error`. ATC_INVALID_ARGUMENT for an option outside its range. ATC_LOCKED if the dataset is being
 * written. ATC_NO_SPACE, ATC_READ_ONLY or ATC_IO for a disk that fails. ATC_ABORTED. Errors of the source and the
 * store.
 */
export async function ingest(
  source: DataSource,
  store: ArrayStore,
  options: IngestOptions = {},
): Promise<IngestResult> {
  const settings = resolveOptions(source, options);
  const fingerprint = fingerprintOf(source, options);
  throwIfAborted(options.signal);
  // Also asked before locking: reading needs no lock, and the disk may be read-only.
  const found = await reusable(store, settings, fingerprint);
  if (found !== undefined) return found;
  try {
    await using lock = await store.lock(settings.name);
    const published = await reusable(store, settings, fingerprint);
    if (published !== undefined) return published;
    const { makeDataset } = await maker();
    return await makeDataset(source, store, lock, fingerprint, options);
  } catch (error) {
    throw firstFault(error);
  }
}

/**
 * Loaded only if there are rows to read: 60 modules, without which a run over a finished dataset starts faster. In a
 * function of its own, since the compiler does not rewrite the extension of an import beside `using`.
 */
function maker(): Promise<typeof import("./phases/make-dataset.ts")> {
  return import("./phases/make-dataset.ts");
}

async function reusable(
  store: ArrayStore,
  { name, force }: ResolvedOptions,
  fingerprint: string,
): Promise<IngestResult | undefined> {
  if (force) return undefined;
  const manifest = await store.find(name);
  if (manifest?.fingerprint !== fingerprint) return undefined;
  const report = ingestReport(manifest);
  return report === undefined ? undefined : { reused: true, manifest, report };
}

/** The error that led to a failing clean-up, which wraps it. */
function firstFault(error: unknown): unknown {
  let fault = error;
  while (fault instanceof Error && fault.name === "SuppressedError" && "suppressed" in fault) fault = fault.suppressed;
  return fault;
}
