import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Dataset, OperationOptions } from "@atc/contract";
import { AtcError, absentOnly, fromSystemError, isAtcError, systemNameOf } from "@atc/contract";
import { datasetHint, datasetNamed, sourcePathOf } from "@atc/datasets";
import type { IngestOptions, IngestReport, IngestResult } from "@atc/ingest";
import { fingerprintOf, ingest, ingestReport } from "@atc/ingest";
import { looksLikePath } from "../plugins/file-endings.ts";
import { machineDefaults } from "../wiring/machine-defaults.ts";
import type { Runtime } from "../wiring/runtime.ts";
import type { ReadingOptions } from "./open-source.ts";
import { defaultName, executorFor, openSource } from "./open-source.ts";
import { checkNoReading } from "./reading-of-files.ts";
import { checkMayReplace } from "./replaced-dataset.ts";

/** How files are read into a dataset. */
export interface DataOptions extends ReadingOptions, OperationOptions {
  /** The name of the dataset. Default: the stem of the file name and 8 digits of a hash of its path. */
  readonly name?: string;
  /**
   * Reads the file again even if the dataset is up to date, and replaces the rows of another file in it. Appended rows
   * are kept: see `dropAppended`.
   */
  readonly reread?: boolean;
  /** Reads the file again and drops the rows that were appended to its dataset. Default: that is refused. */
  readonly dropAppended?: boolean;
  /** Opens this generation of the dataset that `data` names. Nothing is read from files. Default: the newest one. */
  readonly generation?: number;
  /** Called if an abort keeps slices of a file that were read: see `ingest` of `@atc/ingest`. */
  readonly onKept?: IngestOptions["onKept"];
}

/** A dataset that is open for a run. Disposal closes it. */
export interface OpenedData extends Disposable {
  /** The dataset. */
  readonly dataset: Dataset;
  /** The file that it was read from, as the user named it; undefined if it was not read from one. */
  readonly path: string | undefined;
  /** Whether it already existed and was up to date. */
  readonly reused: boolean;
  /** What the ingest found. */
  readonly report: IngestReport | undefined;
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path).catch(absentOnly)) !== undefined;
  } catch (error) {
    // No file system allows such a name, but a dataset may have it.
    if (systemNameOf(error) === "ENAMETOOLONG" && !looksLikePath(path)) return false;
    throw fromSystemError(error, `cannot look for "${path}"`, "check the path and its permissions");
  }
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

/**
 * Reads files, or the rows of a query, into a dataset, unless the dataset is up to date. See `openSource` for the
 * choice of the source.
 *
 * @param paths - a file, directory or pattern, or a list of these; may be empty with `sql`
 * @throws ATC_NOT_FOUND, ATC_MISSING_PLUGIN, ATC_INVALID_ARGUMENT (also if other files were appended since, or if the
 * dataset holds the rows of another file), ATC_INVALID_DATA, ATC_CORRUPT_DATA, ATC_LOCKED, ATC_NO_SPACE, ATC_READ_ONLY,
 * ATC_IO, ATC_ABORTED
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
    reread = false,
    dropAppended = false,
    memoryBytes = machineDefaults().memoryBytes,
    signal,
    onProgress,
    onKept,
  } = options;
  await using source = await openSource(runtime, list, options);
  const settings = { name, duplicates, force: reread || dropAppended, memoryBytes };
  if (!dropAppended)
    await checkMayReplace(runtime, name, {
      fingerprint: reread ? undefined : fingerprintOf(source, settings),
      origin: { path: source.identity.path },
      reread,
    });
  // The threads end with the ingest, so that their memory is free afterwards.
  await using executor = await executorFor(runtime, source);
  const request = { ...settings, executor, signal, onProgress, onKept };
  const result = await ingest(source, runtime.store, request);
  const damage = result.reused ? await damageOf(runtime, name) : undefined;
  if (damage === undefined) return result;
  runtime.warn(`${damage.message.replace(/; .*$/, "")}, so its file was read again`);
  return await ingest(source, runtime.store, { ...request, force: true });
}

/** Why a dataset that is up to date by its manifest cannot be read; undefined if it can. */
async function damageOf({ store }: Runtime, name: string): Promise<AtcError | undefined> {
  try {
    (await store.open(name))[Symbol.dispose]();
    return undefined;
  } catch (error) {
    if (isAtcError(error, "ATC_CORRUPT_DATA")) return error;
    throw error;
  }
}

/** Whether a text names files: an existing path, or a pattern. */
async function namesFiles({ cwd }: Runtime, data: string): Promise<boolean> {
  return (await exists(resolve(cwd, data))) || /[*?[]/.test(data);
}

/**
 * Opens a dataset, a file or a query. A dataset of a file can be named by the file's stem. A file is first read into a
 * dataset, unless its dataset is up to date. Without `data` it opens the rows of the query `options.sql`.
 *
 * @throws ATC_INVALID_ARGUMENT if neither `data` nor `sql` is given, or if a dataset is given with options that
 * say how files are read; what {@link ingestFile} throws
 */
export async function openData(
  runtime: Runtime,
  data: string | undefined,
  options: DataOptions = {},
): Promise<OpenedData> {
  if (data === undefined && options.sql === undefined)
    throw new AtcError("ATC_INVALID_ARGUMENT", "no data is named; give a file or a dataset, or --sql QUERY");
  if (data !== undefined && options.generation !== undefined)
    return ofDataset(await runtime.store.open(data, { generation: options.generation }));
  if (data === undefined || options.sql !== undefined || (await namesFiles(runtime, data))) {
    const { manifest, reused, report } = await ingestFile(runtime, data ?? [], options);
    return opened(await runtime.store.open(manifest.name), { path: data, reused, report });
  }
  const name = looksLikePath(data) ? data : await datasetNamed(runtime.store, data);
  if (looksLikePath(data) || (await runtime.store.find(name)) === undefined) throw await notFound(runtime, data);
  checkNoReading(data, options);
  return ofDataset(await runtime.store.open(name));
}

function ofDataset(dataset: Dataset): OpenedData {
  return opened(dataset, {
    path: sourcePathOf(dataset.manifest),
    reused: true,
    report: ingestReport(dataset.manifest),
  });
}

function opened(dataset: Dataset, rest: Omit<OpenedData, "dataset" | typeof Symbol.dispose>): OpenedData {
  return { ...rest, dataset, [Symbol.dispose]: () => dataset[Symbol.dispose]() };
}
