/** The unit of a number that counts from 1970-01-01T00:00:00Z. */
export type EpochUnit = "s" | "ms" | "us" | "ns";

/** The int64 that marks a time as missing or out of range: the lowest one, NumPy's NaT. */
export const noTime: bigint = -(2n ** 63n);

/**
 * The unit of times of this magnitude, for files that do not name it: seconds below 1e11, milliseconds below 1e14,
 * microseconds below 1e17, else nanoseconds. So seconds are before the year 5138, and times of the other units are
 * after 1973-03-03.
 */
export function epochUnitOf(magnitude: number): EpochUnit {
  if (magnitude < 1e11) return "s";
  if (magnitude < 1e14) return "ms";
  return magnitude < 1e17 ? "us" : "ns";
}

const decimals: Readonly<Record<EpochUnit, number>> = { s: 0, ms: 3, us: 6, ns: 9 };
const word = 2 ** 32;
const lowestHigh = -(2 ** 31);
/** The largest time of JavaScript's Date on either side of the epoch, in ms. */
const largestDate = 8.64e15;

/** The 32-bit halves of int64 values, low half first. */
function halves(values: BigInt64Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
}

/**
 * Converts int64 times from one unit to another. `target` is as long as `source` and may be the same array.
 *
 * Milliseconds are rounded down. Times that do not fit (the range of Date for `ms`, int64 for `ns`) become
 * {@link noTime}. So do the lowest two int64 values and the highest one, which stand for NaT and the infinities.
 *
 * Works on halves of 32 bits: BigInt would take 40 times as long.
 */
export function convertTimes(source: BigInt64Array, from: EpochUnit, target: BigInt64Array, to: "ms" | "ns"): void {
  const exponent = decimals[to] - decimals[from];
  const limit = to === "ms" ? largestDate : Number.POSITIVE_INFINITY;
  if (exponent < 0) divide(halves(source), 10 ** -exponent, halves(target));
  else if (exponent <= 6) multiply(halves(source), 10 ** exponent, halves(target), limit);
  else {
    multiply(halves(source), 1e3, halves(target), limit);
    multiply(halves(target), 1e6, halves(target), limit);
  }
}

/** Whether the halves are the lowest int64, the one above it, or the highest. */
function isExtreme(low: number, high: number): boolean {
  return (high === lowestHigh && (low === 0 || low === 1)) || (high === 0x7fff_ffff && low === -1);
}

/** Divides and rounds down. Every quotient within the range of Date is exact. */
function divide(source: Int32Array, divisor: number, target: Int32Array): void {
  for (let at = 0; at < source.length; at += 2) {
    const low = source[at];
    const high = source[at + 1];
    const quotient = Math.floor(high / divisor);
    const rest = (high - quotient * divisor) * word + (low >>> 0);
    const value = quotient * word + Math.floor(rest / divisor);
    const fits = value >= -largestDate && value <= largestDate && !isExtreme(low, high);
    const targetHigh = fits ? Math.floor(value / word) : lowestHigh;
    target[at] = fits ? value - targetHigh * word : 0;
    target[at + 1] = targetHigh;
  }
}

/** Multiplies by at most 1e6, so that the product of each half is exact. */
function multiply(source: Int32Array, factor: number, target: Int32Array, limit: number): void {
  for (let at = 0; at < source.length; at += 2) {
    const low = source[at];
    const high = source[at + 1];
    const product = (low >>> 0) * factor;
    const carry = Math.floor(product / word);
    const targetHigh = high * factor + carry;
    const inRange = targetHigh >= lowestHigh && targetHigh <= 0x7fff_ffff && !isExtreme(low, high);
    const fits = inRange && Math.abs(targetHigh * word + product - carry * word) <= limit;
    target[at] = fits ? product - carry * word : 0;
    target[at + 1] = fits ? targetHigh : lowestHigh;
  }
}
