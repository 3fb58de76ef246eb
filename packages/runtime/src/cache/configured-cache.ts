import type { Cache } from "@atc/cache";
import { createCache } from "@atc/cache";
import type { AtcConfig, ConfigName } from "@atc/config";
import { configDefaults } from "@atc/config";
import type { ByteStore, Codec } from "@atc/contract";
import { AtcError, isAtcError } from "@atc/contract";
import type { InstalledPluginHost } from "../plugins/plugin-host.ts";
import { declaredOptions, takesOption } from "../plugins/plugin-options.ts";
import { installedCodecs } from "./compression.ts";
import { openSharedStore } from "./shared-store.ts";

/** What the configuration does not say of its cache. */
interface ConfiguredCacheOptions {
  readonly codec: Codec | undefined;
  readonly memoryBytes?: number | undefined;
  /** The variables with the credentials of a shared cache. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

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
  { codec, memoryBytes, env }: ConfiguredCacheOptions,
): Promise<Cache> {
  const readers = await installedCodecs(host);
  const remote = await usableRemote(config, host, env);
  const store = await openByteStore(config, host);
  const cache = createCache({ store, remote, codec, readers, memoryBytes, warn: (message) => host.warn(message) });
  return withDisposal(cache, async () => {
    await cache[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await remote?.[Symbol.asyncDispose]();
  });
}

/** The store of the shared cache; undefined without one, or if it lacks credentials, which gives a warning. */
async function usableRemote(
  { cacheShared }: AtcConfig,
  host: InstalledPluginHost,
  env: ConfiguredCacheOptions["env"],
): Promise<ByteStore | undefined> {
  if (cacheShared === undefined) return undefined;
  try {
    return await openSharedStore(cacheShared, host, env);
  } catch (error) {
    if (!isAtcError(error, "ATC_INVALID_ARGUMENT")) throw error;
    host.warn(`the shared cache is not used: ${error.message}`);
    return undefined;
  }
}

/** The same cache with another disposal; it inherits everything else. */
export function withDisposal(cache: Cache, dispose: () => Promise<void>): Cache {
  return Object.create(cache, { [Symbol.asyncDispose]: { value: dispose } }) as Cache;
}

/** The store over a folder, which `@atc/cache-fs` provides. */
const folderStore = "fs";

/** The bounds of a cache: the key of the configuration and the option of a byte store. */
const bounds = [
  ["cacheMaxBytes", "maxBytes"],
  ["cacheMaxEntries", "maxEntries"],
  ["cacheMaxAgeSeconds", "maxAgeMs"],
] as const satisfies readonly (readonly [ConfigName, string])[];

/** Opens the store of entries. An unusable folder is a disk error, after which the run continues without a cache. */
export async function openByteStore(config: AtcConfig, host: InstalledPluginHost): Promise<ByteStore> {
  const { cacheStore, cacheDir: directory, cacheMaxBytes: maxBytes, cacheMaxEntries: maxEntries } = config;
  const plugin = await host.locate("byte-store", cacheStore);
  for (const [key, option] of bounds)
    if (config[key] !== configDefaults[key] && !takesOption(plugin, option))
      host.warn(`${key} has no effect: the byte store "${cacheStore}" has no option ${option}`);
  const maxAgeMs = config.cacheMaxAgeSeconds === undefined ? undefined : 1000 * config.cacheMaxAgeSeconds;
  const onEvict = ({ reason }: { readonly reason?: string } = {}): void => {
    if (reason !== "age") host.warn(evicting(cacheStore, directory));
  };
  const offered = { directory, maxBytes, maxEntries, maxAgeMs, onEvict };
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
  return `the cache${place} is full, so the least recently used entries are removed; see atc cache stats`;
}
