import { isEarlier } from "./time-words.ts";

/**
 * Evenly spaced times that include all times of a series. Bars of one minute are on a grid of 60,000 ms, or a multiple
 * of it.
 */
export interface TimeGrid {
  /** The earliest time's low 32 bits, unsigned. */
  readonly firstLow: number;
  /** The earliest time's high 32 bits, signed. */
  readonly firstHigh: number;
  /** From one point to the next, in the unit of the times. */
  readonly unit: number;
  /** Points, including those of the first and the last time. */
  readonly points: number;
}

const highUnit = 4_294_967_296;

/**
 * The coarsest grid of `rows` times (pairs of 32-bit words), one or more; undefined if it has more than `mostPoints`
 * points.
 */
export function timeGrid(times: Int32Array, rows: number, mostPoints: number): TimeGrid | undefined {
  let earliest = 0;
  let latest = 0;
  for (let i = 1; i < rows; i++) {
    if (isEarlier(times, i, earliest)) earliest = i;
    else if (isEarlier(times, latest, i)) latest = i;
  }
  const firstLow = times[2 * earliest] >>> 0;
  const firstHigh = times[2 * earliest + 1];
  const range = (times[2 * latest + 1] - firstHigh) * highUnit + ((times[2 * latest] >>> 0) - firstLow);
  if (range > Number.MAX_SAFE_INTEGER) return undefined;
  const unit = commonUnit(times, rows, { firstLow, firstHigh, range }, mostPoints);
  if (range === 0) return { firstLow, firstHigh, unit: 1, points: 1 };
  return unit === undefined ? undefined : { firstLow, firstHigh, unit, points: range / unit + 1 };
}

/** The number of the grid point of a row's time. */
export function gridPoint(times: Int32Array, row: number, { firstLow, firstHigh, unit }: TimeGrid): number {
  const offset = (times[2 * row + 1] - firstHigh) * highUnit + ((times[2 * row] >>> 0) - firstLow);
  return (offset / unit) | 0;
}

/** The greatest common divisor of all times less the first; undefined if it would make too many points. */
function commonUnit(
  times: Int32Array,
  rows: number,
  { firstLow, firstHigh, range }: Pick<TimeGrid, "firstLow" | "firstHigh"> & { readonly range: number },
  mostPoints: number,
): number | undefined {
  let unit = range;
  for (let i = 0; i < rows; i++) {
    const offset = (times[2 * i + 1] - firstHigh) * highUnit + ((times[2 * i] >>> 0) - firstLow);
    const point = offset / unit;
    // Below 2^53 the quotient is an integer only if the unit divides the offset.
    if (point === Math.floor(point)) continue;
    unit = greatestDivisor(unit, offset);
    if (range / unit >= mostPoints) return undefined;
  }
  return unit;
}

function greatestDivisor(a: number, b: number): number {
  let larger = a;
  let smaller = b;
  while (smaller > 0) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
