import { AtcError } from "@atc/contract";
import { type CacheKey, quarantinePrefix, type ResolvedKey, resolveKey } from "./cache-key.ts";
import { type CacheValue, copyValue } from "./cache-value.ts";
import { entryFiles } from "./entry-files.ts";
import { type Explanation, explainMiss } from "./explain.ts";
import {
  type CacheEntry,
  clearEntries,
  listEntries,
  listFiles,
  type PruneOptions,
  type PruneReport,
  pruneEntries,
  type VerifyReport,
  verifyEntries,
} from "./maintenance.ts";
import { memoryTier } from "./memory-tier.ts";
import { type CacheOptions, checkOptions } from "./options.ts";
import { type CacheEvent, type CacheStatistics, type MissReason, newCounters } from "./statistics.ts";
import { type StoredValue, storeValue, toCacheValue } from "./stored-value.ts";

/** What may be told with a value. */
export interface SetValueOptions {
  /** What it took to compute the value, in ms; 0 where absent. */
  readonly costMs?: number | undefined;
}

/** What a cache did, and what its store holds now. */
export interface CacheStats extends CacheStatistics {
  /** Files of entries in the store. */
  readonly storedEntries: number;
  /** Bytes of those files. */
  readonly storedBytes: number;
  /** Damaged files that were set aside. */
  readonly quarantinedEntries: number;
  /** Bytes of those files. */
  readonly quarantinedBytes: number;
}

/**
 * Computed arrays by content key. Every bit of a file is verified when it is read; a failing store is told by `warn` and never fails a
 * lookup or a computation. Arrays that come out belong to the caller. Every method throws ATC_CLOSED after disposal, and those that take a key
 * ATC_INVALID_ARGUMENT on one that is none.
 */
export interface Cache extends AsyncDisposable {
  /** A snapshot of the counters. */
  readonly statistics: CacheStatistics;
  /** The value of `key`, or undefined. */
  get(key: CacheKey): Promise<CacheValue | undefined>;
  /** Stores a value; whether the store took it. Throws ATC_INVALID_ARGUMENT on what is no cache value, or takes 2^31 - 17 bytes and more. */
  set(key: CacheKey, value: CacheValue, options?: SetValueOptions): Promise<boolean>;
  /**
   * The value of `key`: stored, or from `produce`, which runs once however many callers of this process ask at the same time. Where it throws,
   * all of them get its error and nothing is stored. A value too large for the store is given and not stored.
   */
  compute(key: CacheKey, produce: () => CacheValue | Promise<CacheValue>): Promise<CacheValue>;
  /** Removes the value of `key`; whether there was one. */
  delete(key: CacheKey): Promise<boolean>;
  /** Why `key` is a hit or a miss. Reads what every stored entry says of itself, which takes seconds where there are GiB of compressed ones. */
  explain(key: CacheKey): Promise<Explanation>;
  /** The files of the store, used longest ago first, without counting as a use. */
  entries(): AsyncIterable<CacheEntry>;
  /** Reads and verifies every file, and sets aside what is damaged. */
  verify(): Promise<VerifyReport>;
  /** Removes what was set aside, and the entries that the options name. */
  prune(options?: PruneOptions): Promise<PruneReport>;
  /** Removes every entry of this format; those of a newer one stay. */
  clear(): Promise<Pick<PruneReport, "removedEntries" | "removedBytes">>;
  /** The counters, and what the store holds. */
  stats(): Promise<CacheStats>;
}

/**
 * A cache over a byte store.
 *
 * @throws ATC_INVALID_ARGUMENT on an option out of its range, ATC_UNSUPPORTED on a big-endian machine
 */
