import { DOT, MINUS, PLUS, ZERO } from "../text/ascii.ts";
import type { EpochUnit } from "./epoch-unit.ts";
import type { TimespecReader } from "./timespec.ts";

/** Digits after the decimal point of seconds that each unit adds. */
const fractionDigits: Readonly<Record<EpochUnit, number>> = { s: 0, ms: 3, us: 6, ns: 9 };

/** The digits of `bytes[start, end)` as a number, exact to 15 digits. */
export function digitsOf(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) value = value * 10 + bytes[i] - ZERO;
  return value;
}

/** The offset after the digits at `at`. */
export function digitsEnd(bytes: Uint8Array, at: number): number {
  let end = at;
  while ((bytes[end] - ZERO) >>> 0 < 10) end++;
  return end;
}

/**
 * A reader of numbers since the epoch: an optional sign, digits, and an optional point and decimals. Every digit
 * counts: 19 digits of nanoseconds stay exact. What is finer than a nanosecond is cut off. More than 15 digits of whole
 * seconds are refused.
 *
 * @param unit - what the number counts
 */
export function epochReader(unit: EpochUnit): TimespecReader {
  return scaledReader(fractionDigits[unit]);
}

/** A reader of numbers of which the last `shift` digits before the point, at most 9, are fractions of a second. */
export function scaledReader(shift: number): TimespecReader {
  return (bytes, position, timespec) => {
    const sign = bytes[position];
    const first = sign === MINUS || sign === PLUS ? position + 1 : position;
    const point = digitsEnd(bytes, first);
    if (point === first || point - first > 15 + shift) return -1;
    const split = Math.max(first, point - shift);
    let seconds = digitsOf(bytes, first, split);
    let nanoseconds = digitsOf(bytes, split, point);
    let end = point;
    let places = shift;
    if (bytes[point] === DOT) {
      end = digitsEnd(bytes, point + 1);
      const kept = Math.min(end - point - 1, 9 - shift);
      nanoseconds = nanoseconds * 10 ** kept + digitsOf(bytes, point + 1, point + 1 + kept);
      places += kept;
    }
    for (; places < 9; places++) nanoseconds *= 10;
    if (sign === MINUS) {
      seconds = nanoseconds > 0 ? -seconds - 1 : -seconds;
      if (nanoseconds > 0) nanoseconds = 1e9 - nanoseconds;
    }
    timespec[0] = seconds;
    timespec[1] = nanoseconds;
    return end;
  };
}
