/**
 * LZ4 in AssemblyScript with SIMD, over an imported memory. It keeps nothing between calls except the tables of
 * `prepareDecoder`, so other kernels can use the same memory. Addresses and lengths are bytes.
 */
export { decode } from "./decode";
export { prepareDecoder } from "./match-copy";
export { encodeChained } from "./chain-encode";
export { encodeFast } from "./fast-encode";
