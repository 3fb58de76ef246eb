/**
 * Blosc 1 frames, as python-blosc writes and reads them, over block codecs of other packages.
 *
 * @packageDocumentation
 */

export { type BloscOptions, blosc } from "./blosc.ts";
export { blosclzBlock } from "./blosclz/blosclz-block.ts";
export { type BloscAlgorithm, type BloscCname, bloscAlgorithms } from "./layout/algorithms.ts";
export type { Shuffle } from "./layout/frame-header.ts";
export type { BloscPreset } from "./layout/preset.ts";
export { plugins as default } from "./plugins.ts";
