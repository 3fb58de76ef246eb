import type { CacheStatistics } from "../base/statistics.ts";
import { type StoredValue, storedBytes } from "../entry/stored-value.ts";

/** Verified values in memory, within a budget of bytes. */
export interface MemoryTier {
  /** The value of a digest. It becomes the most recently used one. */
  get(digest: string): StoredValue | undefined;
  /** Keeps a value unless it is larger than the whole budget. Evicts the least recently used values. */
  set(digest: string, value: StoredValue): void;
  delete(digest: string): void;
  clear(): void;
  statistics(): Pick<CacheStatistics, "memoryEntries" | "memoryBytes" | "memoryEvicted">;
}

/** An empty memory tier. With a budget of 0 it keeps nothing. */
export function memoryTier(maxBytes: number): MemoryTier {
  const values = new Map<string, StoredValue>();
  let bytes = 0;
  let evicted = 0;
  const remove = (digest: string): void => {
    const value = values.get(digest);
    if (value === undefined) return;
    values.delete(digest);
    bytes -= storedBytes(value);
  };
  return {
    get(digest) {
      const value = values.get(digest);
      if (value === undefined) return undefined;
      values.delete(digest);
      values.set(digest, value);
      return value;
    },
    set(digest, value) {
      remove(digest);
      const size = storedBytes(value);
      if (size > maxBytes) return;
      for (const oldest of values.keys()) {
        if (bytes + size <= maxBytes) break;
        remove(oldest);
        evicted++;
      }
      values.set(digest, value);
      bytes += size;
    },
    delete: remove,
    clear() {
      values.clear();
      bytes = 0;
    },
    statistics: () => ({ memoryEntries: values.size, memoryBytes: bytes, memoryEvicted: evicted }),
  };
}
