import type { SeriesRows } from "./row-buffer.ts";

/** What becomes of rows of one symbol and time; `error` counts them as `keep-all` does, the caller stops. */
export type DuplicatePolicy = "keep-all" | "keep-last" | "keep-first" | "error";

/** What was found at equal times. */
export interface Duplicates {
  /** Rows whose time a row ahead of them has too. */
  readonly count: number;
  /** Of these, rows equal to the row just ahead of them in every column. */
  readonly identical: number;
  /** Rows left out. */
  readonly dropped: number;
  /** Place of the first duplicate in the order, -1 where there is none. */
  readonly first: number;
}

/** Finds rows of equal time in `order` and takes out of it, in place, those that the policy leaves out. */
export function resolveDuplicates(
  rows: SeriesRows,
  order: Uint32Array,
  policy: DuplicatePolicy,
  slots: number,
): Duplicates {
  const { times, length } = rows;
  const drops = policy === "keep-last" || policy === "keep-first";
  let kept = 0;
  let count = 0;
  let identical = 0;
  let first = -1;
  let previous = -1;
  let previousLow = 0;
  let previousHigh = 0;
  for (let i = 0; i < length; i++) {
    const row = order[i] as number;
    const low = times[2 * row] as number;
    const high = times[2 * row + 1] as number;
    const same = low === previousLow && high === previousHigh && previous >= 0;
    if (same) {
      if (count++ === 0) first = i;
      if (sameValues(rows.valueWords, 2 * slots, row, previous)) identical++;
    }
    previous = row;
    previousLow = low;
    previousHigh = high;
    if (!same || !drops) order[kept++] = row;
    else if (policy === "keep-last") order[kept - 1] = row;
  }
  return { count, identical, dropped: length - kept, first };
}

function sameValues(words: Int32Array, width: number, a: number, b: number): boolean {
  for (let w = 0; w < width; w++) if (words[a * width + w] !== words[b * width + w]) return false;
  return true;
}
