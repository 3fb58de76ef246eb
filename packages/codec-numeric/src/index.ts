/**
 * Lossless numeric encoding of prices, times, volumes, signals and averages, as a codec, and as a filter ahead of another codec.
 *
 * @packageDocumentation
 */
export { numeric } from "./numeric.ts";
export { plugins as default } from "./plugins.ts";
export { numericFilter } from "./transform/numeric-filter.ts";
