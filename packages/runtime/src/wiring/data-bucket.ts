import { configDefaults } from "@atc/config";
import { AtcError, type ByteStore } from "@atc/contract";
import type { PushTarget } from "@atc/mmap-store/copies";
import { storeOfUrl } from "@atc/plugin-kit";
import type { Setup } from "./setup.ts";

/** What a bucket of datasets is opened with. */
export type BucketPlace = Pick<Setup, "config" | "host" | "env">;

/** The datasets in a bucket. Disposal ends its requests. */
export interface DataBucket extends PushTarget, AsyncDisposable {
  /** The URL of the bucket, without an area. */
  readonly place: string;
}

/** A URL without slashes at its end. */
export function withoutSlashes(url: string): string {
  return url.replace(/\/+$/, "");
}

/** Whether a URL names a bucket. */
export function isBucketUrl(url: string): boolean {
  return storeOfUrl(url)?.name === "s3";
}

/** The command that brings a dataset into a bucket. */
export function pushCommand(dataset: string, url: string): string {
  return `atc data push ${dataset} ${withoutSlashes(url)}`;
}

/** Throws ATC_UNSUPPORTED if datasets are in another store than the one whose files travel. */
export function checkDataStore({ dataStore }: Setup["config"]): void {
  if (dataStore === configDefaults.dataStore) return;
  throw new AtcError(
    "ATC_UNSUPPORTED",
    `copies of datasets need the store "${configDefaults.dataStore}"; set dataStore to it`,
  );
}

/**
 * Opens the datasets in a bucket. Sends nothing.
 *
 * @throws ATC_INVALID_ARGUMENT for another URL, or without credentials; ATC_MISSING_PLUGIN; ATC_UNSUPPORTED for a
 * configuration with another store of datasets
 */
export async function openDataBucket({ config, host, env }: BucketPlace, url: string): Promise<DataBucket> {
  const found = isBucketUrl(url) ? storeOfUrl(`${withoutSlashes(url)}/data`) : undefined;
  if (found === undefined)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      "datasets are pushed to a bucket, and the URL does not name one; give one such as s3://bucket/prefix",
      { details: { flag: "--data" } },
    );
  checkDataStore(config);
  const store: ByteStore = await host.find("byte-store", found.name, { ...found.options, env });
  return {
    place: withoutSlashes(url),
    get: (key, options) => store.get(key, options),
    set: (key, value, options) => store.set(key, value, options),
    list: (prefix, options) => store.list(prefix, options),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
