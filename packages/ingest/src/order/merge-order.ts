import type { TimeSorter } from "./time-order.ts";

/** Whether row `a` is earlier than row `b`; `times` holds pairs of 32-bit words. */
export function isEarlier(times: Int32Array, a: number, b: number): boolean {
  const highA = times[2 * a + 1];
  const highB = times[2 * b + 1];
  return highA < highB || (highA === highB && times[2 * a] >>> 0 < times[2 * b] >>> 0);
}

/** The first place from `from` to `to` whose row is not earlier than `row`, or is later than it where `later`. */
function bound(times: Int32Array, order: Uint32Array, from: number, to: number, row: number, later: boolean): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = order[middle];
    const isBefore = later ? !isEarlier(times, row, at) : isEarlier(times, at, row);
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The rows around `middle` that are out of place where two sorted stretches meet; nothing between equal ends. */
function overlap(
  times: Int32Array,
  order: Uint32Array,
  start: number,
  middle: number,
  end: number,
): { from: number; to: number } {
  const last = order[middle - 1];
  const first = order[middle];
  if (!isEarlier(times, first, last)) return { from: middle, to: middle };
  return {
    from: bound(times, order, start, middle, first, true),
    to: bound(times, order, middle, end, last, false),
  };
}

/** Merges two sorted stretches in place, rows of one time in the order they have. */
function merge(times: Int32Array, order: Uint32Array, start: number, middle: number, end: number): void {
  const { from, to } = overlap(times, order, start, middle, end);
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
 * Fills in `order`, of as many elements, the rows in order of time. They are sorted in stretches, which start at `starts` (0 first); rows of one time stay in their order. Neighbours
 * are merged where they overlap, which in most files is little; where it is much, all rows are sorted.
 */
export function mergedOrder(
  times: Int32Array,
  rows: number,
  starts: readonly number[],
  sorter: TimeSorter,
  order: Uint32Array,
): void {
  for (let row = 0; row < rows; row++) order[row] = row;
  let misplaced = 0;
  for (let s = 1; s < starts.length; s++) {
    const { from, to } = overlap(times, order, starts[s - 1], starts[s], starts[s + 1] ?? rows);
    misplaced += to - from;
  }
  if (misplaced > rows / 4) {
    order.set(sorter.order(times, rows).order.subarray(0, rows));
    return;
  }
  let stretches = [...starts];
  while (stretches.length > 1) {
    for (let s = 1; s < stretches.length; s += 2)
      merge(times, order, stretches[s - 1], stretches[s], stretches[s + 1] ?? rows);
    stretches = stretches.filter((_, s) => s % 2 === 0);
  }
}
