/**
 * Lossless numeric encoding of prices, times, volumes, signals and averages, as a codec.
 *
 * @packageDocumentation
 */
export { numeric } from "./numeric.ts";
export { plugins as default } from "./plugins.ts";
