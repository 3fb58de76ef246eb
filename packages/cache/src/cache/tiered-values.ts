import { AtcError } from "@atc/contract";
import type { ResolvedKey } from "../base/cache-key.ts";
import { type CacheValue, copyValue } from "../base/cache-value.ts";
import type { CacheEvent, Counters } from "../base/statistics.ts";
import type { UsageCounts } from "../base/usage.ts";
import type { EntryFiles, Lookup } from "../entry/entry-files.ts";
import type { RemoteFiles } from "../entry/remote-files.ts";
import { copyStoredValue, type StoredValue, storeValue, viewStoredValue } from "../entry/stored-value.ts";
import type { MemoryTier } from "./memory-tier.ts";

/** The place in which a value is. */
type Tier = "memory" | "disk" | "remote";

/** Computes a value. */
type Produce = () => CacheValue | Promise<CacheValue>;

interface KeepOptions {
  readonly costMs: number;
  readonly keepInMemory: boolean;
}

/** Values in memory, backed by values in files. */
export interface TieredValues {
  /** The value of a key, from memory or from its files. */
  find(resolved: ResolvedKey, keepInMemory: boolean): Promise<CacheValue | undefined>;
  /** The value of a key, found or produced. Runs at most one `produce` per key at a time. */
  findOrProduce(resolved: ResolvedKey, produce: Produce): Promise<CacheValue>;
  /** Stores a value in files and, if requested, in memory. Returns whether the store took it. */
  keep(resolved: ResolvedKey, value: CacheValue, options: KeepOptions): Promise<boolean>;
  /** Resolves when no `produce` is running. */
  settled(): Promise<void>;
}

export interface TieredValuesOptions {
  readonly memory: MemoryTier;
  readonly files: EntryFiles;
  readonly remote: RemoteFiles | undefined;
  readonly counters: Counters;
  readonly usage: UsageCounts;
  readonly emit: (event: CacheEvent) => void;
}

export function tieredValues({ memory, files, remote, counters, usage, emit }: TieredValuesOptions): TieredValues {
  const inFlight = new Map<string, Promise<CacheValue>>();

  async function lookUpIn(resolved: ResolvedKey): Promise<Lookup & { readonly tier: Tier }> {
    const kept = memory.get(resolved.digest);
    if (kept !== undefined) return { tier: "memory", value: kept };
    const near = await files.lookUp(resolved);
    // A file of a newer version stays as it is.
    if ("value" in near || remote === undefined || near.reason === "newer") return { ...near, tier: "disk" };
    const far = await remote.lookUp(resolved);
    if ("reason" in far) return { ...near, tier: "disk" };
    await files.write(resolved, far.value, { replace: false });
    return { ...far, tier: "remote" };
  }

  async function writeFiles(resolved: ResolvedKey, value: StoredValue, replace: boolean): Promise<boolean> {
    const isStored = await files.write(resolved, value, { replace });
    await remote?.write(resolved, value, { replace });
    return isStored;
  }

  async function lookUp(resolved: ResolvedKey, keepInMemory = true): Promise<Lookup> {
    const { digest } = resolved;
    const { kind } = resolved.key;
    const { tier, ...found } = await lookUpIn(resolved);
    if ("reason" in found) {
      counters.misses++;
      usage.miss(kind);
      emit({ type: "miss", reason: found.reason, kind, digest });
      return found;
    }
    counters[`${tier}Hits`]++;
    usage.hit(kind, tier, found.value.parts[0]?.metadata.costMs ?? 0);
    if (tier !== "memory" && keepInMemory) memory.set(digest, found.value);
    emit({ type: "hit", tier, kind, digest });
    return found;
  }

  async function produceOnMiss(resolved: ResolvedKey, produce: Produce): Promise<CacheValue> {
    const found = await lookUp(resolved);
    if ("value" in found) return copyStoredValue(found.value);
    const started = performance.now();
    const value = await produce();
    const stored = storeUnlessTooLarge(resolved, value, performance.now() - started);
    if (stored === undefined) return value;
    memory.set(resolved.digest, stored);
    // A file of a newer version stays as it is.
    if (found.reason !== "newer") await writeFiles(resolved, stored, false);
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

  async function findOrProduce(resolved: ResolvedKey, produce: Produce): Promise<CacheValue> {
    const { digest } = resolved;
    const flying = inFlight.get(digest);
    if (flying !== undefined) {
      counters.shared++;
      return copyValue(await flying);
    }
    const flight = produceOnMiss(resolved, produce);
    inFlight.set(digest, flight);
    try {
      return await flight;
    } finally {
      inFlight.delete(digest);
    }
  }

  return {
    async find(resolved, keepInMemory) {
      const found = await lookUp(resolved, keepInMemory);
      if ("reason" in found) return undefined;
      const isShared = memory.get(resolved.digest) !== undefined;
      return isShared ? copyStoredValue(found.value) : viewStoredValue(found.value);
    },
    findOrProduce,
    async keep(resolved, value, { costMs, keepInMemory }) {
      const stored = storeValue(resolved, value, costMs);
      if (keepInMemory) memory.set(resolved.digest, stored);
      else memory.delete(resolved.digest);
      return writeFiles(resolved, stored, true);
    },
    async settled() {
      await Promise.allSettled(inFlight.values());
    },
  };
}
