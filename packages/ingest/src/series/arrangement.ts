import type { PieceReader } from "../files/piece-reader.ts";
import type { SeriesPieces } from "../files/series-table.ts";
import type { DuplicatePolicy, Duplicates } from "../order/duplicates.ts";
import { resolveDuplicates } from "../order/duplicates.ts";
import { isEarlier, mergedOrder } from "../order/merge-order.ts";
import { createTimeSorter } from "../order/time-order.ts";

/** Rows `from` to `to` of each piece of a series. */
export interface PieceRanges {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** Some rows of a series in order of time. */
export interface Arrangement {
  /** Rows in the ranges. */
  readonly rows: number;
  /** Times in the order of the pieces, as pairs of 32-bit words; valid until the next arrangement. */
  readonly times: Int32Array;
  /** The rows that are kept, in order, valid as long as the times; undefined where they are all as they stand. */
  readonly order: Uint32Array | undefined;
  /** Rows that are kept. */
  readonly kept: number;
  readonly duplicates: Duplicates;
}

/** What is known of a series' order. */
interface OrderHints {
  readonly back: number;
  readonly ties: number;
}

/** Arranges parts of series one after another with one working memory. */
export type Arranger = (
  reader: PieceReader,
  pieces: SeriesPieces,
  ranges: PieceRanges,
  hints: OrderHints,
  policy: DuplicatePolicy,
) => Arrangement;

/** Makes an arranger, which starts with the memory that it is given. */
export function createArranger(given: Int32Array = new Int32Array(0)): Arranger {
  const sorter = createTimeSorter();
  let memory = given;
  let places = new Uint32Array(0);
  return (reader, pieces, { from, to }, { back, ties }, policy) => {
    const starts: number[] = [];
    let rows = 0;
    for (let p = 0; p < from.length; p++) rows += to[p] - from[p];
    if (memory.length < 2 * rows) memory = new Int32Array(Math.ceil(2.25 * rows));
    const times = memory.subarray(0, 2 * rows);
    let at = 0;
    for (let p = 0; p < from.length; p++) {
      const count = to[p] - from[p];
      if (count === 0) continue;
      starts.push(at);
      reader.read(pieces, p, 0, from[p], to[p], times, at);
      at += count;
    }
    const none = { count: 0, first: -1, kept: rows, pairs: new Uint32Array(0) };
    if (back + ties === 0) return { rows, times, order: undefined, kept: rows, duplicates: none };
    const isSorted = starts.every((start) => start === 0 || !isEarlier(times, start, start - 1));
    if (places.length < rows) places = new Uint32Array(Math.ceil(1.125 * rows));
    const order = places.subarray(0, rows);
    mergedOrder(times, rows, starts, sorter, order);
    const duplicates = resolveDuplicates(times, order, rows, policy);
    const asRead = isSorted && duplicates.kept === rows;
    return { rows, times, order: asRead ? undefined : order, kept: duplicates.kept, duplicates };
  };
}
