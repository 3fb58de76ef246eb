import { areSameTimes, timesAtOnce } from "./same-times.ts";

/** A column of a symbol that can be read anywhere. */
export interface ValueReader {
  /** Number of bars. */
  readonly bars: number;
  /** Fills `times` and `values`, of equal length, from bar `row`. */
  read(row: number, times: BigInt64Array, values: Float64Array): void;
}

/** Follows a column of a symbol along the times of the portfolio. */
export interface ValueCursor {
  /**
   * Adds to `into` the last value at or before each time, and `before` until there is one. Times rise from call to
   * call.
   */
  addTo(into: Float64Array, times: BigInt64Array): void;
}

/** What a cursor follows. */
export interface ValueCursorOptions {
  /** The column. */
  readonly values: ValueReader;
  /** The value before the first bar. */
  readonly before: number;
  /** Whether values are divided by the first one. */
  readonly isRelative: boolean;
  /** Bars that are read at once. */
  readonly rows: number;
}

/** Creates a cursor before the first bar. */
export function createValueCursor({ values: reader, before, isRelative, rows }: ValueCursorOptions): ValueCursor {
  const times = new BigInt64Array(Math.min(rows, reader.bars));
  const values = new Float64Array(times.length);
  let loaded = 0;
  let start = 0;
  let bar = 0;
  let value = before;
  let scale = Number.NaN;

  function load(): void {
    start = bar;
    loaded = Math.min(times.length, reader.bars - bar);
    reader.read(bar, times.subarray(0, loaded), values.subarray(0, loaded));
  }

  /** Adds the values of bars whose times are those from `from`; returns their number. The last time is left out. */
  function addSame(into: Float64Array, at: BigInt64Array, from: number): number {
    if (bar >= reader.bars) return 0;
    if (bar - start >= loaded) load();
    const place = bar - start;
    // A later bar may have the time of the last one.
    const count = Math.min(timesAtOnce, at.length - from, loaded - place) - 1;
    if (!areSameTimes(times, place, { others: at, from, count })) return 0;
    if (Number.isNaN(scale)) scale = isRelative ? values[place] : 1;
    for (let k = 0; k < count; k++) into[from + k] += values[place + k] / scale;
    value = values[place + count - 1] / scale;
    bar += count;
    return count;
  }

  return {
    addTo(into, at) {
      let next = 0;
      for (let i = 0; i < at.length; i++) {
        if (i >= next) {
          const same = addSame(into, at, i);
          i += same;
          next = same === 0 ? i + timesAtOnce : i;
        }
        const time = at[i];
        while (bar < reader.bars) {
          if (bar - start >= loaded) load();
          const place = bar - start;
          if (times[place] > time) break;
          if (Number.isNaN(scale)) scale = isRelative ? values[place] : 1;
          value = values[place] / scale;
          bar++;
        }
        into[i] += value;
      }
    },
  };
}
