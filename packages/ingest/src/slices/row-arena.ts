import type { RowLayout } from "../base/row-layout.ts";

const longestFirstExtent = 16;
const longestExtent = 4096;
const fewestRows = 64;
/**
 * Enough for the smallest sources, and for small ones. A full arena grows to the next of them, then to its full
 * capacity. Every source starts with the first: megabytes for few rows make the garbage collector run.
 */
const stepBytes: readonly number[] = [2 ** 18, 2 ** 23];

/**
 * One block of memory for the rows of all series, handed out in extents that double in length, so that a growing series
 * is never copied. Row r has its time at `times[2 * r]` and its slots from `values[r * slots]` on.
 */
export interface RowArena {
  /** Rows that the arrays hold now. {@link RowArena.extend} replaces the arrays if more are needed: twice at most. */
  capacity: number;
  times: Int32Array;
  values: Float64Array;
  /** The bytes of `values` as 32-bit words, for int64 columns. */
  valueWords: Int32Array;
  /** Per series: the place of its next row. Replaced by {@link RowArena.reserve}. */
  cursor: Int32Array<ArrayBuffer>;
  /**
   * Per series: the end of its extent; equal to its cursor if the extent is full. Replaced by {@link RowArena.reserve}.
   */
  limit: Int32Array<ArrayBuffer>;
  /** Makes room for the counters of `count` series. */
  reserve(count: number): void;
  /** Gives another extent to a series whose extent is full. Returns false if the arena is full. */
  extend(series: number): boolean;
  /** The series with rows in the arena, in the order of their first rows. */
  readonly present: readonly number[];
  /** The extents of a series, as pairs of first row and number of used rows. */
  extents(series: number): number[];
  /** Forgets all rows. */
  reset(): void;
}

/**
 * An arena of at most `bytes`, but at least 64 rows. Its full capacity is allocated at the start if `size` is `large`.
 */
export function createRowArena(layout: RowLayout, bytes: number, size: "small" | "large" = "small"): RowArena {
  const most = Math.max(fewestRows, Math.floor(bytes / layout.rowBytes));
  const steps = stepBytes.map((step) => Math.max(fewestRows, Math.floor(step / layout.rowBytes)));
  const larger = (rows: number): number => Math.min(most, steps.find((step) => step > rows) ?? most);
  const capacity = size === "large" ? most : larger(0);
  const values = new Float64Array(capacity * layout.slots);
  const extents: number[][] = [];
  const present: number[] = [];
  let want = new Int32Array(0);
  let top = 0;
  /** Shorter if there are many series for the memory, so that each can have an extent. */
  const firstExtent = (): number => Math.min(longestFirstExtent, Math.max(1, Math.floor(most / (4 * extents.length))));
  const arena: RowArena = {
    capacity,
    times: new Int32Array(2 * capacity),
    values,
    valueWords: new Int32Array(values.buffer),
    cursor: new Int32Array(0),
    limit: new Int32Array(0),
    reserve(count) {
      while (extents.length < count) extents.push([]);
      if (count <= want.length) return;
      const length = Math.max(count, 2 * want.length, 64);
      const known = want.length;
      arena.cursor = resized(arena.cursor, length);
      arena.limit = resized(arena.limit, length);
      want = resized(want, length).fill(firstExtent(), known);
    },
    extend(series) {
      if (top === arena.capacity && top < most) grow(arena, larger(top), layout.slots);
      const rows = Math.min(want[series], arena.capacity - top);
      if (rows === 0) return false;
      const own = extents[series];
      if (own.length > 0 && arena.limit[series] === top) own[own.length - 1] += rows;
      else {
        if (own.length === 0) present.push(series);
        own.push(top, rows);
        arena.cursor[series] = top;
      }
      top += rows;
      arena.limit[series] = top;
      want[series] = Math.min(longestExtent, 2 * want[series]);
      return true;
    },
    present,
    extents(series) {
      const own = [...extents[series]];
      const last = own.length - 2;
      if (last >= 0) own[last + 1] = arena.cursor[series] - own[last];
      return own;
    },
    reset() {
      for (const series of present) extents[series].length = 0;
      present.length = 0;
      arena.cursor.fill(0);
      arena.limit.fill(0);
      want.fill(firstExtent());
      top = 0;
    },
  };
  return arena;
}

function grow(arena: RowArena, capacity: number, slots: number): void {
  const times = new Int32Array(2 * capacity);
  const values = new Float64Array(capacity * slots);
  times.set(arena.times);
  values.set(arena.values);
  Object.assign(arena, { capacity, times, values, valueWords: new Int32Array(values.buffer) });
}

/** A longer copy, with zeros at its end. */
export function resized(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length);
  longer.set(array);
  return longer;
}
