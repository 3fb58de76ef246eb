import { isSameTime } from "./time-words.ts";

/**
 * Which rows of one symbol and time are kept: all, the last or the first in the source. `error` stops the ingest with
 * ATC_INVALID_DATA.
 */
export type DuplicatePolicy = "keep-all" | "keep-last" | "keep-first" | "error";

/** Rows of equal times in an order. */
export interface Duplicates {
  /** Rows with the time of a row before them. */
  readonly count: number;
  /** The place of the first of them; -1 if there is none. */
  readonly first: number;
  /** Rows that stay in the order. */
  readonly kept: number;
  /** Pairs of such a row and the one just before it. */
  readonly pairs: Uint32Array;
}

/** Finds rows of equal time in `order`, and removes those that the policy drops, in place. `error` removes none. */
export function resolveDuplicates(
  times: Int32Array,
  order: Uint32Array,
  length: number,
  policy: DuplicatePolicy,
): Duplicates {
  const drops = policy === "keep-last" || policy === "keep-first";
  const equalTimes = countEqualTimes(times, order, length);
  if (equalTimes.count === 0) return { count: 0, first: -1, kept: length, pairs: new Uint32Array(0) };
  const pairs = new Uint32Array(2 * equalTimes.count);
  let kept = equalTimes.first;
  let count = 0;
  let previous = order[equalTimes.first - 1];
  for (let i = equalTimes.first; i < length; i++) {
    const row = order[i];
    const same = isSameTime(times, row, previous);
    if (same) {
      pairs[2 * count] = row;
      pairs[2 * count + 1] = previous;
      count++;
    }
    if (!same || !drops) order[kept++] = row;
    else if (policy === "keep-last") order[kept - 1] = row;
    previous = row;
  }
  return { count, first: equalTimes.first, kept, pairs };
}

function countEqualTimes(times: Int32Array, order: Uint32Array, length: number): { count: number; first: number } {
  let count = 0;
  let first = -1;
  for (let i = 1; i < length; i++) if (isSameTime(times, order[i], order[i - 1]) && count++ === 0) first = i;
  return { count, first };
}
