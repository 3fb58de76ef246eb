import type { ArrayStore, DataSource } from "@atc/contract";
import { throwIfAborted } from "@atc/contract";
import { fingerprintOf } from "./phases/fingerprint.ts";
import type { IngestOptions, ResolvedOptions } from "./phases/ingest-options.ts";
import { resolveOptions } from "./phases/ingest-options.ts";
import type { IngestResult } from "./phases/ingest-result.ts";
import { ingestReport } from "./quality/report-attributes.ts";

/**
 * Makes a dataset of a source: rows in any order become series sorted by symbol and time, rows of equal time in the source's order. Where
 * the store already holds a dataset of the same fingerprint, that is the result and no row is read.
 *
 * A source that can be cut into slices (a CSV file that is not compressed) is read by the threads of `executor`, or in this one, and its rows go
 * to files in the lock's scratch directory; an ingest that was killed goes on from its last finished slice when it is started again. Other
 * sources are read from their start, into memory where they fit. Then series are put in order part by part, so `memoryBytes` holds for series
 * of any length. The dataset appears at once, when all is written. An error or an abort leaves the store as it was.
 *
 * @throws ATC_INVALID_DATA where the source has no good row, at its bad rows if its policy says so, or at equal times under `error`;
 * ATC_INVALID_ARGUMENT for an option out of its range; ATC_LOCKED where the dataset is being written; ATC_ABORTED; ATC_NO_SPACE,
 * ATC_READ_ONLY or ATC_IO where a disk refuses; what the source and the store throw
 */
export async function ingest(
  source: DataSource,
  store: ArrayStore,
  options: IngestOptions = {},
): Promise<IngestResult> {
  const settings = resolveOptions(source, options);
  const fingerprint = fingerprintOf(source, options);
  throwIfAborted(options.signal);
  // Asked before locking too: what is only read needs no lock, and may lie on a disk that cannot be written.
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
 * Loaded if there are rows to read: 60 modules, which a run over a finished dataset starts faster without. The compiler does not rewrite the ending of an
 * import beside `using`, so it stands in a function of its own.
 */
function maker(): Promise<typeof import("./phases/dataset-making.ts")> {
  return import("./phases/dataset-making.ts");
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

/** A failing clean-up wraps the error that led to it; that error is what the caller must see. */
function firstFault(error: unknown): unknown {
  let fault = error;
  while (fault instanceof Error && fault.name === "SuppressedError" && "suppressed" in fault) fault = fault.suppressed;
  return fault;
}
