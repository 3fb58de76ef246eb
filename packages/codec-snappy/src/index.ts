/**
 * The Snappy algorithm, by the npm package `snappy`: a codec for whole files and the block codec `snappy` for Blosc
 * frames.
 *
 * @packageDocumentation
 */
export { plugins as default } from "./plugins.ts";
export { snappy } from "./snappy.ts";
export { snappyBlock } from "./snappy-block.ts";
