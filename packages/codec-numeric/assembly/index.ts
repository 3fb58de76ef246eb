/**
 * The loops of the codec `numeric` over a memory that is handed in, where nothing is kept between calls. Addresses and lengths are bytes, counts are
 * elements; integers are 64 bits wide.
 */
export { add, divide, fromDecimal, multiply, toDecimal } from "./decimal";
export { accumulate, difference, isUnsigned, unzigzag, zigzag } from "./difference";
export { decodeTokens, encodeTokens } from "./entropy";
export { combine, joinRuns, separate, splitRuns } from "./repeats";
export { detokenize, measure, tokenize } from "./tokens";
export { narrow, orderFloats, widen } from "./widths";
