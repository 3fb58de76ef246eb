import { join } from "node:path";
import type { ArrayStore, DataSource, DatasetManifest, OperationOptions } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { AppendedDataset, OverlapPolicy, ReadingCounts } from "@atc/datasets";
import { appendDataset, checkedOverlap, datasetHint } from "@atc/datasets";
import type { IngestReport, IngestResult } from "@atc/ingest";
import { ingest, ingestReport } from "@atc/ingest";
import { mmapStore } from "@atc/mmap-store";
import { machineDefaults } from "../wiring/machine-defaults.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { addedNotes, checkAddedSymbol, namesOf } from "./added-symbols.ts";
import { appendedFacts } from "./appended-facts.ts";
import type { ReadingOptions } from "./open-source.ts";
import { datesMoveInZone, executorFor, openSource, withMidnightNote } from "./open-source.ts";
import { checkSameAdjustment } from "./price-adjustment.ts";

/** How files are added to a dataset. */
export interface AppendOptions extends ReadingOptions, OperationOptions {
  /**
   * What happens to rows at a time that the dataset already has: `restate` replaces the stored rows, `keep` keeps
   * them, `error` stops with ATC_INVALID_DATA if they differ. All rows of one time are one unit. Default: `restate`.
   */
  readonly overlap?: OverlapPolicy;
}

/** What an append did. */
export interface AppendResult extends AppendedDataset {
  /** What was found in the rows of the files. */
  readonly report: IngestReport;
  /** What the report does not say: symbols that were added because of the names of files. */
  readonly notes: readonly string[];
}

/**
 * Adds the rows of files to a dataset: a new generation that shares the unchanged rows with the old one. The files are
 * first read into an intermediate dataset on the same disk, sorted by symbol and time; each of its series is then
 * merged with the stored one. `memoryBytes` bounds the memory. Readers of the old generation are not disturbed. An
 * error or an abort leaves the dataset as it was.
 *
 * @throws ATC_NOT_FOUND for the dataset or a file; ATC_INVALID_ARGUMENT for an option, and if the symbol of a file is
 * its name, but its rows continue those of the only symbol of the dataset; ATC_INVALID_DATA if the files
 * are of another kind or lack a column, or at the first difference under `error`; ATC_LOCKED, ATC_NO_SPACE,
 * ATC_READ_ONLY, ATC_IO, ATC_ABORTED; what the source throws
 */
export async function appendFiles(
  runtime: Runtime,
  name: string,
  files: readonly string[],
  options: AppendOptions = {},
): Promise<AppendResult> {
  const { store } = runtime;
  const overlap = checkedOverlap(options.overlap);
  const manifest = await store.find(name);
  if (manifest === undefined)
    throw new AtcError(
      "ATC_NOT_FOUND",
      `there is no dataset "${name}" to append to; make it with: atc ingest FILE --name ${name}, or ${await datasetHint(store, name)}`,
      { details: { name } },
    );
  await using source = await openForDataset(runtime, manifest, files, options);
  checkSameAdjustment(manifest, source);
  await using lock = await store.lock(name);
  if (lock.scratch === undefined) throw new AtcError("ATC_UNSUPPORTED", "this store cannot append to datasets");
  await using staging = mmapStore({ directory: join(lock.scratch, "appended"), backend: "read" });
  const { report } = await stageRows(runtime, source, staging, options);
  using added = await staging.open("rows");
  using stored = await store.open(name);
  const named = namesOf(files, added.manifest, options);
  checkAddedSymbol(stored.manifest, added.manifest, named);
  const storedReport = ingestReport(stored.manifest);
  const append = {
    stored,
    added,
    overlap,
    source: source.identity.name,
    counts: countsOf(report),
    storedCounts: storedReport === undefined ? undefined : countsOf(storedReport),
    facts: appendedFacts(stored.manifest, storedReport, { report, file: source.identity.name }),
  };
  const appended = await appendDataset(store, lock, append, options);
  const notes = addedNotes(manifest, appended.symbols, named);
  return { ...appended, droppedColumns: [...report.droppedColumns, ...appended.droppedColumns], report, notes };
}

/** Opens files as rows of a dataset: dates as instants if it is of instants, so that their days begin as its own do. */
async function openForDataset(
  runtime: Runtime,
  { timeIs }: DatasetManifest,
  files: readonly string[],
  options: AppendOptions,
): Promise<DataSource> {
  const source = await openSource(runtime, files, options);
  const { sourceOptions } = options;
  if (timeIs === "date" || !datesMoveInZone(source, sourceOptions)) return source;
  await source[Symbol.asyncDispose]();
  const again = { ...options, sourceOptions: { ...sourceOptions, timeIs: "instant" } };
  return withMidnightNote(await openSource(runtime, files, again));
}

function countsOf({ rowsRead, badRows, totals }: IngestReport): ReadingCounts {
  return { rowsRead, badRows: badRows.count, dropped: totals.dropped };
}

/** Reads the files into the dataset "rows" of `staging`. The threads that read end before the rows are merged. */
async function stageRows(
  runtime: Runtime,
  source: DataSource,
  staging: ArrayStore,
  { duplicates, memoryBytes = machineDefaults().memoryBytes, signal, onProgress }: AppendOptions,
): Promise<IngestResult> {
  await using executor = await executorFor(runtime, source);
  return await ingest(source, staging, { name: "rows", duplicates, memoryBytes, executor, signal, onProgress });
}
