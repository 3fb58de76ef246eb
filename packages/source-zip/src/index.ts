/**
 * The files of a zip archive as one source of column chunks, decompressed while they are read.
 *
 * @packageDocumentation
 */
export { default, type ZipSourceOptions } from "./plugin.ts";
export { type ZipOptions, zip } from "./zip.ts";
