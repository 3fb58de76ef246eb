/**
 * Computed arrays by content key, over any byte store.
 *
 * @packageDocumentation
 */
export type { Cache, CacheStats, GetValueOptions, SetValueOptions } from "./cache.ts";
export type { CacheKey } from "./cache-key.ts";
export type { CacheValue } from "./cache-value.ts";
export { createCache } from "./create-cache.ts";
export type { EntryMetadata } from "./entry-metadata.ts";
export type { Explanation, KeyDifference } from "./explain.ts";
export type { CacheEntry, PruneOptions, PruneReport, VerifyReport } from "./maintenance.ts";
export type { ArrayMetadata } from "./npy.ts";
export type { CacheOptions } from "./options.ts";
export type { CacheEvent, CacheStatistics, MissReason } from "./statistics.ts";
