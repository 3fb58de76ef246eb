import type { TimeSorter } from "./time-order.ts";

/** The most steps per row, on average, that insertion may take. Beyond it, a radix sort is faster. */
const mostSteps = 4;

/**
 * Sorts times (pairs of 32-bit words) in place, and fills `order` with the rows in their new order. Rows of one time
 * keep their order. Insertion is fast for rows that are nearly sorted; `sorter` takes over for others.
 */
export function sortTimes(times: Int32Array, order: Uint32Array, rows: number, sorter: TimeSorter): void {
  for (let i = 0; i < rows; i++) order[i] = i;
  if (insertAll(times, order, rows)) return;
  const sorted = sorter.order(times, rows).order;
  const from = order.slice(0, rows);
  const former = times.slice(0, 2 * rows);
  for (let i = 0; i < rows; i++) {
    const row = sorted[i];
    order[i] = from[row];
    times[2 * i] = former[2 * row];
    times[2 * i + 1] = former[2 * row + 1];
  }
}

/** Moves each row before those that are later. Returns false, with some rows moved, if that takes too many steps. */
function insertAll(times: Int32Array, order: Uint32Array, rows: number): boolean {
  let left = mostSteps * rows;
  for (let i = 1; i < rows; i++) {
    const low = times[2 * i];
    const high = times[2 * i + 1];
    let at = i;
    while (at > 0 && left >= 0) {
      const highBefore = times[2 * at - 1];
      const lowBefore = times[2 * at - 2];
      if (high > highBefore || (high === highBefore && low >>> 0 >= lowBefore >>> 0)) break;
      times[2 * at] = lowBefore;
      times[2 * at + 1] = highBefore;
      order[at] = order[at - 1];
      at--;
      left--;
    }
    if (at === i) continue;
    times[2 * at] = low;
    times[2 * at + 1] = high;
    order[at] = i;
    if (left < 0) return false;
  }
  return true;
}
