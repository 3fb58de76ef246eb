/**
 * LZ4 in AssemblyScript with SIMD, over a memory that is handed in. Nothing is kept between calls but the tables of `prepareDecoder`, so one
 * memory can serve other kernels too. Addresses and lengths are bytes.
 */
export { decode, prepareDecoder } from "./decode";
export { encodeChained } from "./chain-encode";
export { encodeFast } from "./fast-encode";
