/**
 * Asymmetric numeral systems (J. Duda, arXiv:1311.2540) over tokens of a byte, in four interleaved lanes of 32-bit states that move 16 bits at a time,
 * as F. Giesen describes (arXiv:1402.3392). Frequencies add up to 4096.
 */
const scaleBits: u32 = 12;
const lowest: u32 = 1 << 16;

/** A frequency's place in the encoder's table: reciprocal (8 bytes), frequency, start. */
function prepareEncoder(frequencies: usize, table: usize): void {
  let start: u32 = 0;
  for (let token: usize = 0; token < 256; token++) {
    const frequency = <u32>load<u16>(frequencies + (token << 1));
    const entry = table + (token << 4);
    store<f64>(entry, frequency == 0 ? 0 : 1.0 / <f64>frequency);
    store<u32>(entry, frequency, 8);
    store<u32>(entry, start, 12);
    start += frequency;
  }
}

/** Where the last `put` wrote. */
let cursor: usize = 0;

/** Takes one token into a state, after moving 16 of its bits out where it would not fit. */
@inline
function put(state: u32, entry: usize): u32 {
  const frequency = load<u32>(entry, 8);
  store<u16>(cursor - 2, <u16>state);
  const full = <u64>state >= <u64>frequency << 20;
  cursor -= <usize>full << 1;
  const room = full ? state >> 16 : state;
  // Exact: a quotient of such integers and a half is never as near to an integer as the product's error is large.
  const quotient = <u32>((<f64>room + 0.5) * load<f64>(entry));
  return (quotient << scaleBits) + (room - quotient * frequency) + load<u32>(entry, 12);
}

/**
 * Encodes tokens so that the bytes end at `end`, from the last token to the first; `table` is 4 KiB of scratch, `frequencies` 256 of 16 bits. Returns
 * where the bytes begin: 16 bytes of states, then what the lanes moved out. Writes up to 2 bytes ahead of that.
 */
export function encodeTokens(tokens: usize, count: usize, frequencies: usize, table: usize, end: usize): usize {
  prepareEncoder(frequencies, table);
  cursor = end;
  let a = lowest;
  let b = lowest;
  let c = lowest;
  let d = lowest;
  const whole = count & ~3;
  if (count - whole > 2) c = put(c, table + (<usize>load<u8>(tokens + whole + 2) << 4));
  if (count - whole > 1) b = put(b, table + (<usize>load<u8>(tokens + whole + 1) << 4));
  if (count > whole) a = put(a, table + (<usize>load<u8>(tokens + whole) << 4));
  for (let i = whole; i > 0; i -= 4) {
    const four = load<u32>(tokens + i - 4);
    d = put(d, table + (<usize>(four >> 24) << 4));
    c = put(c, table + (<usize>((four >> 16) & 255) << 4));
    b = put(b, table + (<usize>((four >> 8) & 255) << 4));
    a = put(a, table + (<usize>(four & 255) << 4));
  }
  const begin = cursor - 16;
  store<u32>(begin, a);
  store<u32>(begin, b, 4);
  store<u32>(begin, c, 8);
  store<u32>(begin, d, 12);
  return begin;
}

/** For each of 4096 slots: the token, its frequency less one, and the slot's place in it. */
function prepareDecoder(frequencies: usize, table: usize): void {
  let slot = table;
  for (let token: u32 = 0; token < 256; token++) {
    const frequency = <u32>load<u16>(frequencies + (token << 1));
    for (let place: u32 = 0; place < frequency; place++, slot += 4)
      store<u32>(slot, token | ((frequency - 1) << 8) | (place << 20));
  }
}

/** Takes the next token's place out of a state; the token is `entry & 255`. */
@inline
function get(state: u32, entry: u32): u32 {
  const next = (((entry >> 8) & 4095) + 1) * (state >> scaleBits) + (entry >> 20);
  const word = <u32>load<u16>(cursor);
  const empty = next < lowest;
  cursor += <usize>empty << 1;
  return empty ? (next << 16) | word : next;
}

@inline
function entryOf(table: usize, state: u32): u32 {
  return load<u32>(table + (<usize>(state & 4095) << 2));
}

/**
 * Inverts {@link encodeTokens} for `length` bytes at `source`; `table` is 16 KiB of scratch. Reads up to 2 bytes for each token after the source. False
 * where the bytes do not end, or the states are not back, where the encoder began.
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
  cursor = source + 16;
  const whole = count & ~3;
  for (let i: usize = 0; i < whole; i += 4) {
    const first = entryOf(table, a);
    const second = entryOf(table, b);
    const third = entryOf(table, c);
    const fourth = entryOf(table, d);
    store<u32>(tokens + i, (first & 255) | ((second & 255) << 8) | ((third & 255) << 16) | (fourth << 24));
    a = get(a, first);
    b = get(b, second);
    c = get(c, third);
    d = get(d, fourth);
  }
  if (count > whole) {
    const entry = entryOf(table, a);
    store<u8>(tokens + whole, <u8>entry);
    a = get(a, entry);
  }
  if (count - whole > 1) {
    const entry = entryOf(table, b);
    store<u8>(tokens + whole, <u8>entry, 1);
    b = get(b, entry);
  }
  if (count - whole > 2) {
    const entry = entryOf(table, c);
    store<u8>(tokens + whole, <u8>entry, 2);
    c = get(c, entry);
  }
  return cursor == source + length && a == lowest && b == lowest && c == lowest && d == lowest;
}
