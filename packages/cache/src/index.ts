/**
 * Computed arrays by content key, over any byte store.
 *
 * @packageDocumentation
 */

export type { CacheKey } from "./base/cache-key.ts";
export type { CacheValue, NamedArrays } from "./base/cache-value.ts";
export type { CacheEvent, CacheStatistics, MissReason } from "./base/statistics.ts";
export type { KindUsage, Usage } from "./base/usage.ts";
export type { Cache, CacheStats, GetValueOptions, SetValueOptions } from "./cache/cache.ts";
export { createCache } from "./cache/create-cache.ts";
export { type Explanation, explainMiss, type KeyDifference } from "./cache/explain.ts";
export type { CacheEntry, PruneOptions, PruneReport, VerifyReport } from "./cache/maintenance.ts";
export type { CacheOptions } from "./cache/options.ts";
export type { EntryMetadata } from "./entry/entry-metadata.ts";
export type { ArrayMetadata } from "./entry/npy.ts";
