import type { ReadonlyTypedArray } from "@atc/contract";

/**
 * A time as ISO 8601 in UTC: in milliseconds, or in nanoseconds if it has a fraction of a millisecond. A time outside
 * the range of `Date` is given as a decimal number of its units.
 *
 * @param unitsPerMs - 1 or 1,000,000
 */
export function isoTime(time: bigint, unitsPerMs: number): string {
  const perMs = BigInt(unitsPerMs);
  const below = ((time % perMs) + perMs) % perMs;
  const ms = Number((time - below) / perMs);
  if (Math.abs(ms) > 8.64e15) return time.toString();
  const iso = new Date(ms).toISOString();
  return below === 0n ? iso : `${iso.slice(0, -1)}${below.toString().padStart(6, "0")}Z`;
}

/** The time of a row among pairs of 32-bit words, low half first. */
export function timeAt(words: ReadonlyTypedArray, row: number): bigint {
  return (BigInt(words[2 * row + 1]) << 32n) | BigInt(words[2 * row] >>> 0);
}
