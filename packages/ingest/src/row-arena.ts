import type { RowLayout } from "./row-layout.ts";

const firstExtent = 16;
const longestExtent = 4096;

/**
 * One piece of memory for the rows of all series, given out in extents that double in length, so that neither growing nor the number of
 * series costs a copy. Rows are addressed by number: row r has its time at `times[2r]` and its slots from `values[r * slots]`.
 */
export interface RowArena {
  /** The most rows it holds. */
  readonly capacity: number;
  readonly times: Int32Array;
  readonly values: Float64Array;
  /** The bytes of `values` as 32-bit words, for int64 columns. */
  readonly valueWords: Int32Array;
  /** Per series, the row that the next one goes to. Replaced by {@link RowArena.reserve}. */
  cursor: Int32Array<ArrayBuffer>;
  /** Per series, where its extent ends; equal to its cursor where it has no room left. Replaced by {@link RowArena.reserve}. */
  limit: Int32Array<ArrayBuffer>;
  /** Makes place for the counters of `count` series. */
  reserve(count: number): void;
  /** Gives a series whose extent is full another one; false where the arena is full. */
  extend(series: number): boolean;
  /** The extents of a series as pairs of first row and used rows. */
  extents(series: number): number[];
  /** Forgets all rows. */
  reset(): void;
}

/** An arena of about `bytes`, of 64 rows at least. The system commits its pages as they are first written. */
export function createRowArena(layout: RowLayout, bytes: number): RowArena {
  const capacity = Math.max(64, Math.floor(bytes / layout.rowBytes));
  const values = new Float64Array(capacity * layout.slots);
  const extents: number[][] = [];
  let want = new Int32Array(0);
  let top = 0;
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
      want = resized(want, length).fill(firstExtent, known);
    },
    extend(series) {
      const rows = Math.min(want[series] as number, capacity - top);
      if (rows === 0) return false;
      const own = extents[series] as number[];
      if (own.length > 0 && arena.limit[series] === top) own[own.length - 1] = (own.at(-1) as number) + rows;
      else {
        own.push(top, rows);
        arena.cursor[series] = top;
      }
      top += rows;
      arena.limit[series] = top;
      want[series] = Math.min(longestExtent, 2 * (want[series] as number));
      return true;
    },
    extents(series) {
      const own = [...(extents[series] as number[])];
      const last = own.length - 2;
      if (last >= 0) own[last + 1] = (arena.cursor[series] as number) - (own[last] as number);
      return own;
    },
    reset() {
      for (const own of extents) own.length = 0;
      arena.cursor.fill(0);
      arena.limit.fill(0);
      want.fill(firstExtent);
      top = 0;
    },
  };
  return arena;
}

/** A longer copy, zeros at its end. */
export function resized(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length);
  longer.set(array);
  return longer;
}
