import type { ReadonlyTypedArray } from "@atc/contract";
import type { RowLayout } from "../base/row-layout.ts";

const msPerDay = 86_400_000;

/**
 * The number of times, given as pairs of 32-bit words, that are not a UTC midnight; 0 without reading them if the
 * source does not say that they are dates.
 */
export function timesOfDay(
  { isOfDates, unitsPerMs }: Pick<RowLayout, "isOfDates" | "unitsPerMs">,
  times: ReadonlyTypedArray,
  length: number,
): number {
  if (!isOfDates) return 0;
  let count = 0;
  // The high word is reduced first, because a time in ns exceeds the integers that a float64 holds. Its product is
  // exact: in ns the unit is a power of two, and in ms the high word of a Date has 21 bits.
  const day = msPerDay * unitsPerMs;
  const highUnit = 4_294_967_296 % day;
  for (let i = 0; i < length; i++) {
    const high = (times[2 * i + 1] * highUnit) % day;
    if ((high + (times[2 * i] >>> 0)) % day !== 0) count++;
  }
  return count;
}
