import type { Cache } from "@atc/cache";
import { createCache } from "@atc/cache";
import { cacheFs } from "@atc/cache-fs";
import type { AtcConfig } from "@atc/config";
import type { ByteStore } from "@atc/contract";
import { AtcError, isAtcError } from "@atc/contract";
import type { InstalledPluginHost } from "../plugins/plugin-host.ts";
import { findCodec, installedCodecs } from "./compression.ts";

/** The most bytes that all entries of a cache folder take together. */
export const cacheBytes: number = 2 ** 30;

/** A cache and the store under it. */
export interface OpenedCache extends AsyncDisposable {
  /** The cache. */
  readonly cache: Cache;
}

/**
 * Opens the cache that a configuration describes: entries as `.npz`, or compressed as it asks; entries of every other setting whose codec is installed are
 * readable.
 *
 * @throws ATC_MISSING_PLUGIN, ATC_INVALID_CONFIG for the codec; ATC_IO, ATC_READ_ONLY for the directory
 */
export async function openCache(
  config: AtcConfig,
  host: InstalledPluginHost,
  memoryBytes?: number,
): Promise<OpenedCache> {
  const codec = await findCodec(config, host);
  const readers = await installedCodecs(host);
  const store = await openStore(config.cacheDir, host);
  const cache = createCache({ store, codec, readers, memoryBytes, warn: (message) => host.warn(message) });
  return {
    cache,
    async [Symbol.asyncDispose]() {
      await cache[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

/** The folder, whatever is wrong with it told by a code of the disk: a run then does without a cache. */
async function openStore(directory: string, host: InstalledPluginHost): Promise<ByteStore> {
  try {
    return await cacheFs({ directory, maxBytes: cacheBytes, onEvict: () => host.warn(evicting(directory)) });
  } catch (error) {
    if (isAtcError(error, "ATC_INVALID_ARGUMENT")) throw new AtcError("ATC_IO", error.message, { cause: error });
    throw error;
  }
}

function evicting(directory: string): string {
  return `the cache in ${directory} is full: what was used longest ago is removed; see atc cache stats`;
}
