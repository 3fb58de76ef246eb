import type { SeriesCursor } from "./series-cursor.ts";

/** What happens to new rows at a time that the dataset already has. */
export type OverlapPolicy = "restate" | "keep" | "error";

/** What a merge of new rows into stored rows counts. */
export interface MergeCounts {
  /** New rows at times that the stored rows do not have. */
  added: number;
  /** New rows that replaced different stored rows of their time. */
  restated: number;
  /** New rows that are already stored with the same values. */
  unchanged: number;
  /** New rows that were dropped because different rows of their time are stored. */
  ignored: number;
  /** The first stored row that the merge changes or inserts a row before; -1 if nothing changes. */
  firstStored: number;
  /** The first new row at that place. */
  firstNew: number;
  /** Rows of the merged series from `firstStored` to its end. */
  rows: number;
  /** The first time at which stored and new rows differ, as two 32-bit words; undefined if there is none. */
  conflict: readonly [low: number, high: number] | undefined;
}

/** Receives merged rows. */
export interface MergeTarget {
  /**
   * Takes up to `count` rows of the cursor, starting at its current row; returns how many: at least one unless it is
   * full.
   */
  take(cursor: SeriesCursor, count: number): number;
  /** Whether it must be emptied before it takes the next row. */
  isFull(): boolean;
}

/** Takes all rows and stores none: for a merge that only counts. */
export const countingTarget: MergeTarget = { take: (_, count) => count, isFull: () => false };

/**
 * Merges two series, each sorted by time. The rows of one time are one unit: if both series have a time, the merge
 * takes all rows of one series or all rows of the other. Yields if the target is full, and at the end of each block.
 */
export function* mergeSeries(
  stored: SeriesCursor,
  added: SeriesCursor,
  policy: OverlapPolicy,
  target: MergeTarget,
): Generator<void, MergeCounts> {
  const counts: MergeCounts = {
    added: 0,
    restated: 0,
    unchanged: 0,
    ignored: 0,
    firstStored: -1,
    firstNew: -1,
    rows: 0,
    conflict: undefined,
  };
  for (;;) {
    if (target.isFull()) yield;
    if (stored.at === stored.end || added.at === added.end) yield;
    const hasStored = isReady(stored);
    const hasAdded = isReady(added);
    if (!hasStored && !hasAdded) return counts;
    const order = hasStored && hasAdded ? compare(stored, added) : hasStored ? -1 : 1;
    if (order < 0) pass(stored, target, counts, hasAdded ? rowsBefore(stored, added) : stored.end - stored.at);
    else if (order > 0) {
      markChange(counts, stored.base + stored.at, added.base + added.at);
      counts.added += pass(added, target, counts, hasStored ? rowsBefore(added, stored) : added.end - added.at);
    } else yield* mergeTime(stored, added, policy, target, counts);
  }
}

/** Merges the rows of the time that both cursors have reached. */
function* mergeTime(
  stored: SeriesCursor,
  added: SeriesCursor,
  policy: OverlapPolicy,
  target: MergeTarget,
  counts: MergeCounts,
): Generator<void, void> {
  const low = added.words[2 * added.at];
  const high = added.words[2 * added.at + 1];
  const place = [stored.base + stored.at, added.base + added.at] as const;
  const before = counts.rows;
  let same = true;
  let rows = 0;
  for (;;) {
    if (target.isFull()) yield;
    const hasStored = isReady(stored) && isAt(stored, low, high);
    const hasAdded = isReady(added) && isAt(added, low, high);
    if (!hasStored && !hasAdded) break;
    if (same) same = hasStored && hasAdded && isSameRow(stored, added);
    if (hasStored) step(stored, policy !== "restate", target, counts);
    if (hasAdded) {
      step(added, policy === "restate", target, counts);
      rows++;
    }
  }
  if (same) counts.unchanged += rows;
  else if (policy === "restate") {
    counts.restated += rows;
    if (counts.firstStored < 0) {
      const own = counts.rows - before;
      markChange(counts, ...place);
      counts.rows = own;
    }
  } else counts.ignored += rows;
  if (!same) counts.conflict ??= [low, high];
}

function step(cursor: SeriesCursor, taken: boolean, target: MergeTarget, counts: MergeCounts): void {
  if (taken) pass(cursor, target, counts, 1);
  else cursor.at++;
}

function pass(cursor: SeriesCursor, target: MergeTarget, counts: MergeCounts, count: number): number {
  const taken = target.take(cursor, count);
  cursor.at += taken;
  counts.rows += taken;
  return taken;
}

function markChange(counts: MergeCounts, stored: number, added: number): void {
  if (counts.firstStored >= 0) return;
  counts.firstStored = stored;
  counts.firstNew = added;
  counts.rows = 0;
}

function isReady(cursor: SeriesCursor): boolean {
  return cursor.at < cursor.end || cursor.refill();
}

function isAt({ words, at }: SeriesCursor, low: number, high: number): boolean {
  return words[2 * at] === low && words[2 * at + 1] === high;
}

/** Negative if `a` is at an earlier time than `b`, 0 if at the same time, positive if at a later time. */
function compare(a: SeriesCursor, b: SeriesCursor): number {
  const high = a.words[2 * a.at + 1] - b.words[2 * b.at + 1];
  return high !== 0 ? high : (a.words[2 * a.at] >>> 0) - (b.words[2 * b.at] >>> 0);
}

/** Rows of the first cursor's block, from its current row, that are earlier than the current row of `b`. */
function rowsBefore({ words, at, end }: SeriesCursor, b: SeriesCursor): number {
  const limitLow = b.words[2 * b.at] >>> 0;
  const limitHigh = b.words[2 * b.at + 1];
  let row = at;
  for (; row < end; row++) {
    const high = words[2 * row + 1];
    if (high > limitHigh || (high === limitHigh && words[2 * row] >>> 0 >= limitLow)) break;
  }
  return row - at;
}

/** Whether the current rows hold the same values; NaN is NaN. */
function isSameRow(a: SeriesCursor, b: SeriesCursor): boolean {
  for (let c = 0; c < a.values.length; c++) {
    if (!Object.is(a.values[c][a.at], b.values[c][b.at])) return false;
  }
  return true;
}
