import { dirname, join, resolve } from "node:path";
import { configDefaults } from "@atc/config";
import { AtcError, type ByteStore, isAtcError } from "@atc/contract";
import { type CopyRequest, type DatasetCopies, datasetCopies } from "@atc/mmap-store/copies";
import { parseByteSize } from "@atc/plugin-kit";
import type { StoreRef } from "../plugins/store-ref.ts";
import type { Setup } from "../wiring/setup.ts";
import type { TaskInput } from "../wiring/task-places.ts";

/** The place from which a worker gets datasets. */
export interface DataPlaceOptions {
  /** The URL of `atc data serve`, without an area. */
  readonly url: string;
  /** What the server asks for. Default: none. */
  readonly token?: string | undefined;
  /** The folder of the copies. Default: `copies` beside the cache. */
  readonly directory?: string | undefined;
  /** The most bytes of copies, such as `64GB`. Default: 16 GiB. */
  readonly size?: string | undefined;
  /** Receives lines for people. */
  readonly onEvent?: ((line: string) => void) | undefined;
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

/** What of a dataset a task reads. Its input comes from a queue, so nothing of it is trusted. */
function requestOf(input: TaskInput): CopyRequest {
  const { dataset, generation, fingerprint, createdAt, symbols } = input;
  const isRead =
    typeof dataset === "string" &&
    Number.isSafeInteger(generation) &&
    typeof fingerprint === "string" &&
    typeof createdAt === "number";
  if (!isRead) throw new AtcError("ATC_INVALID_DATA", "a task of the queue names no generation of a dataset");
  return {
    dataset,
    generation: generation as number,
    fingerprint,
    createdAt,
    ...(isTexts(symbols) ? { symbols } : {}),
  };
}

/** Whether a task found that its copy lacks a segment. */
function lacksSegment(error: unknown): boolean {
  return isAtcError(error, "ATC_NOT_FOUND") && error.details["isAbsentSegment"] === true;
}

/** The submitter would compute a task itself whose dataset was replaced, and nobody would see that no worker can. */
function otherContent({ dataset }: CopyRequest, url: string, cause: AtcError): AtcError {
  return new AtcError(
    "ATC_NOT_FOUND",
    `the server "${url}" has no dataset "${dataset}" of the submitter's content; let atc data serve and the submitter use the same --data-dir, and run again`,
    { cause, details: { dataset, path: url } },
  );
}

/**
 * Opens the copies of the datasets that a server has, and asks it once, so that a wrong address or token shows at once.
 *
 * @throws ATC_INVALID_ARGUMENT for the URL, the token or the size; ATC_NETWORK if the server cannot be reached;
 * ATC_UNSUPPORTED for a configuration with another store
 */
export async function openDataCopies(
  { config, host, cwd }: Setup,
  storeRef: StoreRef,
  { url, token, directory, size = usualSize, onEvent }: DataPlaceOptions,
): Promise<DataCopies> {
  if (config.dataStore !== configDefaults.dataStore)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `copies of datasets need the store "${configDefaults.dataStore}"; set dataStore to it`,
    );
  const maxBytes = checkedSize(size);
  const store: ByteStore = await host.find("byte-store", "http", {
    url: `${url.replace(/\/+$/, "")}/data`,
    token: token ?? "",
  });
  const folder = directory === undefined ? join(dirname(config.cacheDir), "copies") : resolve(cwd, directory);
  await store.get("none/manifest.json").catch(async (error: unknown) => {
    await store[Symbol.asyncDispose]();
    throw error;
  });
  const { getRange } = store;
  const source = {
    place: url,
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
          throw isAtcError(error, "ATC_REPLACED") ? otherContent(request, url, error) : error;
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
