/**
 * The Zstandard algorithm, by Node or an addon: a codec for whole files and a block codec for Blosc frames.
 *
 * @packageDocumentation
 */
export { plugins as default } from "./plugins.ts";
export { type ZstdOptions, zstd } from "./zstd.ts";
export { zstdBlock } from "./zstd-block.ts";
