/**
 * The loops of the codec `numeric` over an imported memory. They keep nothing between calls. Addresses and lengths are
 * bytes, counts are elements, integers have 64 bits.
 */
export { add, divide, fromDecimal, multiply, toDecimal } from "./decimal";
export { accumulate, difference, isUnsigned, unzigzag, zigzag } from "./difference";
export { decodeTokens, encodeTokens } from "./entropy";
export { combine, joinRuns, separate, splitRuns } from "./repeats";
export { detokenize, measure, tokenize } from "./tokens";
export { narrow, orderFloats, widen } from "./widths";