export function createCache(options: CacheOptions): Cache {
  const { store, codecs, memoryBytes, warn, onEvent } = checkOptions(options);
  const counters = newCounters();
  const memory = memoryTier(memoryBytes);
  const emit = tellOnce(warn, onEvent);
  const files = entryFiles({ store, codecs, counters, emit });
  const flights = new Map<string, Promise<CacheValue>>();
  let closed = false;

  const assertOpen = (): void => {
    if (closed) throw new AtcError("ATC_CLOSED", "the cache was disposed; make a new one");
  };
  const resolveOpen = (key: CacheKey): ResolvedKey => {
    assertOpen();
    return resolveKey(key);
  };

  async function lookUp(resolved: ResolvedKey): Promise<{ value: StoredValue } | { reason: MissReason }> {
    const { digest, key } = resolved;
    const kept = memory.get(digest);
    const found = kept === undefined ? await files.lookUp(resolved) : { value: kept };
    if ("reason" in found) {
      counters.misses++;
      emit({ type: "miss", reason: found.reason, kind: key.kind, digest });
      return found;
    }
    const tier = kept === undefined ? "disk" : "memory";
    counters[`${tier}Hits`]++;
    if (tier === "disk") memory.set(digest, found.value);
    emit({ type: "hit", tier, kind: key.kind, digest });
    return found;
  }

  async function produceOrFind(
    resolved: ResolvedKey,
    produce: () => CacheValue | Promise<CacheValue>,
  ): Promise<CacheValue> {
    const found = await lookUp(resolved);
    if ("value" in found) return toCacheValue(found.value);
    const started = performance.now();
    const value = await produce();
    const stored = storeUnlessTooLarge(resolved, value, performance.now() - started);
    if (stored === undefined) return value;
    memory.set(resolved.digest, stored);
    // What a newer version wrote is left to it.
    if (found.reason !== "newer") await files.write(resolved, stored, { replace: false });
    return value;
  }

  function storeUnlessTooLarge(resolved: ResolvedKey, value: CacheValue, costMs: number): StoredValue | undefined {
    try {
      return storeValue(resolved, value, costMs);
    } catch (error) {
      if (!(error instanceof AtcError) || error.details["maxBytes"] === undefined) throw error;
      counters.writeFailures++;
      emit({ type: "failed", operation: "write", error });
      return undefined;
    }
  }

  async function compute(key: CacheKey, produce: () => CacheValue | Promise<CacheValue>): Promise<CacheValue> {
    const resolved = resolveOpen(key);
    const { digest } = resolved;
    const flying = flights.get(digest);
    if (flying !== undefined) {
      counters.shared++;
      return copyValue(await flying);
    }
    const flight = produceOrFind(resolved, produce);
    flights.set(digest, flight);
    try {
      return await flight;
    } finally {
      flights.delete(digest);
    }
  }

  async function set(key: CacheKey, value: CacheValue, { costMs = 0 }: SetValueOptions = {}): Promise<boolean> {
    const resolved = resolveOpen(key);
    const stored = storeValue(resolved, value, costMs);
    memory.set(resolved.digest, stored);
    return files.write(resolved, stored, { replace: true });
  }

  async function explain(key: CacheKey): Promise<Explanation> {
    const resolved = resolveOpen(key);
    const found = memory.get(resolved.digest) ?? (await files.lookUp(resolved));
    if (!("reason" in found)) return { found: true, reason: "the value is stored", differences: [] };
    if (found.reason !== "absent") return { found: false, reason: missReasons[found.reason], differences: [] };
    return explainMiss(resolved.key, keysOf(listEntries(store, files)));
  }

  const statistics = (): CacheStatistics => ({ ...counters, ...memory.statistics() });

  return {
    get statistics() {
      return statistics();
    },
    async get(key) {
      const found = await lookUp(resolveOpen(key));
      return "value" in found ? toCacheValue(found.value) : undefined;
    },
    set,
    compute,
    async delete(key) {
      const { digest } = resolveOpen(key);
      const kept = memory.get(digest) !== undefined;
      memory.delete(digest);
      return (await files.remove(digest)) || kept;
    },
    explain,
    async *entries() {
      assertOpen();
      yield* listEntries(store, files);
    },
    async verify() {
      assertOpen();
      return verifyEntries(store, files);
    },
    async prune(pruneOptions = {}) {
      assertOpen();
      memory.clear();
      return pruneEntries(store, files, pruneOptions);
    },
    async clear() {
      assertOpen();
      memory.clear();
      return clearEntries(store);
    },
    async stats() {
      assertOpen();
      const stored = sizes(await listFiles(store));
      const aside = [];
      for await (const entry of store.list(quarantinePrefix)) aside.push(entry);
      const quarantined = sizes(aside);
      return {
        ...statistics(),
        storedEntries: stored.count,
        storedBytes: stored.bytes,
        quarantinedEntries: quarantined.count,
        quarantinedBytes: quarantined.bytes,
      };
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      memory.clear();
      await Promise.allSettled(flights.values());
    },
  };
}

const missReasons: Readonly<Record<Exclude<MissReason, "absent">, string>> = {
  damaged: "the stored file was damaged and has been set aside",
  incomplete: "a file of the stored value is missing, or was written by somebody else meanwhile",
  newer: "a newer version of this package wrote the stored file",
  unreadable: "no codec that is installed can read the stored file",
};

async function* keysOf(entries: AsyncIterable<CacheEntry>): AsyncGenerator<CacheKey, void, undefined> {
  for await (const { metadata } of entries) if (metadata !== undefined) yield metadata.key;
}

function sizes(entries: readonly { readonly size: number }[]): { readonly count: number; readonly bytes: number } {
  return { count: entries.length, bytes: entries.reduce((sum, { size }) => sum + size, 0) };
}

/** Passes events on, and words the first failure and the first damage for people. */
function tellOnce(warn: (message: string) => void, onEvent: (event: CacheEvent) => void): (event: CacheEvent) => void {
  const told = new Set<string>();
  return (event) => {
    onEvent(event);
    if ((event.type !== "failed" && event.type !== "damaged") || told.has(event.type)) return;
    told.add(event.type);
    if (event.type === "damaged")
      warn(`the cache entry "${event.storeKey}" was damaged and is set aside; it is computed again (${event.problem})`);
    else {
      const message = event.error instanceof Error ? event.error.message : String(event.error);
      warn(`the cache cannot ${event.operation}, so values are computed without it: ${message}`);
    }
  };
}
