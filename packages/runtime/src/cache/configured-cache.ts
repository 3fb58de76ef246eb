import type { Cache } from "@atc/cache";
import { createCache } from "@atc/cache";
import type { AtcConfig } from "@atc/config";
import type { ByteStore, Codec } from "@atc/contract";
import { AtcError, isAtcError } from "@atc/contract";
import type { InstalledPluginHost } from "../plugins/plugin-host.ts";
import { declaredOptions } from "../plugins/plugin-options.ts";
import { installedCodecs } from "./compression.ts";

/** The most bytes of all entries of a cache folder. */
export const cacheBytes: number = 2 ** 30;

/**
 * The cache that a configuration describes. Entries are `.npz` files, compressed by `codec` if there is one;
 * it also reads the entries of all other codecs that are installed. Its disposal closes the folder too.
 *
 * @throws ATC_MISSING_PLUGIN, ATC_INVALID_CONFIG for the store; what the store throws, such as ATC_IO or
 * ATC_READ_ONLY for its folder
 */
export async function configuredCache(
  config: AtcConfig,
  host: InstalledPluginHost,
  { codec, memoryBytes }: { readonly codec: Codec | undefined; readonly memoryBytes?: number | undefined },
): Promise<Cache> {
  const readers = await installedCodecs(host);
  const store = await openByteStore(config, host);
  const cache = createCache({ store, codec, readers, memoryBytes, warn: (message) => host.warn(message) });
  return withDisposal(cache, async () => {
    await cache[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });
}

/** The same cache with another disposal; it inherits everything else. */
export function withDisposal(cache: Cache, dispose: () => Promise<void>): Cache {
  return Object.create(cache, { [Symbol.asyncDispose]: { value: dispose } }) as Cache;
}

/** The store over a folder, which `@atc/cache-fs` provides. */
const folderStore = "fs";

/** Opens the store of entries. An unusable folder is a disk error, after which the run continues without a cache. */
export async function openByteStore(
  { cacheStore, cacheDir: directory }: AtcConfig,
  host: InstalledPluginHost,
): Promise<ByteStore> {
  const plugin = await host.locate("byte-store", cacheStore);
  const offered = { directory, maxBytes: cacheBytes, onEvict: () => host.warn(evicting(cacheStore, directory)) };
  try {
    return await host.find("byte-store", cacheStore, declaredOptions(plugin, offered));
  } catch (error) {
    // Its options come from here, so this code means that the folder is a file. Another store may lack a setting.
    if (cacheStore === folderStore && isAtcError(error, "ATC_INVALID_ARGUMENT"))
      throw new AtcError("ATC_IO", error.message, { cause: error });
    throw error;
  }
}

function evicting(store: string, directory: string): string {
  const place = store === folderStore ? ` in ${directory}` : "";
  return `the cache${place} is full, so the entries used longest ago are removed; see atc cache stats`;
}
