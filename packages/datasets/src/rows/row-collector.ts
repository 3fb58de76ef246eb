import type { ColumnMetadata, SeriesColumns, TypedArray } from "@atc/contract";
import { dtypeOf } from "@atc/contract";
import { allocate } from "@atc/plugin-kit";
import type { SeriesCursor } from "./series-cursor.ts";
import type { MergeTarget } from "./series-merge.ts";

/** Collects rows from cursors into columns of a fixed capacity. */
export interface RowCollector extends MergeTarget {
  /** Rows so far. */
  length(): number;
  /** The rows so far as columns, valid until {@link RowCollector.clear}. */
  columns(): SeriesColumns;
  clear(): void;
}

type NumberArray = Exclude<TypedArray, BigInt64Array>;

/** A collector for rows of `timestamp` and the columns after it. */
export function rowCollector(columns: readonly ColumnMetadata[], capacity: number): RowCollector {
  const times = new BigInt64Array(capacity);
  const words = new Int32Array(times.buffer);
  const arrays = columns.slice(1).map(({ type }) => allocate(dtypeOf(type), capacity) as NumberArray);
  let length = 0;
  return {
    length: () => length,
    isFull: () => length === capacity,
    clear() {
      length = 0;
    },
    take(cursor, count) {
      const taken = Math.min(count, capacity - length);
      if (taken === 1) copyRow(cursor, words, arrays, length);
      else copyRows(cursor, words, arrays, length, taken);
      length += taken;
      return taken;
    },
    columns: () =>
      Object.fromEntries(columns.map(({ name }, c) => [name, (c === 0 ? times : arrays[c - 1]).subarray(0, length)])),
  };
}

function copyRow(cursor: SeriesCursor, words: Int32Array, arrays: readonly NumberArray[], to: number): void {
  const { at } = cursor;
  words[2 * to] = cursor.words[2 * at];
  words[2 * to + 1] = cursor.words[2 * at + 1];
  for (let c = 0; c < arrays.length; c++) arrays[c][to] = cursor.values[c][at];
}

function copyRows(
  cursor: SeriesCursor,
  words: Int32Array,
  arrays: readonly NumberArray[],
  to: number,
  count: number,
): void {
  const { at } = cursor;
  words.set(cursor.words.subarray(2 * at, 2 * (at + count)), 2 * to);
  for (let c = 0; c < arrays.length; c++) arrays[c].set(cursor.values[c].subarray(at, at + count), to);
}
