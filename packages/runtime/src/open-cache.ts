import type { Cache } from "@atc/cache";
import { createCache } from "@atc/cache";
import { cacheFs } from "@atc/cache-fs";
import type { AtcConfig } from "@atc/config";
import { findCodec, installedCodecs } from "./compression.ts";
import type { InstalledPluginHost } from "./plugin-host.ts";

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
export async function openCache(config: AtcConfig, host: InstalledPluginHost): Promise<OpenedCache> {
  const codec = await findCodec(config, host);
  const readers = await installedCodecs(host);
  const store = await cacheFs({ directory: config.cacheDir, onEvict: () => host.warn(evicting(config.cacheDir)) });
  const cache = createCache({ store, codec, readers, warn: (message) => host.warn(message) });
  return {
    cache,
    async [Symbol.asyncDispose]() {
      await cache[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

function evicting(directory: string): string {
  return `the cache in ${directory} is full: what was used longest ago is removed; see atc cache stats`;
}
