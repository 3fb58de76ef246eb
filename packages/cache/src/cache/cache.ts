import type { CacheKey } from "../base/cache-key.ts";
import type { CacheValue, NamedArrays } from "../base/cache-value.ts";
import type { CacheStatistics } from "../base/statistics.ts";
import type { Usage } from "../base/usage.ts";
import type { Explanation } from "./explain.ts";
import type { CacheEntry, PruneOptions, PruneReport, VerifyReport } from "./maintenance.ts";

/** Options of `set`. */
export interface SetValueOptions {
  /** How long the value took to compute, in ms; default: 0. */
  readonly costMs?: number | undefined;
  /**
   * Whether the value also stays in memory; default: true. Set false for a value that is read once, so that it does
   * not evict others.
   */
  readonly keepInMemory?: boolean | undefined;
}

/** Options of `get`. */
export interface GetValueOptions {
  /** Whether a value from a file stays in memory; default: true. If false, its arrays are not copied. */
  readonly keepInMemory?: boolean | undefined;
}

/** The counters of a cache, and the content of its store. */
export interface CacheStats extends CacheStatistics {
  /** Files of entries in the store. */
  readonly storedEntries: number;
  /** Bytes of those files. */
  readonly storedBytes: number;
  /** Damaged files that were set aside. */
  readonly quarantinedEntries: number;
  /** Bytes of those files. */
  readonly quarantinedBytes: number;
  /** The lookups of all processes that use the store, by kind. A store without tallies knows those of this process. */
  readonly usage: Usage;
}

/**
 * Computed arrays by content key. Every read verifies every bit of a file. If the store fails, the cache reports it
 * once through `warn`, and lookups and computations continue. Returned arrays belong to the caller. Every method
 * throws ATC_CLOSED after disposal, and ATC_INVALID_ARGUMENT for an invalid key.
 */
export interface Cache extends AsyncDisposable {
  /** A snapshot of the counters. */
  readonly statistics: CacheStatistics;
  /** The value of `key`, or undefined if there is no usable one. */
  get(key: CacheKey, options?: GetValueOptions): Promise<CacheValue | undefined>;
  /**
   * Stores a value. Returns whether the store took it. Throws ATC_INVALID_ARGUMENT if `value` is not a cache value, or
   * one of its files would have more than 2^31 - 17 bytes.
   */
  set(key: CacheKey, value: CacheValue, options?: SetValueOptions): Promise<boolean>;
  /**
   * The stored value of `key`, or the result of `produce`, which is then stored. Concurrent calls with one key in this
   * process share one call of `produce`. If it throws, all of them get its error, and nothing is stored. A value that
   * is too large for the store is returned and not stored.
   *
   * The result has the type of what `produce` returns; a stored value is not compared with it. So raise the key's
   * `version` if `produce` returns arrays of other names or types.
   */
  compute<Arrays extends NamedArrays>(
    key: CacheKey,
    produce: () => CacheValue<Arrays> | Promise<CacheValue<Arrays>>,
  ): Promise<CacheValue<Arrays>>;
  /** Removes the value of `key`. Returns whether there was one. */
  delete(key: CacheKey): Promise<boolean>;
  /**
   * Why `key` is a hit or a miss. May read the metadata of every entry, which takes seconds for GiB of compressed
   * entries.
   */
  explain(key: CacheKey): Promise<Explanation>;
  /** The files of the store, least recently used first. Does not count as a use. */
  entries(): AsyncIterable<CacheEntry>;
  /** Reads and verifies every file, and sets damaged ones aside. */
  verify(): Promise<VerifyReport>;
  /** Removes files that were set aside, and the entries that match the options. */
  prune(options?: PruneOptions): Promise<PruneReport>;
  /**
   * Removes every entry of this format and all files that were set aside, and sets the usage to 0. Entries of a newer
   * format stay.
   */
  clear(): Promise<Pick<PruneReport, "removedEntries" | "removedBytes">>;
  /** The counters, and the content of the store. */
  stats(): Promise<CacheStats>;
}
