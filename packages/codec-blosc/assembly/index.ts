/**
 * The shuffles of Blosc and BloscLZ in AssemblyScript with SIMD, over an imported memory. They keep nothing between
 * calls except the tables of `prepareDecoder`. Addresses and lengths are bytes.
 */
export { bitShuffle, bitUnshuffle } from "./bit-shuffle";
export { decodeBlosclz } from "./blosclz-decode";
export { prepareDecoder } from "../../codec-lz4/assembly/match-copy";
export { encodeBlosclz } from "./blosclz-encode";
export { shuffle, unshuffle } from "./byte-shuffle";
