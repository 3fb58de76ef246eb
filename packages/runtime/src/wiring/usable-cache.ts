import type { Cache } from "@atc/cache";
import type { AtcErrorCode } from "@atc/contract";
import { isAtcError } from "@atc/contract";
import type { Runtime } from "./runtime.ts";

/** Errors of the cache's storage. They disable the cache, but never stop the computation. */
const diskCodes: ReadonlySet<AtcErrorCode> = new Set(["ATC_IO", "ATC_READ_ONLY", "ATC_NO_SPACE", "ATC_NOT_FOUND"]);

/** The cache; undefined if it is turned off, or if its storage cannot be used, which gives a warning. */
export async function usableCache(runtime: Runtime): Promise<Cache | undefined> {
  if (!runtime.usesCache) return undefined;
  try {
    return await runtime.cache();
  } catch (error) {
    if (!(isAtcError(error) && diskCodes.has(error.code))) throw error;
    runtime.warn(`results are not cached: ${error.message}`);
    return undefined;
  }
}
