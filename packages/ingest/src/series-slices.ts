import type { SeriesColumns, TypedArray } from "@atc/contract";
import { allocate } from "@atc/contract";
import type { SeriesRows } from "./row-buffer.ts";
import type { RowLayout, StoredColumn } from "./row-layout.ts";

/** Rows gathered at a time within a slice: all their columns are read while they are in the processor's cache. */
const blockRows = 2048;

/** Consecutive rows of a series as columns. */
export interface Slice {
  readonly length: number;
  /** Times as pairs of 32-bit words. */
  readonly times: Int32Array;
  /** All columns, `timestamp` too. */
  readonly columns: SeriesColumns;
}

/** Turns buffered rows into columns, in arrays that the next call writes over. */
export interface Slicer {
  /** The most rows of a slice. */
  readonly rows: number;
  /** Rows `from` to `from + count` in the given order. */
  slice(rows: SeriesRows, order: Uint32Array | undefined, from: number, count: number): Slice;
}

/** A slicer for slices of up to `rows` rows. */
export function createSlicer(layout: RowLayout, rows: number): Slicer {
  const times = new BigInt64Array(rows);
  const timeWords = new Int32Array(times.buffer);
  const arrays: readonly TypedArray[] = layout.columns.map((column) => allocate(column.dtype, rows));
  return {
    rows,
    slice(source, order, from, count) {
      gatherTimes(source.times, order, from, count, timeWords);
      for (let start = 0; start < count; start += blockRows) {
        const end = Math.min(start + blockRows, count);
        for (const [c, column] of layout.columns.entries())
          gather(source, layout.slots, column, order, from, start, end, arrays[c] as TypedArray);
      }
      const columns: Record<string, TypedArray> = { timestamp: times.subarray(0, count) };
      for (const [c, { name }] of layout.columns.entries())
        columns[name] = (arrays[c] as TypedArray).subarray(0, count);
      return { length: count, times: timeWords.subarray(0, 2 * count), columns };
    },
  };
}

function gatherTimes(
  times: Int32Array,
  order: Uint32Array | undefined,
  from: number,
  count: number,
  target: Int32Array,
): void {
  if (order === undefined) {
    target.set(times.subarray(2 * from, 2 * (from + count)));
    return;
  }
  for (let i = 0; i < count; i++) {
    const row = order[from + i] as number;
    target[2 * i] = times[2 * row] as number;
    target[2 * i + 1] = times[2 * row + 1] as number;
  }
}

function gather(
  source: SeriesRows,
  slots: number,
  column: StoredColumn,
  order: Uint32Array | undefined,
  from: number,
  start: number,
  end: number,
  target: TypedArray,
): void {
  if (target instanceof BigInt64Array)
    gatherWords(source.valueWords, slots, column.slot, order, from, start, end, new Int32Array(target.buffer));
  else if (order === undefined) gatherRun(source.values, slots, column.slot, from, start, end, target);
  else gatherOrdered(source.values, slots, column.slot, order, from, start, end, target);
}

type NumberArray = Exclude<TypedArray, BigInt64Array>;

function gatherRun(
  values: Float64Array,
  slots: number,
  slot: number,
  from: number,
  start: number,
  end: number,
  target: NumberArray,
): void {
  for (let i = start; i < end; i++) target[i] = values[(from + i) * slots + slot] as number;
}

function gatherOrdered(
  values: Float64Array,
  slots: number,
  slot: number,
  order: Uint32Array,
  from: number,
  start: number,
  end: number,
  target: NumberArray,
): void {
  for (let i = start; i < end; i++) target[i] = values[(order[from + i] as number) * slots + slot] as number;
}

function gatherWords(
  words: Int32Array,
  slots: number,
  slot: number,
  order: Uint32Array | undefined,
  from: number,
  start: number,
  end: number,
  target: Int32Array,
): void {
  for (let i = start; i < end; i++) {
    const row = order === undefined ? from + i : (order[from + i] as number);
    target[2 * i] = words[2 * (row * slots + slot)] as number;
    target[2 * i + 1] = words[2 * (row * slots + slot) + 1] as number;
  }
}
