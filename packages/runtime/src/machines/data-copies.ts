import { dirname, join, resolve } from "node:path";
import { AtcError, type ByteStore, isAtcError } from "@atc/contract";
import { type CopyRequest, type DatasetCopies, datasetCopies } from "@atc/mmap-store/copies";
import { parseByteSize, type StoreOfUrl, storeOfUrl } from "@atc/plugin-kit";
import type { StoreRef } from "../plugins/store-ref.ts";
import { checkDataStore, pushCommand, withoutSlashes } from "../wiring/data-bucket.ts";
import type { Setup } from "../wiring/setup.ts";
import { datasetOf } from "../wiring/task-dataset.ts";
import type { TaskInput } from "../wiring/task-places.ts";

/** The place from which a worker gets datasets. */
export interface DataPlaceOptions {
  /** The URL of `atc data serve`, without an area, or `s3://bucket/prefix`. */
  readonly url: string;
  /** What a server asks for. Default: none. */
  readonly token?: string | undefined;
  /** The folder of the copies. Default: `copies` beside the cache. */
  readonly directory?: string | undefined;
  /** The most bytes of copies, such as `64GB`. Default: 16 GiB. */
  readonly size?: string | undefined;
  /** Receives lines for people. */
  readonly onEvent?: ((line: string) => void) | undefined;
  /** Ends the wait for a place that cannot be reached. */
  readonly signal?: AbortSignal | undefined;
}

/** The copies of datasets that tasks read. */
export interface DataCopies extends AsyncDisposable {
  /** The folder of the copies. */
  readonly directory: string;
  /**
   * Runs a task over a copy that has the segments it reads. A segment that another process removed meanwhile is
   * fetched again, and the task runs again.
   */
  withCopy<T>(input: TaskInput, run: (store: StoreRef) => Promise<T>): Promise<T>;
}

const usualSize = "16GiB";
/** How often a task may find that a segment is missing. */
const mostRepeats = 2;

function checkedSize(text: string): number {
  const bytes = parseByteSize(text);
  if (bytes !== undefined) return bytes;
  throw new AtcError("ATC_INVALID_ARGUMENT", `the size of the copies is "${text}"; give one such as 64GB`, {
    details: { flag: "--copies-size", value: text },
  });
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** What of a dataset a task reads. */
function requestOf(input: TaskInput): CopyRequest {
  const { symbols } = input;
  return { ...datasetOf(input), ...(isTexts(symbols) ? { symbols } : {}) };
}

/** The store of a place, and its options. ATC_INVALID_ARGUMENT for a URL of another kind. */
function storeOfPlace(url: string): StoreOfUrl {
  const found = storeOfUrl(`${withoutSlashes(url)}/data`);
  if (found !== undefined) return found;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    "the place of the datasets is not a URL of http, https or s3; give one such as http://10.0.0.5:7400 or s3://bucket/prefix",
    { details: { flag: "--data" } },
  );
}

/** Whether a task found that its copy lacks a segment. */
function lacksSegment(error: unknown): boolean {
  return isAtcError(error, "ATC_NOT_FOUND") && error.details["isAbsentSegment"] === true;
}

/** The submitter would compute a task itself whose dataset was replaced, and nobody would see that no worker can. */
function otherContent({ dataset }: CopyRequest, url: string, isBucket: boolean, cause: AtcError): AtcError {
  const words = isBucket
    ? `the bucket "${url}" does not have the submitter's generation of the dataset "${dataset}"; run on the submitter's machine: ${pushCommand(dataset, url)}`
    : `the server "${url}" has no dataset "${dataset}" of the submitter's content; let atc data serve and the submitter use the same --data-dir, and run again`;
  return new AtcError("ATC_NOT_FOUND", words, { cause, details: { dataset, path: url } });
}

/**
 * Opens the copies of the datasets that a server or a bucket has, and asks it once, so that a wrong address, token or
 * key shows at once.
 *
 * @throws ATC_INVALID_ARGUMENT for the URL, the token, the credentials or the size; ATC_NOT_FOUND without the bucket;
 * ATC_MISSING_PLUGIN without its store; ATC_NETWORK if it cannot be reached; ATC_UNSUPPORTED for a configuration with
 * another store
 */
export async function openDataCopies(
  { config, host, cwd, env }: Setup,
  storeRef: StoreRef,
  { url, token, directory, size = usualSize, onEvent, signal }: DataPlaceOptions,
): Promise<DataCopies> {
  checkDataStore(config);
  const maxBytes = checkedSize(size);
  const { name, options } = storeOfPlace(url);
  const isBucket = name === "s3";
  const store: ByteStore = await host.find("byte-store", name, {
    ...options,
    ...(isBucket ? { env } : { token: token ?? "" }),
  });
  const folder = directory === undefined ? join(dirname(config.cacheDir), "copies") : resolve(cwd, directory);
  onEvent?.(`looking for datasets at ${url}`);
  await store.get("none/manifest.json", signal === undefined ? {} : { signal }).catch(async (error: unknown) => {
    await store[Symbol.asyncDispose]();
    throw error;
  });
  const { getRange } = store;
  const source = {
    place: url,
    ...(isBucket
      ? {
          layout: "pushed" as const,
          remedy: (dataset: string): string =>
            `run on a machine that has the dataset: ${pushCommand(dataset, url)} --force`,
        }
      : {}),
    get: store.get.bind(store),
    ...(getRange === undefined ? {} : { getRange: getRange.bind(store) }),
  };
  const onFetch = (dataset: string, file: string, bytes: number): void =>
    onEvent?.(`fetched ${file} of dataset "${dataset}" (${bytes} bytes)`);
  const copies: DatasetCopies = datasetCopies({ directory: folder, source, maxBytes, onFetch });
  return {
    directory: folder,
    async withCopy(input, run) {
      let request = requestOf(input);
      for (let repeat = 0; ; repeat++) {
        using copy = await copies.provide(request).catch((error: unknown) => {
          throw isAtcError(error, "ATC_REPLACED") ? otherContent(request, url, isBucket, error) : error;
        });
        try {
          const options = { ...storeRef.options, directory: copy.directory, isPartial: true };
          return await run({ ...storeRef, options });
        } catch (error) {
          if (!lacksSegment(error) || repeat === mostRepeats) throw error;
          // The task reads more than its symbols, or another process removed a segment.
          request = { ...request, symbols: undefined };
        }
      }
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
