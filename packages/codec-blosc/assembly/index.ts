/**
 * The shuffles of Blosc and BloscLZ in AssemblyScript with SIMD, over a memory that is handed in. Nothing is kept between calls but the tables
 * of `prepareDecoder`. Addresses and lengths are bytes.
 */
export { bitShuffle, bitUnshuffle } from "./bit-shuffle";
export { decodeBlosclz, prepareDecoder } from "./blosclz-decode";
export { encodeBlosclz } from "./blosclz-encode";
export { shuffle, unshuffle } from "./byte-shuffle";
