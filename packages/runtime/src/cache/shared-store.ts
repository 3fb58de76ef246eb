import { AtcError, type ByteStore } from "@atc/contract";
import { type StoreOfUrl, storeOfUrl } from "@atc/plugin-kit";
import type { InstalledPluginHost } from "../plugins/plugin-host.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Milliseconds that a lookup may wait for the shared cache: it should save time. */
const patienceMs = 3_000;

/** The plugin of the shared cache and its options. ATC_INVALID_CONFIG for a URL of another kind. */
export function sharedPlace(url: string): StoreOfUrl {
  const found = storeOfUrl(url);
  if (found !== undefined) return found;
  throw new AtcError(
    "ATC_INVALID_CONFIG",
    "cacheShared is not a URL of http, https or s3; give one such as http://10.0.0.5:7400/cache or s3://bucket/prefix",
    { details: { path: "cacheShared" } },
  );
}

/**
 * Opens the cache that machines share. Sends nothing.
 *
 * @throws ATC_MISSING_PLUGIN; ATC_INVALID_CONFIG for the URL; ATC_INVALID_ARGUMENT, for example without credentials
 */
export async function openSharedStore(url: string, host: InstalledPluginHost, env: Environment): Promise<ByteStore> {
  const { name, options } = sharedPlace(url);
  const own = name === "s3" ? { env } : { token: env["ATC_DATA_TOKEN"] ?? "" };
  return await host.find("byte-store", name, { ...options, ...own, patienceMs, idleMs: patienceMs });
}
