import type { TimeGrid } from "./time-grid.ts";
import { gridPoint, timeGrid } from "./time-grid.ts";

const digitBits = 11;
const buckets = 1 << digitBits;
/** Grid points per row up to which counting is faster than a radix sort. */
const pointsPerRow = 4;

/** Rows in order of time. Rows of one time keep their order. */
interface TimeOrder {
  /** Valid until the next call. */
  readonly order: Uint32Array;
  /** The number of different times; undefined if the sort did not count them. */
  readonly distinct: number | undefined;
}

/** Sorts rows by time without moving them. */
export interface TimeSorter {
  /** The order of `rows` rows. `times` holds pairs of 32-bit words, low half first. */
  order(times: Int32Array, rows: number): TimeOrder;
  /** The number of different times. */
  distinct(times: Int32Array, rows: number): number;
}

interface Keys {
  low: Uint32Array;
  high: Uint32Array;
  row: Uint32Array;
}

/**
 * A sorter that keeps its working memory from call to call: at most 40 bytes per row of the longest series. The grid of
 * bars is hardly longer than the series, so that a counting sort places them in one pass. Other times take a radix sort
 * of as many passes as their range needs.
 */
export function createTimeSorter(): TimeSorter {
  let keys = makeKeys(0);
  let other = makeKeys(0);
  let places = new Uint32Array(0);
  const counts = Array.from({ length: 6 }, () => new Uint32Array(buckets));

  /** The grid, with zeroed counters, if it is short enough for a counter per point. */
  function shortGrid(times: Int32Array, rows: number): TimeGrid | undefined {
    const grid = timeGrid(times, rows, Math.max(pointsPerRow * rows, buckets));
    if (grid === undefined) return undefined;
    if (places.length < grid.points) places = new Uint32Array(grid.points);
    else places.fill(0, 0, grid.points);
    return grid;
  }

  function radix(times: Int32Array, rows: number): Uint32Array {
    if (other.row.length < rows) other = makeKeys(keys.row.length);
    const wide = offsetsFromFirst(times, rows, keys);
    for (const count of counts) count.fill(0);
    countDigits(keys.low, rows, counts, 0);
    if (wide) countDigits(keys.high, rows, counts, 3);
    for (let digit = 0; digit < (wide ? 6 : 3); digit++) {
      const starts = counts[digit];
      if (!startsOf(starts, rows)) continue;
      const half = digit < 3 ? keys.low : keys.high;
      movePass({ half, shift: digitBits * (digit % 3), starts }, keys, other, rows, wide);
      [keys, other] = [other, keys];
    }
    return keys.row;
  }

  return {
    order(times, rows) {
      if (keys.row.length < rows) keys = makeKeys(rows);
      const grid = shortGrid(times, rows);
      if (grid === undefined) return { order: radix(times, rows), distinct: undefined };
      countPoints(times, rows, grid, keys.low, places);
      const distinct = place(keys.low, rows, places, grid.points, keys.row);
      return { order: keys.row, distinct };
    },
    distinct(times, rows) {
      const grid = shortGrid(times, rows);
      if (grid !== undefined) return countDistinct(times, rows, grid, places);
      return countTimes(times, this.order(times, rows).order, rows);
    },
  };
}

/** The number of different times of sorted rows. */
function countTimes(times: Int32Array, order: Uint32Array, rows: number): number {
  let count = rows === 0 ? 0 : 1;
  for (let i = 1; i < rows; i++) {
    const a = 2 * order[i];
    const b = 2 * order[i - 1];
    if (times[a] !== times[b] || times[a + 1] !== times[b + 1]) count++;
  }
  return count;
}

function countPoints(times: Int32Array, rows: number, grid: TimeGrid, points: Uint32Array, counts: Uint32Array): void {
  for (let i = 0; i < rows; i++) {
    const point = gridPoint(times, i, grid);
    points[i] = point;
    counts[point]++;
  }
}

function countDistinct(times: Int32Array, rows: number, grid: TimeGrid, counts: Uint32Array): number {
  let distinct = 0;
  for (let i = 0; i < rows; i++) {
    const point = gridPoint(times, i, grid);
    if (counts[point] === 0) distinct++;
    counts[point] = 1;
  }
  return distinct;
}

/** Fills `order` with the rows in order of their points, and returns the number of points with rows. */
function place(points: Uint32Array, rows: number, counts: Uint32Array, length: number, order: Uint32Array): number {
  let start = 0;
  let distinct = 0;
  for (let p = 0; p < length; p++) {
    const own = counts[p];
    if (own > 0) distinct++;
    counts[p] = start;
    start += own;
  }
  for (let i = 0; i < rows; i++) {
    const point = points[i];
    order[counts[point]++] = i;
  }
  return distinct;
}

function makeKeys(rows: number): Keys {
  return { low: new Uint32Array(rows), high: new Uint32Array(rows), row: new Uint32Array(rows) };
}

/**
 * Fills the keys with each time less the earliest, to sort by far fewer bits. Returns whether any needs more than 32.
 */
function offsetsFromFirst(times: Int32Array, rows: number, keys: Keys): boolean {
  let firstLow = times[0] >>> 0;
  let firstHigh = times[1];
  for (let i = 1; i < rows; i++) {
    const high = times[2 * i + 1];
    const low = times[2 * i] >>> 0;
    if (high < firstHigh || (high === firstHigh && low < firstLow)) {
      firstHigh = high;
      firstLow = low;
    }
  }
  let seen = 0;
  for (let i = 0; i < rows; i++) {
    const low = times[2 * i] >>> 0;
    const high = (times[2 * i + 1] - firstHigh - (low < firstLow ? 1 : 0)) | 0;
    keys.low[i] = low - firstLow;
    keys.high[i] = high;
    keys.row[i] = i;
    seen |= high;
  }
  return seen !== 0;
}

/** Counts the three digits of the low or high halves of the keys. */
function countDigits(half: Uint32Array, rows: number, counts: readonly Uint32Array[], from: number): void {
  const c0 = counts[from];
  const c1 = counts[from + 1];
  const c2 = counts[from + 2];
  const mask = buckets - 1;
  for (let i = 0; i < rows; i++) {
    const key = half[i];
    const d0 = key & mask;
    const d1 = (key >>> digitBits) & mask;
    const d2 = key >>> (2 * digitBits);
    c0[d0]++;
    c1[d1]++;
    c2[d2]++;
  }
}

/**
 * Turns counts into the first place of each bucket. Returns false if one bucket has all rows, so that a pass would
 * change nothing.
 */
function startsOf(count: Uint32Array, rows: number): boolean {
  let start = 0;
  for (let b = 0; b < buckets; b++) {
    const own = count[b];
    if (own === rows) return false;
    count[b] = start;
    start += own;
  }
  return true;
}

/** A digit of the keys: its half, its lowest bit, and the first place of each of its buckets. */
interface Digit {
  readonly half: Uint32Array;
  readonly shift: number;
  readonly starts: Uint32Array;
}

/** Moves the keys to their buckets. `wide` if their high halves count. */
function movePass({ half, shift, starts }: Digit, from: Keys, to: Keys, rows: number, wide: boolean): void {
  const mask = buckets - 1;
  const { low, high, row } = from;
  const { low: toLow, high: toHigh, row: toRow } = to;
  for (let i = 0; i < rows; i++) {
    const at = starts[(half[i] >>> shift) & mask]++;
    toLow[at] = low[i];
    toRow[at] = row[i];
    if (wide) toHigh[at] = high[i];
  }
}
