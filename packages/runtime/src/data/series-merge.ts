import type { SeriesCursor } from "./series-cursor.ts";

/** What becomes of rows at a time that the dataset has already. */
export type OverlapPolicy = "restate" | "keep" | "error";

/** What a merge of new rows into stored ones gives. */
export interface MergeCounts {
  /** New rows at times that the stored rows do not have. */
  added: number;
  /** New rows that took the place of other stored ones of their time. */
  restated: number;
  /** New rows that are stored already, value for value. */
  unchanged: number;
  /** New rows that gave way to other stored ones of their time. */
  ignored: number;
  /** The first stored row that the merge changes or comes ahead of; -1 where it changes nothing. */
  firstStored: number;
  /** The new row that comes first there. */
  firstNew: number;
  /** Rows from `firstStored` on. */
  rows: number;
  /** The first time at which both have rows that differ, as a pair of words; undefined where there is none. */
  conflict: readonly [low: number, high: number] | undefined;
}

/** Where merged rows go. */
export interface MergeTarget {
  /** Takes up to `count` rows of the cursor from its current row on; tells how many, at least one where it is not full. */
  take(cursor: SeriesCursor, count: number): number;
  /** Whether it must be emptied before the next row. */
  isFull(): boolean;
}

/** Takes all rows and keeps none: for a merge that only counts. */
export const countingTarget: MergeTarget = { take: (_, count) => count, isFull: () => false };

/**
 * Merges two series, each sorted by time. The rows of one time are one unit: where both series have a time, all rows of the one or all rows of the
 * other are taken. Yields whenever the target is full, and at the end of each block.
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

/** Merges the rows of the time at which both cursors are. */
function* mergeTime(
  stored: SeriesCursor,
  added: SeriesCursor,
  policy: OverlapPolicy,
  target: MergeTarget,
  counts: MergeCounts,
): Generator<void, void> {
  const low = added.words[2 * added.at] as number;
  const high = added.words[2 * added.at + 1] as number;
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

/** Below 0 where `a` is at an earlier time than `b`, 0 at the same, above 0 at a later one. */
function compare(a: SeriesCursor, b: SeriesCursor): number {
  const high = (a.words[2 * a.at + 1] as number) - (b.words[2 * b.at + 1] as number);
  return high !== 0 ? high : ((a.words[2 * a.at] as number) >>> 0) - ((b.words[2 * b.at] as number) >>> 0);
}

/** Rows of `a`'s block, from its current one on, that are earlier than `b`'s current row. */
function rowsBefore({ words, at, end }: SeriesCursor, b: SeriesCursor): number {
  const limitLow = (b.words[2 * b.at] as number) >>> 0;
  const limitHigh = b.words[2 * b.at + 1] as number;
  let row = at;
  for (; row < end; row++) {
    const high = words[2 * row + 1] as number;
    if (high > limitHigh || (high === limitHigh && (words[2 * row] as number) >>> 0 >= limitLow)) break;
  }
  return row - at;
}

/** Whether the current rows hold the same values; NaN is NaN. */
function isSameRow(a: SeriesCursor, b: SeriesCursor): boolean {
  for (let c = 0; c < a.values.length; c++) {
    const x = (a.values[c] as ArrayLike<number>)[a.at] as number;
    const y = (b.values[c] as ArrayLike<number>)[b.at] as number;
    if (!Object.is(x, y)) return false;
  }
  return true;
}
