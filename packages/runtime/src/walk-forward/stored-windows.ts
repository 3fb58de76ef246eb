import type { JsonObject } from "@atc/contract";
import { openStoredEvaluations, type StoredEvaluations } from "../sweep/stored-evaluations.ts";
import { changedSince, keysOfSweep, storeOrigins } from "../sweep/sweep-keys.ts";
import type { SweepSetup } from "../sweep/sweep-setup.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { usableCache } from "../wiring/usable-cache.ts";
import type { PlannedWindows } from "./window-lengths.ts";

/** What {@link storedWindows} needs besides the search. */
export interface StoredWindowsOptions {
  readonly planned: PlannedWindows;
  /** The number of spans that configurations are evaluated over. */
  readonly spans: number;
  readonly resume: boolean;
  /** The symbols that the caller chose. */
  readonly wanted: readonly string[] | undefined;
  /** Receives why nothing was found. */
  readonly note: (text: string) => void;
}

/** The configurations that the cache has, with the figures of all windows; undefined without a cache. */
export async function storedWindows(
  runtime: Runtime,
  sweep: SweepSetup,
  { planned, spans, resume, wanted, note }: StoredWindowsOptions,
): Promise<StoredEvaluations | undefined> {
  const cache = await usableCache(runtime);
  if (cache === undefined) return undefined;
  const { symbols, computed, keepsSymbols } = sweep;
  const keys = keysOfSweep(sweep, wanted);
  const windows: JsonObject = { ...planned.lengths };
  const key = (part: JsonObject) => ({ ...keys.unit({ ...part, windows }), kind: "walkForward" });
  const stored = await openStoredEvaluations({
    cache,
    key,
    metrics: spans * computed.length,
    symbolMetrics: keepsSymbols ? spans * symbols.length * computed.length : 0,
    isRead: resume,
  });
  const origins = { ...keys, origins: { ...keys.origins, kind: "walkForwardOrigins" } };
  const changed = resume && stored.size === 0 ? await changedSince(cache, origins, "walk-forward") : undefined;
  if (changed !== undefined) note(changed);
  await storeOrigins(cache, origins);
  return stored;
}
