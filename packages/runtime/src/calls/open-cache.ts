import type { Cache } from "@atc/cache";
import { withDisposal } from "../cache/configured-cache.ts";
import type { RuntimeOptions } from "../wiring/runtime.ts";
import { openRuntime } from "../wiring/runtime.ts";

/**
 * Opens the configured cache for your own arrays. Folder, size limit and compression are those of the configuration,
 * and `atc cache` lists your entries too. Dispose it when done.
 *
 * @throws ATC_INVALID_CONFIG, ATC_MISSING_PLUGIN (the codec), ATC_IO, ATC_READ_ONLY
 */
export async function openCache(options: RuntimeOptions = {}): Promise<Cache> {
  const runtime = await openRuntime(options);
  try {
    return withDisposal(await runtime.cache(), async () => await runtime[Symbol.asyncDispose]());
  } catch (error) {
    await runtime[Symbol.asyncDispose]();
    throw error;
  }
}

/** The same as {@link openCache}, for people who come from the Python module, which has this name. */
export async function getCacheManager(options: RuntimeOptions = {}): Promise<Cache> {
  return await openCache(options);
}
