import type { TimeUnit } from "../../base/calendar.ts";
import { type BarChunk, millisecondsAt } from "../bar-chunk.ts";
import { monthOf } from "../calendar-period.ts";
import { createPeriodReturns, type PeriodReturns } from "../parts/period-returns.ts";
import { createChunkedBars } from "./chunked-bars.ts";

/** The returns of one year; null for a period without a bar after bar 0, or with a base of 0 or less. */
export interface MonthlyReturns {
  /** The year, in UTC. */
  readonly year: number;
  /** Twelve returns, from January on. */
  readonly months: readonly (number | null)[];
  /** The return of the whole year, from its own base. */
  readonly total: number | null;
}

/** Builds the monthly returns of an equity curve, block by block. Memory grows with the months. */
export interface MonthlyReturnsBuilder {
  /** Adds the next `length` bars; times are sorted. */
  addBars(times: BigInt64Array, equity: Float64Array, length: number): void;
  /** One row per year from the first bar's to the last bar's; none without bars. Nothing may be added afterwards. */
  finish(): readonly MonthlyReturns[];
}

/** The part that collects the returns of months and years, and its rows after it is finished. */
export function createMonthTable(unit: TimeUnit): PeriodReturns & { rows(): readonly MonthlyReturns[] } {
  const months = new Map<number, number>();
  const years = new Map<number, number>();
  const parts = [
    createPeriodReturns("month", (values, ends, count) => {
      for (let i = 0; i < count; i++) months.set(monthOf(ends[i]) - 1, values[i]);
    }),
    createPeriodReturns("year", (values, ends, count) => {
      for (let i = 0; i < count; i++) years.set(monthOf(ends[i]) / 12 - 1, values[i]);
    }),
  ];
  let firstMonth = 0;
  let lastMonth = -1;
  const monthAt = ({ words }: BarChunk, place: number): number => monthOf(millisecondsAt(words, place, unit));
  return {
    begin(chunk) {
      for (const part of parts) part.begin(chunk);
      firstMonth = monthAt(chunk, 0);
    },
    add(chunk) {
      for (const part of parts) part.add(chunk);
    },
    finish(chunk) {
      for (const part of parts) part.finish(chunk);
      lastMonth = monthAt(chunk, chunk.length);
    },
    rows() {
      const rows: MonthlyReturns[] = [];
      if (lastMonth < firstMonth) return rows;
      for (let year = Math.floor(firstMonth / 12); year <= Math.floor(lastMonth / 12); year++)
        rows.push({
          year,
          months: Array.from({ length: 12 }, (_, i) => months.get(12 * year + i) ?? null),
          total: years.get(year) ?? null,
        });
      return rows;
    },
  };
}

/** Creates the monthly returns of no bars. */
export function createMonthlyReturns(unit: TimeUnit): MonthlyReturnsBuilder {
  const table = createMonthTable(unit);
  const { addBars, finish } = createChunkedBars(unit, [table]);
  return {
    addBars,
    finish: () => (finish() ? table.rows() : []),
  };
}
