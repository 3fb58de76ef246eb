import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Dataset, DatasetManifest, JsonObject, OperationOptions } from "@atc/contract";
import { AtcError, nearest } from "@atc/contract";
import type { IngestOptions, IngestReport, IngestResult } from "@atc/ingest";
import { datasetName, ingest, ingestReport } from "@atc/ingest";
import type { CsvOptions } from "@atc/source-csv";
import { csv } from "@atc/source-csv";
import type { Runtime } from "./runtime.ts";

/** How a file becomes a dataset. */
export interface DataOptions extends OperationOptions {
  /** The dataset's name; the file's stem and 8 digits of the hash of its path where absent. */
  readonly name?: string;
  /** How the CSV is read. */
  readonly csv?: CsvOptions;
  /** What happens to rows of one symbol and time. */
  readonly duplicates?: IngestOptions["duplicates"];
  /** Reads the file again though the dataset is up to date. */
  readonly force?: boolean;
  /** The most bytes of rows held in memory while reading. */
  readonly memoryBytes?: number;
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

/** The path of a file that the user named: as it was typed where that is enough, for messages. */
function located({ cwd }: Runtime, file: string): string {
  return cwd === process.cwd() ? file : resolve(cwd, file);
}

/** Whether `path` is something on the disk. */
async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
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
  const names = await runtime.store.list();
  const suggestion = nearest(data, names);
  const hint = suggestion === undefined ? "list the datasets with: atc data list" : `did you mean "${suggestion}"?`;
  return new AtcError("ATC_NOT_FOUND", `there is neither a file nor a dataset "${data}"; ${hint}`, {
    details: { name: data },
  });
}

/**
 * Reads a CSV into a dataset, or leaves the dataset alone where it is up to date.
 *
 * @throws ATC_NOT_FOUND, ATC_INVALID_DATA, ATC_CORRUPT_DATA, ATC_LOCKED, ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO, ATC_ABORTED
 */
export async function ingestFile(runtime: Runtime, file: string, options: DataOptions = {}): Promise<IngestResult> {
  const path = located(runtime, file);
  if (!(await exists(path))) throw await notFound(runtime, file);
  if (/\.(parquet|arrow|feather|zip|json|jsonl)$/i.test(path)) {
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `"${path}" is not CSV; this version reads CSV, plain or gzip: export it as CSV first`,
      { details: { path } },
    );
  }
  const {
    name = datasetName(resolve(path)),
    csv: csvOptions,
    duplicates,
    force,
    memoryBytes,
    signal,
    onProgress,
  } = options;
  const source = await csv(path, csvOptions ?? {});
  try {
    return await ingest(source, runtime.store, {
      name,
      ...(duplicates === undefined ? {} : { duplicates }),
      ...(force === undefined ? {} : { force }),
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
      signal,
      onProgress,
    });
  } finally {
    await source[Symbol.asyncDispose]();
  }
}

/** Opens what `data` names: a file (read into a dataset first, where that is not up to date) or a dataset. */
export async function openData(runtime: Runtime, data: string, options: DataOptions = {}): Promise<OpenedData> {
  if (await exists(located(runtime, data))) {
    const { manifest, reused, report } = await ingestFile(runtime, data, options);
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

function member(object: JsonObject | undefined, name: string): JsonObject | undefined {
  const value = object?.[name];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** The file that a dataset was read from, where it was. */
export function sourcePathOf(manifest: DatasetManifest): string | undefined {
  const path = member(manifest.attributes, "source")?.["path"];
  return typeof path === "string" ? path : undefined;
}

/**
 * What identifies a dataset's rows for cache keys: the hash of all source bytes and how they were read, where ingest kept it, so that a file that was
 * merely copied or touched keeps its entries; else the fingerprint.
 */
export function contentOf(manifest: DatasetManifest): string {
  const hash = member(manifest.attributes, "summary")?.["hash"];
  const how = manifest.attributes["options"];
  if (typeof hash !== "string" || how === undefined) return manifest.fingerprint;
  return `xxh64:${hash} ${JSON.stringify(how)} ${JSON.stringify(manifest.schema)}`;
}
