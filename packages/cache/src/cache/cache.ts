import type { CacheKey } from "../base/cache-key.ts";
import type { CacheValue } from "../base/cache-value.ts";
import type { CacheStatistics } from "../base/statistics.ts";
import type { Explanation } from "./explain.ts";
import type { CacheEntry, PruneOptions, PruneReport, VerifyReport } from "./maintenance.ts";

/** What may be told with a value. */
export interface SetValueOptions {
  /** What it took to compute the value, in ms; 0 where absent. */
  readonly costMs?: number | undefined;
  /** Whether the value also stays in memory; true if absent. A value that is read once says false, so that it does not take memory from others. */
  readonly keepInMemory?: boolean | undefined;
}

/** How a value is looked up. */
export interface GetValueOptions {
  /** Whether a value that comes from a file stays in memory; true if absent. If false its arrays are the only copy. */
  readonly keepInMemory?: boolean | undefined;
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
  get(key: CacheKey, options?: GetValueOptions): Promise<CacheValue | undefined>;
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
