import type { Series } from "@atc/contract";
import { defaultBlockLength } from "../run/decided-bars.ts";
import { timeUnitOf } from "../run/read-columns.ts";
import type { RowSpan } from "./decision-blocks.ts";

/** Options of {@link cutRows}. */
export interface CutRowsOptions {
  /** How many rows to choose by chance, evenly spread. Every second one is moved to the end of its week. */
  readonly cuts: number;
  /** Chooses other rows. */
  readonly seed: number;
}

/** Rows that are searched for the end of a week. */
const mostWeekRows = 16_384;
const dayMs = 86_400_000n;
/** Days from the Monday before 1970-01-01 to that day. */
const mondayOffset = 3n;

/** Numbers from 0 (inclusive) to 1 (exclusive), the same for the same seed: mulberry32. */
function seededNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The first row after `row` that is in a later week, Monday to Sunday in UTC; `row` if none is near. */
function rowOfNextWeek(series: Series, row: number, to: number): number {
  const perDay = timeUnitOf(series) === "ns" ? dayMs * 1_000_000n : dayMs;
  let week: bigint | undefined;
  const span = { columns: ["timestamp"], from: row, to: Math.min(to, row + mostWeekRows) };
  for (const block of series.blocks(span)) {
    const times = block.times();
    for (let i = 0; i < block.length; i++) {
      const own = (times[i] / perDay + mondayOffset) / 7n;
      week ??= own;
      if (own !== week) return block.row + i;
    }
  }
  return row;
}

/**
 * Rows at which to end the data of a check, exclusive and rising: chosen by chance, at ends of weeks, after the first
 * and before the last row, and at the boundaries of the blocks that a backtest reads.
 */
export function cutRows(series: Series, { start, to }: RowSpan, { cuts, seed }: CutRowsOptions): readonly number[] {
  const random = seededNumbers(seed);
  const rows = new Set<number>([start + 1, to - 1]);
  for (let row = start + defaultBlockLength; row < to; row += defaultBlockLength) rows.add(row);
  for (let i = 0; i < cuts; i++) {
    const row = start + 1 + Math.floor(((i + random()) / cuts) * (to - start - 1));
    rows.add(i % 2 === 0 ? row : rowOfNextWeek(series, row, to));
  }
  return [...rows].filter((row) => row > start && row < to).sort((a, b) => a - b);
}
