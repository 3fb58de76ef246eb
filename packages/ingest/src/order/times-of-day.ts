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
  return unitsPerMs === 1 ? ofMs(times, length) : ofUnits(times, length, msPerDay * unitsPerMs);
}

/** A quotient of an integer below 2^53 by a day is whole only if it is exact. */
function ofMs(times: ReadonlyTypedArray, length: number): number {
  let count = 0;
  for (let i = 0; i < length; i++) {
    const days = (times[2 * i + 1] * 4_294_967_296 + (times[2 * i] >>> 0)) / msPerDay;
    if (Math.floor(days) !== days) count++;
  }
  return count;
}

/**
 * A time in ns exceeds the integers that a float64 holds, so the high word is reduced first. Its product is exact,
 * because its unit is a power of two.
 */
function ofUnits(times: ReadonlyTypedArray, length: number, day: number): number {
  let count = 0;
  for (let i = 0; i < length; i++) {
    const high = (times[2 * i + 1] * 4_294_967_296) % day;
    if ((high + (times[2 * i] >>> 0)) % day !== 0) count++;
  }
  return count;
}
