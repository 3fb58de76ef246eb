import type { TimeUnit } from "../../base/calendar.ts";
import { createDrawdownEpisodes, type Drawdown } from "../parts/drawdown-episodes.ts";
import { createChunkedBars } from "./chunked-bars.ts";
import { createMonthTable, type MonthlyReturns } from "./monthly-returns.ts";

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

/** Creates the tables of no bars. Memory grows with months and drawdowns, not with bars. */
export function createCurveTables(unit: TimeUnit): CurveTablesBuilder {
  const months = createMonthTable(unit);
  const drawdowns: Drawdown[] = [];
  const { addBars, finish } = createChunkedBars(unit, [
    months,
    createDrawdownEpisodes((drawdown) => drawdowns.push(drawdown)),
  ]);
  return {
    addBars,
    finish() {
      if (!finish()) return { monthlyReturns: [], drawdowns: [] };
      // The sort keeps the order of equal depths.
      return { monthlyReturns: months.rows(), drawdowns: drawdowns.sort((a, b) => b.depth - a.depth) };
    },
  };
}
