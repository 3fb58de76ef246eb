/**
 * A byte store in a directory, with a budget.
 *
 * @packageDocumentation
 */
export { type CacheFs, type CacheFsStatistics, cacheFs } from "./cache-fs.ts";
export type { CacheFsOptions, EvictedEntry } from "./options.ts";
export { plugins as default } from "./plugins.ts";
