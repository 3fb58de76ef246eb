/**
 * The zlib algorithm, by the zlib of Node: a codec for whole files and a block codec for Blosc frames.
 *
 * @packageDocumentation
 */
export { plugins as default } from "./plugins.ts";
export { type ZlibOptions, zlib } from "./zlib.ts";
export { zlibBlock } from "./zlib-block.ts";
