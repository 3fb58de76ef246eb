/**
 * The LZ4 algorithm in TypeScript: a codec for whole files and the block codecs `lz4` and `lz4hc` for Blosc frames.
 *
 * @packageDocumentation
 */
export { type Lz4Options, lz4 } from "./lz4.ts";
export { lz4Block, lz4hcBlock } from "./lz4-block.ts";
export { plugins as default } from "./plugins.ts";
