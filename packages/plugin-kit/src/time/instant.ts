/**
 * Reads the time that starts at `position` into `instant` and returns the offset after its last byte; -1 where no time starts there.
 * `instant[0]` is whole seconds since the epoch, `instant[1]` nanoseconds after them, 0 to 999,999,999.
 */
export type InstantReader = (bytes: Uint8Array, position: number, instant: Float64Array) => number;

const wordSize = 2 ** 32;
/** The first second that int64 nanoseconds cannot hold, and the first that they can. */
const nanosecondSeconds = 9_223_372_036;
/** The largest time of JavaScript's Date either side of the epoch, in seconds. */
const millisecondSeconds = 8_640_000_000_000;

/**
 * Writes an instant as an int64 of the given unit, through the two 32-bit halves: a BigInt a row would cost more than the rest of the row.
 * False where it is out of range. Milliseconds are rounded down.
 */
export function storeInstant(instant: Float64Array, unit: "ms" | "ns", words: Int32Array, row: number): boolean {
  const seconds = instant[0];
  const nanoseconds = instant[1];
  if (unit === "ms") {
    if (!(seconds >= -millisecondSeconds && seconds <= millisecondSeconds)) return false;
    const milliseconds = seconds * 1000 + Math.floor(nanoseconds / 1e6);
    const high = Math.floor(milliseconds / wordSize);
    words[2 * row] = milliseconds - high * wordSize;
    words[2 * row + 1] = high;
    return true;
  }
  if (!(seconds >= -nanosecondSeconds && seconds < nanosecondSeconds)) return false;
  // seconds * 1e9 does not fit 53 bits, so the product is taken in two parts of which each does.
  const upper = Math.floor(seconds / 65_536);
  const lowerProduct = (seconds - upper * 65_536) * 1e9 + nanoseconds;
  const upperProduct = upper * 1e9;
  let high = Math.floor(upperProduct / 65_536);
  const low = (upperProduct - high * 65_536) * 65_536 + lowerProduct;
  const carry = Math.floor(low / wordSize);
  high += carry;
  words[2 * row] = low - carry * wordSize;
  words[2 * row + 1] = high;
  return true;
}
