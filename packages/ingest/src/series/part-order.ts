import type { PieceReader } from "../files/piece-reader.ts";
import type { SeriesPieces } from "../files/series-table.ts";
import type { DuplicatePolicy, Duplicates } from "../order/duplicates.ts";
import { resolveDuplicates } from "../order/duplicates.ts";
import { mergedOrder } from "../order/merge-order.ts";
import { createTimeSorter } from "../order/time-order.ts";
import { isEarlier } from "../order/time-words.ts";
import type { SeriesPart } from "./series-parts.ts";

/** The rows of a part in order of time. */
export interface PartOrder {
  /** Rows of the part. */
  readonly rows: number;
  /** Times in the order of the pieces, as pairs of 32-bit words; valid until the next call. */
  readonly times: Int32Array;
  /**
   * The rows that are kept, in order of time, valid as long as the times; undefined if that is the order of the pieces.
   */
  readonly order: Uint32Array | undefined;
  /** Rows that are kept. */
  readonly kept: number;
  readonly duplicates: Duplicates;
}

/** What the source showed of a series' order. */
interface OrderHints {
  readonly unsorted: number;
  readonly equalTimes: number;
}

/** Sorts parts of series by time, one after another, with one working memory. */
export type PartSorter = (
  reader: PieceReader,
  pieces: SeriesPieces,
  part: SeriesPart,
  hints: OrderHints,
  policy: DuplicatePolicy,
) => PartOrder;

/** A sorter that starts with the memory `given`. */
export function createPartSorter(given: Int32Array = new Int32Array(0)): PartSorter {
  const sorter = createTimeSorter();
  let memory = given;
  let places = new Uint32Array(0);
  return (reader, pieces, { from, to }, { unsorted, equalTimes }, policy) => {
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
      reader.read(pieces, { piece: p, column: 0, from: from[p], to: to[p] }, times, at);
      at += count;
    }
    const none = { count: 0, first: -1, kept: rows, pairs: new Uint32Array(0) };
    if (unsorted + equalTimes === 0) return { rows, times, order: undefined, kept: rows, duplicates: none };
    const isSorted = starts.every((start) => start === 0 || !isEarlier(times, start, start - 1));
    if (places.length < rows) places = new Uint32Array(Math.ceil(1.125 * rows));
    const order = places.subarray(0, rows);
    mergedOrder(times, rows, starts, sorter, order);
    const duplicates = resolveDuplicates(times, order, rows, policy);
    const isAsRead = isSorted && duplicates.kept === rows;
    return { rows, times, order: isAsRead ? undefined : order, kept: duplicates.kept, duplicates };
  };
}
