import type { ReadonlyTypedArray, SeriesColumns } from "@atc/contract";
import type { Accumulate, BarColumn } from "./bar-columns.ts";
import { accumulatorOf } from "./bar-columns.ts";

/** Finished bars in columns of a fixed capacity, and the current bar. */
export interface BarSink {
  /** Finished bars since the last {@link BarSink.clear}. */
  readonly length: () => number;
  /** Whether it must be cleared before the next bar can end. */
  readonly isFull: () => boolean;
  /** Adds rows `from` to `to` to the current bar. */
  take(values: readonly ReadonlyTypedArray[], from: number, to: number): void;
  /** Finishes the current bar. */
  end(time: number): void;
  /** Finishes a bar without rows, with the previous close as its prices. */
  endEmpty(time: number): void;
  /** Discards the current bar. */
  drop(): void;
  /** The finished bars as columns, valid until the next {@link BarSink.clear}. */
  columns(): SeriesColumns;
  /** Discards the finished bars. */
  clear(): void;
}

/** A sink of bars; `inputs` are the columns of the rows for {@link BarSink.take}. */
export function barSink(columns: readonly BarColumn[], inputs: readonly string[], capacity: number): BarSink {
  const times = new BigInt64Array(capacity);
  const words = new Int32Array(times.buffer);
  const arrays = columns.map(() => new Float64Array(capacity));
  const places = columns.map(({ from }) => (from === undefined ? 0 : inputs.indexOf(from)));
  const accumulators = columns.map(accumulatorOf);
  const current = new Float64Array(columns.length).fill(Number.NaN);
  const former = new Float64Array(columns.length).fill(Number.NaN);
  const closeAt = columns.findIndex(({ name }) => name === "close");
  let length = 0;
  const put = (time: number): void => {
    // Writes words: a BigInt per bar would take longer than the bar.
    const high = Math.floor(time / 4_294_967_296);
    words[2 * length] = time - high * 4_294_967_296;
    words[2 * length + 1] = high;
    for (let c = 0; c < arrays.length; c++) (arrays[c] as Float64Array)[length] = current[c];
    length++;
    former.set(current);
    current.fill(Number.NaN);
  };
  return {
    length: () => length,
    isFull: () => length === capacity,
    take(values, from, to) {
      for (let c = 0; c < accumulators.length; c++) {
        const array = values[places[c]] as ReadonlyTypedArray;
        (accumulators[c] as Accumulate)(current, c, array, from, to);
      }
    },
    end: put,
    endEmpty(time) {
      for (const [c, { empty }] of columns.entries())
        current[c] = empty === "zero" ? 0 : former[empty === "close" ? closeAt : c];
      put(time);
    },
    drop() {
      current.fill(Number.NaN);
    },
    columns: () =>
      Object.fromEntries([
        ["timestamp", times.subarray(0, length)] as const,
        ...columns.map(({ name }, c) => [name, (arrays[c] as Float64Array).subarray(0, length)] as const),
      ]),
    clear() {
      length = 0;
    },
  };
}

export function countingSink(): BarSink {
  let length = 0;
  const end = (): void => {
    length++;
  };
  return {
    length: () => length,
    isFull: () => false,
    take: () => undefined,
    end,
    endEmpty: end,
    drop: () => undefined,
    columns: () => ({}),
    clear() {
      length = 0;
    },
  };
}
