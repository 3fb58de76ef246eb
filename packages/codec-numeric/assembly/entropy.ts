/**
 * Asymmetric numeral systems (J. Duda, arXiv:1311.2540) over tokens of one byte. Four lanes of 32-bit states are
 * interleaved and move 16 bits at a time, as F. Giesen describes (arXiv:1402.3392). Frequencies add up to 4096.
 */
const scaleBits: u32 = 12;
const lowest: u32 = 1 << 16;

/**
 * A token's entry in the encoder's table: the reciprocal of its frequency (8 bytes), the largest state with room for
 * it, frequency and start (16 bits each).
 */
function prepareEncoder(frequencies: usize, table: usize): void {
  let start: u32 = 0;
  for (let token: usize = 0; token < 256; token++) {
    const frequency = <u32>load<u16>(frequencies + (token << 1));
    const entry = table + (token << 4);
    store<f64>(entry, frequency == 0 ? 0 : 1.0 / <f64>frequency);
    store<u32>(entry, (frequency << 20) - 1, 8);
    store<u32>(entry, frequency | (start << 16), 12);
    start += frequency;
  }
}

/**
 * Moves 16 bits of a state to the bytes before `cursor` if the state has no room for a token. Returns the address of
 * the first byte.
 */
@inline
function moveOut(cursor: usize, state: u32, entry: usize): usize {
  store<u16>(cursor - 2, <u16>state);
  return cursor - (<usize>(state > load<u32>(entry, 8)) << 1);
}

/** The bits of 2^52: with an integer of 32 bits added, they are the float that is larger by it. */
const floatBits: u64 = 0x4330000000000000;
/**
 * 2^52 less a half. Added, it rounds down to an integer in the low bits of the sum; subtracted, it leaves that integer
 * and a half.
 */
const half: f64 = 4503599627370495.5;

/** Encodes a token into a state, after 16 bits moved out if it had no room. */
@inline
function put(state: u32, entry: usize): u32 {
  const room = state > load<u32>(entry, 8) ? state >> 16 : state;
  // Exact: such a quotient plus a half is never as close to an integer as the product's error.
  const product = (reinterpret<f64>(floatBits | <u64>room) - half) * load<f64>(entry);
  const quotient = <u32>reinterpret<u64>(product + half);
  const token = load<u32>(entry, 12);
  return (quotient << scaleBits) + (room - quotient * (token & 0xffff)) + (token >> 16);
}

@inline
function encoderEntry(table: usize, token: u32): usize {
  return table + (<usize>token << 4);
}

/**
 * Encodes tokens, from last to first, so that the bytes end at `end`. `table` is 4 KiB of scratch, `frequencies` 256 of
 * 16 bits. Returns their first address: 16 bytes of states, then what the lanes moved out. Writes up to 2 bytes
 * before that.
 */
export function encodeTokens(tokens: usize, count: usize, frequencies: usize, table: usize, end: usize): usize {
  prepareEncoder(frequencies, table);
  let cursor = end;
  let a = lowest;
  let b = lowest;
  let c = lowest;
  let d = lowest;
  let i = count;
  while (i > 0) {
    // An incomplete last group has its tokens in the first lanes.
    const lanes = ((i - 1) & 3) + 1;
    i -= lanes;
    const four = load<u32>(tokens + i);
    if (lanes == 4) {
      const entry = encoderEntry(table, four >> 24);
      cursor = moveOut(cursor, d, entry);
      d = put(d, entry);
    }
    if (lanes >= 3) {
      const entry = encoderEntry(table, (four >> 16) & 255);
      cursor = moveOut(cursor, c, entry);
      c = put(c, entry);
    }
    if (lanes >= 2) {
      const entry = encoderEntry(table, (four >> 8) & 255);
      cursor = moveOut(cursor, b, entry);
      b = put(b, entry);
    }
    const entry = encoderEntry(table, four & 255);
    cursor = moveOut(cursor, a, entry);
    a = put(a, entry);
  }
  const begin = cursor - 16;
  store<u32>(begin, a);
  store<u32>(begin, b, 4);
  store<u32>(begin, c, 8);
  store<u32>(begin, d, 12);
  return begin;
}

/** For each of 4096 slots: the token, its frequency less one, and the position of the slot in it. */
function prepareDecoder(frequencies: usize, table: usize): void {
  let slot = table;
  for (let token: u32 = 0; token < 256; token++) {
    const frequency = <u32>load<u16>(frequencies + (token << 1));
    for (let place: u32 = 0; place < frequency; place++, slot += 4)
      store<u32>(slot, token | ((frequency - 1) << 8) | (place << 20));
  }
}

@inline
function entryOf(table: usize, state: u32): u32 {
  return load<u32>(table + (<usize>(state & 4095) << 2));
}

/** The state before the token of `entry` was encoded. */
@inline
function drop(state: u32, entry: u32): u32 {
  return (((entry >> 8) & 4095) + 1) * (state >> scaleBits) + (entry >> 20);
}

/** A state, refilled with the 16 bits at `cursor` if it has too few. */
@inline
function refill(state: u32, cursor: usize): u32 {
  return state < lowest ? (state << 16) | <u32>load<u16>(cursor) : state;
}

/** The address of the next 16 bits after a possible refill. */
@inline
function moved(state: u32, cursor: usize): usize {
  return cursor + (<usize>(state < lowest) << 1);
}

/**
 * Inverts {@link encodeTokens} for `length` bytes at `source`; `table` is 16 KiB of scratch. Reads up to 2 bytes per
 * token after the source. False if the bytes do not end at the encoder's first byte, or the states differ from its
 * initial ones.
 */
export function decodeTokens(
  source: usize,
  length: usize,
  tokens: usize,
  count: usize,
  frequencies: usize,
  table: usize,
): bool {
  prepareDecoder(frequencies, table);
  let a = load<u32>(source);
  let b = load<u32>(source, 4);
  let c = load<u32>(source, 8);
  let d = load<u32>(source, 12);
  let cursor = source + 16;
  const whole = count & ~3;
  for (let i: usize = 0; i < whole; i += 4) {
    const first = entryOf(table, a);
    const second = entryOf(table, b);
    const third = entryOf(table, c);
    const fourth = entryOf(table, d);
    store<u32>(tokens + i, (first & 255) | ((second & 255) << 8) | ((third & 255) << 16) | (fourth << 24));
    const nextA = drop(a, first);
    const nextB = drop(b, second);
    const nextC = drop(c, third);
    const nextD = drop(d, fourth);
    a = refill(nextA, cursor);
    cursor = moved(nextA, cursor);
    b = refill(nextB, cursor);
    cursor = moved(nextB, cursor);
    c = refill(nextC, cursor);
    cursor = moved(nextC, cursor);
    d = refill(nextD, cursor);
    cursor = moved(nextD, cursor);
  }
  for (let i = whole; i < count; i++) {
    const entry = entryOf(table, a);
    store<u8>(tokens + i, <u8>entry);
    const next = drop(a, entry);
    const state = refill(next, cursor);
    cursor = moved(next, cursor);
    // Rotate the lanes, so that the next is the first.
    a = b;
    b = c;
    c = state;
  }
  return cursor == source + length && a == lowest && b == lowest && c == lowest && d == lowest;
}
