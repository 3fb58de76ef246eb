/**
 * Lossless numeric encoding of prices, times, volumes, signals and averages: a codec, and its transform alone for use
 * before another codec.
 *
 * @packageDocumentation
 */
export { numeric } from "./numeric.ts";
export { plugins as default } from "./plugins.ts";
export { type NumericTransform, numericTransform, type TransformedValues } from "./transform/numeric-transform.ts";
