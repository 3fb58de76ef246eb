/**
 * An unsigned integer is a token of one byte and some bits. 0 to 15 are their own tokens. From 16 on, the token encodes
 * the position of the highest bit and the two bits below it; the remaining bits follow as they are.
 */

/** How many bits follow a token. */
@inline
function restLength(token: u32): u32 {
  return token < 16 ? 0 : ((token - 16) >> 2) + 2;
}

@inline
function tokenOf(value: u64): u32 {
  const highest = 63 - <u32>clz(value | 16);
  const token = ((highest - 4) << 2) + (<u32>(value >> <u64>(highest - 2)) & 3) + 16;
  return value < 16 ? <u32>value : token;
}

/**
 * Adds the tokens of integers to the counts in `histogram` (32 bits each). Returns the number of bits that follow the
 * tokens.
 */
export function measure(values: usize, count: usize, histogram: usize): f64 {
  let bits: u64 = 0;
  const end = values + (count << 3);
  for (let at = values; at < end; at += 8) {
    const token = tokenOf(load<u64>(at));
    const place = histogram + (token << 2);
    store<u32>(place, load<u32>(place) + 1);
    bits += <u64>restLength(token);
  }
  return <f64>bits;
}

/**
 * Like {@link measure}, but writes the tokens to `tokens` and the bits that follow to `bits`, lowest first. Returns the
 * bytes of the bits.
 */
export function tokenize(values: usize, count: usize, tokens: usize, histogram: usize, bits: usize): usize {
  let at = bits;
  let pending: u64 = 0;
  let filled: u64 = 0;
  for (let i: usize = 0; i < count; i++) {
    const value = load<u64>(values + (i << 3));
    const token = tokenOf(value);
    store<u8>(tokens + i, <u8>token);
    const place = histogram + (token << 2);
    store<u32>(place, load<u32>(place) + 1);
    const length = <u64>restLength(token);
    const rest = value & ((<u64>1 << length) - 1);
    pending |= rest << filled;
    filled += length;
    store<u64>(at, pending);
    if (filled < 64) {
      // Whole bytes are written at each token: a branch on their number would be mispredicted.
      at += <usize>(filled >> 3);
      pending >>= filled & ~7;
      filled &= 7;
    } else {
      at += 8;
      filled -= 64;
      pending = rest >> (length - filled);
    }
  }
  store<u64>(at, pending);
  return at - bits + <usize>((filled + 7) >> 3);
}

/**
 * Inverts {@link tokenize}; false if the bits do not take `length` bytes. Reads up to 8 bytes per token after `bits`.
 */
export function detokenize(tokens: usize, count: usize, bits: usize, length: usize, values: usize): bool {
  let position: u64 = 0;
  for (let i: usize = 0; i < count; i++) {
    const token = <u32>load<u8>(tokens + i);
    const rest = <u64>restLength(token);
    const at = bits + <usize>(position >> 3);
    const shift = position & 7;
    let word = load<u64>(at) >> shift;
    if (shift + rest > 64) word |= load<u64>(at, 8) << (64 - shift);
    position += rest;
    const top = <u64>(4 + ((token - 16) & 3)) << rest;
    store<u64>(values + (i << 3), token < 16 ? <u64>token : top | (word & ((<u64>1 << rest) - 1)));
  }
  return ((position + 7) >> 3) == <u64>length;
}
