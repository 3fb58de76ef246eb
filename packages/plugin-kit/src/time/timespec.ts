/**
 * Reads the time that starts at `position` into `timespec` and returns the offset after its last byte, or -1 if no time
 * starts there.
 *
 * `timespec` has two elements, as `struct timespec` of POSIX: `timespec[0]` is whole seconds, `timespec[1]`
 * nanoseconds, 0 to 999,999,999. The seconds count from 1970-01-01T00:00:00, or from midnight if the reader reads a
 * time of day. If it returns -1, `timespec` may hold any values. A reader never writes to `bytes` and throws nothing
 * for bytes that are padded.
 *
 * Padding: a byte that no time contains must follow the text, such as LF, NUL, a comma or a quote. From it,
 * {@link timePadding} bytes must be readable. The readers do not check the length of `bytes`: without the padding they
 * loop or throw RangeError.
 */
export type TimespecReader = (bytes: Uint8Array, position: number, timespec: Float64Array) => number;

/**
 * Bytes that must be readable from the end of a text for a {@link TimespecReader}: one that no time contains, then 9 of
 * any value.
 */
export const timePadding = 10;

const wordSize = 2 ** 32;
/** Int64 nanoseconds hold the seconds from `-nanosecondSeconds` up to, but not including, this one. */
const nanosecondSeconds = 9_223_372_036;
/** The largest time of JavaScript's Date on either side of the epoch, in seconds. */
const millisecondSeconds = 8_640_000_000_000;

/**
 * Writes a timespec as the int64 at `row`, in milliseconds or nanoseconds since the epoch. Milliseconds are rounded
 * down. Returns false, and writes nothing, if the time is out of range: of Date for `ms`, of int64 for `ns`, or NaN.
 *
 * `words` are the 32-bit halves of the int64 column, low half first: a BigInt per row would cost more than the rest of
 * the row.
 */
export function storeTimespec(timespec: Float64Array, unit: "ms" | "ns", words: Int32Array, row: number): boolean {
  const seconds = timespec[0];
  const nanoseconds = timespec[1];
  if (unit === "ms") {
    if (!(seconds >= -millisecondSeconds && seconds <= millisecondSeconds)) return false;
    const milliseconds = seconds * 1000 + Math.floor(nanoseconds / 1e6);
    const high = Math.floor(milliseconds / wordSize);
    words[2 * row] = milliseconds - high * wordSize;
    words[2 * row + 1] = high;
    return true;
  }
  if (!(seconds >= -nanosecondSeconds && seconds < nanosecondSeconds)) return false;
  // seconds * 1e9 does not fit 53 bits, so the product is the sum of two parts that do.
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
