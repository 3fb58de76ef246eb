import type { TimeSorter } from "./time-order.ts";
import { isEarlier } from "./time-words.ts";

/** Rows in an order, and their times as pairs of 32-bit words. */
interface OrderedRows {
  readonly times: Int32Array;
  readonly order: Uint32Array;
}

/** The first place from `from` to `to` whose row is later than `row`. */
function firstLater({ times, order }: OrderedRows, from: number, to: number, row: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isEarlier(times, row, order[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The first place from `from` to `to` whose row is not earlier than `row`. */
function firstNotEarlier({ times, order }: OrderedRows, from: number, to: number, row: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isEarlier(times, order[middle], row)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The places around `middle` of rows that are out of order between two neighbouring pieces; an empty range if there
 * are none.
 */
function overlap(rows: OrderedRows, start: number, middle: number, end: number): { from: number; to: number } {
  const { times, order } = rows;
  const last = order[middle - 1];
  const first = order[middle];
  if (!isEarlier(times, first, last)) return { from: middle, to: middle };
  return {
    from: firstLater(rows, start, middle, first),
    to: firstNotEarlier(rows, middle, end, last),
  };
}

/** Merges two neighbouring pieces in place. Rows of one time keep their order. */
function merge(rows: OrderedRows, start: number, middle: number, end: number): void {
  const { times, order } = rows;
  const { from, to } = overlap(rows, start, middle, end);
  const left = order.slice(from, middle);
  let i = 0;
  let j = middle;
  let at = from;
  while (i < left.length && j < to)
    if (isEarlier(times, order[j], left[i])) order[at++] = order[j++];
    else order[at++] = left[i++];
  while (i < left.length) order[at++] = left[i++];
}

/**
 * Fills `order` with the `rows` rows in order of time. They come in sorted pieces, which start at `starts` (0 first);
 * rows of one time keep their order. Only overlapping rows of two pieces are merged: in most files these are few. If
 * they are more than a quarter of all rows, all rows are sorted.
 */
export function mergedOrder(
  times: Int32Array,
  rows: number,
  starts: readonly number[],
  sorter: TimeSorter,
  order: Uint32Array,
): void {
  for (let row = 0; row < rows; row++) order[row] = row;
  const ordered = { times, order };
  let misplaced = 0;
  for (let s = 1; s < starts.length; s++) {
    const { from, to } = overlap(ordered, starts[s - 1], starts[s], starts[s + 1] ?? rows);
    misplaced += to - from;
  }
  if (misplaced > rows / 4) {
    order.set(sorter.order(times, rows).order.subarray(0, rows));
    return;
  }
  let pieces = [...starts];
  while (pieces.length > 1) {
    for (let p = 1; p < pieces.length; p += 2) merge(ordered, pieces[p - 1], pieces[p], pieces[p + 1] ?? rows);
    pieces = pieces.filter((_, p) => p % 2 === 0);
  }
}
