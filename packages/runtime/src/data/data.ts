import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Dataset, OperationOptions } from "@atc/contract";
import { AtcError, absentOnly, fromSystemError, systemNameOf } from "@atc/contract";
import { datasetHint, datasetHistory, sourcePathOf } from "@atc/datasets";
import type { IngestReport, IngestResult } from "@atc/ingest";
import { fingerprintOf, ingest, ingestReport } from "@atc/ingest";
import { machineDefaults } from "../wiring/machine-defaults.ts";
import type { Runtime } from "../wiring/runtime.ts";
import type { ReadingOptions } from "./open-source.ts";
import { defaultName, executorFor, openSource } from "./open-source.ts";

/** How files become a dataset. */
export interface DataOptions extends ReadingOptions, OperationOptions {
  /** The dataset's name; the file's stem and 8 digits of the hash of its path where absent. */
  readonly name?: string;
  /** Reads the file again though the dataset is up to date, also where other files were appended to it. */
  readonly force?: boolean;
}

/** A dataset opened for a run. Disposal closes it. */
export interface OpenedData extends Disposable {
  /** The dataset. */
  readonly dataset: Dataset;
  /** The file it was made of, as the user gave it, where it was. */
  readonly path: string | undefined;
  /** Whether it was there already and up to date. */
  readonly reused: boolean;
  /** What ingest found. */
  readonly report: IngestReport | undefined;
}

/** Whether `path` is something on the disk. */
async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path).catch(absentOnly)) !== undefined;
  } catch (error) {
    // No file system holds such a name, but it may be that of a dataset.
    if (systemNameOf(error) === "ENAMETOOLONG" && !looksLikePath(path)) return false;
    throw fromSystemError(error, `cannot look for "${path}"`, "check the path and its permissions");
  }
}

/** Whether a text that is no file looks as if it was meant to be one. */
function looksLikePath(text: string): boolean {
  return /[/\\]|\.(csv|tsv|txt|gz|parquet|arrow|feather|json|zip)$/i.test(text);
}

async function notFound(runtime: Runtime, data: string): Promise<AtcError> {
  if (looksLikePath(data)) {
    return new AtcError("ATC_NOT_FOUND", `there is no file "${data}"; check the path`, { details: { path: data } });
  }
  const hint = await datasetHint(runtime.store, data);
  return new AtcError("ATC_NOT_FOUND", `there is neither a file nor a dataset "${data}"; ${hint}`, {
    details: { name: data },
  });
}

/** Refuses to make a dataset anew of its first file where others were appended to it since. */
async function checkNotAppended({ store }: Runtime, name: string, fingerprint: string): Promise<void> {
  const manifest = await store.find(name).catch((error: unknown) => {
    // A damaged dataset is made anew; one that could not be read may hold appended rows.
    if (systemNameOf(error) !== "") throw error;
    return undefined;
  });
  if (manifest === undefined || manifest.fingerprint === fingerprint) return;
  const last = datasetHistory(manifest).at(-1);
  if (last === undefined) return;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the dataset "${name}" also holds rows that were appended from "${last.source}", which reading the file again would drop; use the dataset by its name, give another --name, or drop them with --force`,
    { details: { dataset: name } },
  );
}

/**
 * Reads files, or the rows of a query, into a dataset, or leaves the dataset alone where it is up to date. See `openSource` for what reads which file.
 *
 * @param paths - a file, directory or pattern, or a list of these; none where `sql` is given
 * @throws ATC_NOT_FOUND, ATC_MISSING_PLUGIN, ATC_INVALID_ARGUMENT (also where other files were appended since), ATC_INVALID_DATA, ATC_CORRUPT_DATA, ATC_LOCKED,
 * ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO, ATC_ABORTED
 */
export async function ingestFile(
  runtime: Runtime,
  paths: string | readonly string[],
  options: DataOptions = {},
): Promise<IngestResult> {
  const list = typeof paths === "string" ? [paths] : paths;
  const {
    name = defaultName(runtime, list, options.sql),
    duplicates,
    force,
    memoryBytes = machineDefaults().memoryBytes,
    signal,
    onProgress,
  } = options;
  await using source = await openSource(runtime, list, options);
  const settings = { name, duplicates, force, memoryBytes };
  if (force !== true) await checkNotAppended(runtime, name, fingerprintOf(source, settings));
  // Ends with the ingest: what follows has the memory of its threads.
  await using executor = executorFor(runtime, source);
  return await ingest(source, runtime.store, { ...settings, executor, signal, onProgress });
}

/** Whether a text stands for files: something on the disk, or a pattern. */
async function namesFiles({ cwd }: Runtime, data: string): Promise<boolean> {
  return (await exists(resolve(cwd, data))) || /[*?[]/.test(data);
}

/**
 * Opens what `data` names: a file (read into a dataset first, where that is not up to date) or a dataset. Without `data` it opens the rows of the query
 * `options.sql`.
 *
 * @throws ATC_INVALID_ARGUMENT if neither is given
 */
export async function openData(
  runtime: Runtime,
  data: string | undefined,
  options: DataOptions = {},
): Promise<OpenedData> {
  if (data === undefined && options.sql === undefined)
    throw new AtcError("ATC_INVALID_ARGUMENT", "no data is named; give a file or a dataset, or --sql QUERY");
  if (data === undefined || options.sql !== undefined || (await namesFiles(runtime, data))) {
    const { manifest, reused, report } = await ingestFile(runtime, data ?? [], options);
    return opened(await runtime.store.open(manifest.name), { path: data, reused, report });
  }
  if (looksLikePath(data) || (await runtime.store.find(data)) === undefined) throw await notFound(runtime, data);
  const dataset = await runtime.store.open(data);
  return opened(dataset, {
    path: sourcePathOf(dataset.manifest),
    reused: true,
    report: ingestReport(dataset.manifest),
  });
}

function opened(dataset: Dataset, rest: Omit<OpenedData, "dataset" | typeof Symbol.dispose>): OpenedData {
  return { ...rest, dataset, [Symbol.dispose]: () => dataset[Symbol.dispose]() };
}
