import type { TimeUnit } from "../../base/calendar.ts";
import { chunkBars, createBarChunk, millisecondsAt, turnChunk } from "../bar-chunk.ts";
import { monthOf } from "../calendar-period.ts";
import { createDrawdownEpisodes, type Drawdown } from "../parts/drawdown-episodes.ts";
import { createPeriodReturns } from "../parts/period-returns.ts";

/** The returns of one year; null for a period without a bar after bar 0, or with a base of 0 or less. */
export interface MonthlyReturns {
  /** The year, in UTC. */
  readonly year: number;
  /** Twelve returns, from January on. */
  readonly months: readonly (number | null)[];
  /** The return of the whole year, from its own base. */
  readonly total: number | null;
}

/** The tables of one equity curve. */
export interface CurveTables {
  /** One row per year from the first bar's to the last bar's. */
  readonly monthlyReturns: readonly MonthlyReturns[];
  /** All drawdowns, deepest first; earlier first if two are equally deep. */
  readonly drawdowns: readonly Drawdown[];
}

/** Builds tables of an equity curve, block by block. */
export interface CurveTablesBuilder {
  /** Adds the next `length` bars; times are sorted. */
  addBars(times: BigInt64Array, equity: Float64Array, length: number): void;
  /** The tables of all bars. Nothing may be added afterwards. */
  finish(): CurveTables;
}

function monthRows(
  firstMonth: number,
  lastMonth: number,
  months: ReadonlyMap<number, number>,
  years: ReadonlyMap<number, number>,
): MonthlyReturns[] {
  const rows: MonthlyReturns[] = [];
  for (let year = Math.floor(firstMonth / 12); year <= Math.floor(lastMonth / 12); year++)
    rows.push({
      year,
      months: Array.from({ length: 12 }, (_, i) => months.get(12 * year + i) ?? null),
      total: years.get(year) ?? null,
    });
  return rows;
}

/** Creates the tables of no bars. Memory grows with months and drawdowns, not with bars. */
export function createCurveTables(unit: TimeUnit): CurveTablesBuilder {
  const chunk = createBarChunk(unit);
  const months = new Map<number, number>();
  const years = new Map<number, number>();
  const drawdowns: Drawdown[] = [];
  const parts = [
    createPeriodReturns("month", (values, ends, count) => {
      for (let i = 0; i < count; i++) months.set(monthOf(ends[i]) - 1, values[i]);
    }),
    createPeriodReturns("year", (values, ends, count) => {
      for (let i = 0; i < count; i++) years.set(monthOf(ends[i]) / 12 - 1, values[i]);
    }),
    createDrawdownEpisodes((drawdown) => drawdowns.push(drawdown)),
  ];
  let isStarted = false;
  let firstMonth = 0;

  function copyRows(times: BigInt64Array, equity: Float64Array, from: number, to: number, place: number): void {
    chunk.times.set(times.subarray(from, to), place);
    chunk.equity.set(equity.subarray(from, to), place);
  }

  return {
    addBars(times, equity, length) {
      if (length === 0) return;
      let from = 0;
      if (!isStarted) {
        copyRows(times, equity, 0, 1, 0);
        for (const part of parts) part.begin(chunk);
        firstMonth = monthOf(millisecondsAt(chunk.words, 0, unit));
        isStarted = true;
        from = 1;
      }
      while (from < length) {
        const to = Math.min(length, from + chunkBars - chunk.length);
        copyRows(times, equity, from, to, chunk.length + 1);
        chunk.length += to - from;
        from = to;
        if (chunk.length < chunkBars) continue;
        for (const part of parts) part.add(chunk);
        turnChunk(chunk);
      }
    },
    finish() {
      if (!isStarted) return { monthlyReturns: [], drawdowns: [] };
      for (const part of parts) {
        part.add(chunk);
        part.finish(chunk);
      }
      const lastMonth = monthOf(millisecondsAt(chunk.words, chunk.length, unit));
      return {
        monthlyReturns: monthRows(firstMonth, lastMonth, months, years),
        // The sort keeps the order of equal depths.
        drawdowns: drawdowns.sort((a, b) => b.depth - a.depth),
      };
    },
  };
}
