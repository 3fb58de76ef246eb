import { AtcError, type ByteStore } from "@atc/contract";
import { type CacheKey, quarantinePrefix, type ResolvedKey, resolveKey } from "../base/cache-key.ts";
import type { CacheValue, NamedArrays } from "../base/cache-value.ts";
import { type CacheEvent, type CacheStatistics, type MissReason, newCounters } from "../base/statistics.ts";
import { usageCounts } from "../base/usage.ts";
import { type EntryFiles, entryFiles } from "../entry/entry-files.ts";
import { remoteFiles } from "../entry/remote-files.ts";
import type { Cache, CacheStats } from "./cache.ts";
import { type Explanation, explainMiss } from "./explain.ts";
import { type CacheEntry, clearEntries, listEntries, listFiles, pruneEntries, verifyEntries } from "./maintenance.ts";
import { memoryTier } from "./memory-tier.ts";
import { type CacheOptions, checkOptions } from "./options.ts";
import { tieredValues } from "./tiered-values.ts";

type Produced<Arrays extends NamedArrays> = CacheValue<Arrays> | Promise<CacheValue<Arrays>>;

/**
 * Creates a cache over a byte store.
 *
 * @throws ATC_INVALID_ARGUMENT for an option out of its range, ATC_UNSUPPORTED on a big-endian machine.
 */
export function createCache(options: CacheOptions): Cache {
  const { store, remote: remoteStore, codecs, memoryBytes, warn, onEvent } = checkOptions(options);
  const counters = newCounters();
  const memory = memoryTier(memoryBytes);
  const emit = warnOnce(warn, onEvent);
  const files = entryFiles({ store, codecs, counters, emit });
  const remote =
    remoteStore === undefined ? undefined : remoteFiles({ store: remoteStore, codecs: codecs.slice(0, 1), emit });
  const usage = usageCounts(store.tallies);
  const values = tieredValues({ memory, files, remote, counters, usage, emit });
  const statistics = (): CacheStatistics => ({ ...counters, ...memory.statistics() });
  let closed = false;

  function assertOpen(): void {
    if (closed) throw new AtcError("ATC_CLOSED", "the cache is disposed; create a new one");
  }
  function resolveOpen(key: CacheKey): ResolvedKey {
    assertOpen();
    return resolveKey(key);
  }

  return {
    get statistics() {
      return statistics();
    },
    get: async (key, { keepInMemory = true } = {}) => values.find(resolveOpen(key), keepInMemory),
    set: async (key, value, { costMs = 0, keepInMemory = true } = {}) =>
      values.keep(resolveOpen(key), value, { costMs, keepInMemory }),
    async compute<Arrays extends NamedArrays>(key: CacheKey, produce: () => Produced<Arrays>) {
      // The key stands for what `produce` returns, so its type is the caller's promise.
      return (await values.findOrProduce(resolveOpen(key), produce)) as CacheValue<Arrays>;
    },
    async delete(key) {
      const { digest } = resolveOpen(key);
      const kept = memory.get(digest) !== undefined;
      memory.delete(digest);
      const removed = await files.remove(digest);
      return ((await remote?.remove(digest)) ?? false) || removed || kept;
    },
    explain: async (key) => explain(resolveOpen(key), store, files),
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
      await usage.reset();
      return clearEntries(store);
    },
    async stats() {
      assertOpen();
      return { ...statistics(), ...(await holdings(store)), usage: await usage.read() };
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      await values.settled();
      memory.clear();
    },
  };
}

const missReasons: Readonly<Record<Exclude<MissReason, "absent">, string>> = {
  damaged: "the stored file is damaged and was set aside",
  incomplete: "a file of the stored value is missing, or another process has written it since",
  newer: "a newer version of this package wrote the stored file",
  unreadable: "none of the given codecs can read the stored file",
};

async function explain(resolved: ResolvedKey, store: ByteStore, files: EntryFiles): Promise<Explanation> {
  const found = await files.lookUp(resolved);
  if ("value" in found) return { found: true, reason: "the value is stored", differences: [] };
  if (found.reason !== "absent") return { found: false, reason: missReasons[found.reason], differences: [] };
  return explainMiss(resolved.key, keysOf(listEntries(store, files)));
}

async function* keysOf(entries: AsyncIterable<CacheEntry>): AsyncGenerator<CacheKey, void, undefined> {
  for await (const { metadata } of entries) if (metadata !== undefined) yield metadata.key;
}

async function holdings(store: ByteStore): Promise<Omit<CacheStats, keyof CacheStatistics | "usage">> {
  const stored = await listFiles(store);
  const aside: { readonly size: number }[] = [];
  for await (const entry of store.list(quarantinePrefix)) aside.push(entry);
  return {
    storedEntries: stored.length,
    storedBytes: sumOfSizes(stored),
    quarantinedEntries: aside.length,
    quarantinedBytes: sumOfSizes(aside),
  };
}

function sumOfSizes(entries: readonly { readonly size: number }[]): number {
  return entries.reduce((sum, { size }) => sum + size, 0);
}

/** Passes events to `onEvent`, and reports the first failure and the first damage through `warn`. */
function warnOnce(warn: (message: string) => void, onEvent: (event: CacheEvent) => void): (event: CacheEvent) => void {
  const reported = new Set<string>();
  return (event) => {
    onEvent(event);
    if (event.type !== "failed" && event.type !== "damaged") return;
    const cache = event.isRemote === true ? "shared cache" : "cache";
    const what = `${cache} ${event.type}`;
    if (reported.has(what)) return;
    reported.add(what);
    warn(
      event.type === "damaged"
        ? `the ${cache} entry "${event.storeKey}" is damaged and was set aside; it will be computed again (${event.problem})`
        : `the ${cache} cannot ${event.operation}, so values are computed without it: ${reasonOf(event.error)}`,
    );
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
