/**
 * Blosc 1 frames, as python-blosc writes and reads them, over block codecs that are handed in.
 *
 * @packageDocumentation
 */
export { type BloscAlgorithm, type BloscCname, bloscAlgorithms } from "./algorithms.ts";
export { type BloscOptions, blosc } from "./blosc.ts";
export { blosclzBlock } from "./blosclz-block.ts";
export type { Shuffle } from "./frame-header.ts";
export { plugins as default } from "./plugins.ts";
export type { BloscPreset } from "./preset.ts";
