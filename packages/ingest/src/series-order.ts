import type { DuplicatePolicy, Duplicates } from "./duplicates.ts";
import { resolveDuplicates } from "./duplicates.ts";
import type { SeriesRows } from "./row-buffer.ts";
import { createTimeSorter } from "./time-order.ts";

/** Which rows of a series are kept, and in which order. */
interface SeriesOrder {
  /** The kept rows in order of time; undefined where they are all rows as they stand. Valid until the next call. */
  readonly order: Uint32Array | undefined;
  /** Rows kept. */
  readonly length: number;
  readonly duplicates: Duplicates;
}

/** What the scatter knows of a series. */
interface OrderHints {
  readonly back: number;
  readonly ties: number;
  readonly policy: DuplicatePolicy;
}

const noDuplicates: Duplicates = { count: 0, identical: 0, dropped: 0, first: -1 };

/** Orders series one after another with one working memory. */
export interface SeriesOrderer {
  /** The order of a series by time and by policy; nothing is done for one that is sorted and has no equal times. */
  arrange(rows: SeriesRows, slots: number, hints: OrderHints): SeriesOrder;
  /** The rows by time, none left out; `values` need not be loaded. */
  sort(rows: SeriesRows): Uint32Array;
  /** How many different times there are; `values` need not be loaded. */
  distinct(rows: SeriesRows): number;
}

/** Makes an orderer. */
export function createSeriesOrderer(): SeriesOrderer {
  const sorter = createTimeSorter();
  let asRead = new Uint32Array(0);

  function inSourceOrder(rows: number): Uint32Array {
    if (asRead.length < rows) {
      asRead = new Uint32Array(rows);
      for (let i = 0; i < rows; i++) asRead[i] = i;
    }
    // A copy, since leaving duplicates out changes it.
    return asRead.slice(0, rows);
  }

  return {
    sort: (rows) => sorter.order(rows.times, rows.length).order,
    distinct: (rows) => sorter.distinct(rows.times, rows.length),
    arrange(rows, slots, { back, ties, policy }) {
      if (back === 0 && ties === 0) return { order: undefined, length: rows.length, duplicates: noDuplicates };
      const sorted = back > 0 ? sorter.order(rows.times, rows.length) : undefined;
      if (sorted?.distinct === rows.length)
        return { order: sorted.order, length: rows.length, duplicates: noDuplicates };
      const order = sorted?.order ?? inSourceOrder(rows.length);
      const duplicates = resolveDuplicates(rows, order, policy, slots);
      return { order, length: rows.length - duplicates.dropped, duplicates };
    },
  };
}
