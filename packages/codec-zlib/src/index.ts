/**
 * The zlib algorithm on Node's own zlib: a codec for whole files and a block codec for Blosc frames.
 *
 * @packageDocumentation
 */
export { plugins as default } from "./plugins.ts";
export { type ZlibOptions, zlib } from "./zlib.ts";
export { zlibBlock } from "./zlib-block.ts";
