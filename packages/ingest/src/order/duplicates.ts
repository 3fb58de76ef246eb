/** What becomes of rows of one symbol and time; `error` counts them as `keep-all` does, the caller stops. */
export type DuplicatePolicy = "keep-all" | "keep-last" | "keep-first" | "error";

/** What was found at equal times. */
export interface Duplicates {
  /** Rows whose time a row ahead of them has too. */
  readonly count: number;
  /** Place of the first in the order, -1 where there is none. */
  readonly first: number;
  /** Rows left in the order. */
  readonly kept: number;
  /** Pairs of such a row and the one just ahead of it. */
  readonly pairs: Uint32Array;
}

/** Finds rows of equal time in `order` and takes out of it, in place, those that the policy leaves out. */
export function resolveDuplicates(
  times: Int32Array,
  order: Uint32Array,
  length: number,
  policy: DuplicatePolicy,
): Duplicates {
  const drops = policy === "keep-last" || policy === "keep-first";
  const ties = countTies(times, order, length);
  if (ties.count === 0) return { count: 0, first: -1, kept: length, pairs: new Uint32Array(0) };
  const pairs = new Uint32Array(2 * ties.count);
  let kept = ties.first;
  let count = 0;
  let previous = order[ties.first - 1];
  for (let i = ties.first; i < length; i++) {
    const row = order[i];
    const same = sameTime(times, row, previous);
    if (same) {
      pairs[2 * count] = row;
      pairs[2 * count + 1] = previous;
      count++;
    }
    if (!same || !drops) order[kept++] = row;
    else if (policy === "keep-last") order[kept - 1] = row;
    previous = row;
  }
  return { count, first: ties.first, kept, pairs };
}

function countTies(times: Int32Array, order: Uint32Array, length: number): { count: number; first: number } {
  let count = 0;
  let first = -1;
  for (let i = 1; i < length; i++) if (sameTime(times, order[i], order[i - 1]) && count++ === 0) first = i;
  return { count, first };
}

function sameTime(times: Int32Array, a: number, b: number): boolean {
  return times[2 * a] === times[2 * b] && times[2 * a + 1] === times[2 * b + 1];
}
