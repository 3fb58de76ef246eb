import type { TimeSorter } from "./time-order.ts";

/** Steps a row that insertion may take on average; beyond, a sort in passes is faster. */
const mostSteps = 4;

/**
 * Sorts the times of rows that are nearly in order, as pairs of 32-bit words, in place; `order` gets the rows in their new order. Rows of one time stay in theirs.
 * Where they are far from in order, `sorter` takes over.
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

/** Moves each row ahead of those that are later; false, with some of it done, where that takes too many steps. */
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
