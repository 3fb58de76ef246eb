import type { Cache } from "@atc/cache";
import type { RuntimeOptions } from "../wiring/runtime.ts";
import { openRuntime } from "../wiring/runtime.ts";

/**
 * The configured cache for arrays of your own: the folder, the budget and the compression are those of the configuration, and `atc cache` lists your
 * entries beside its own. Dispose it when done. The counterpart of the Python module's function of that name.
 *
 * @throws ATC_INVALID_CONFIG, ATC_MISSING_PLUGIN (the codec), ATC_IO, ATC_READ_ONLY
 */
export async function getCacheManager(options: RuntimeOptions = {}): Promise<Cache> {
  const runtime = await openRuntime(options);
  let cache: Cache;
  try {
    cache = await runtime.cache();
  } catch (error) {
    await runtime[Symbol.asyncDispose]();
    throw error;
  }
  return new Proxy(cache, {
    get(target, name, receiver) {
      return name === Symbol.asyncDispose ? () => runtime[Symbol.asyncDispose]() : Reflect.get(target, name, receiver);
    },
  });
}
