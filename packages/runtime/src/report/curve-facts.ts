import { createMonthlyReturns, type MonthlyReturns } from "@atc/backtest";
import { createDailyReturns, type ReportCurve } from "@atc/report";

/** What is computed of all points of a curve besides the metrics. */
export interface CurveFacts {
  /** The return of each UTC day that has one, in order. */
  readonly days: Float64Array;
  /** Monthly returns of holding; undefined if the curve has no benchmark. */
  readonly benchmarkMonths: readonly MonthlyReturns[] | undefined;
}

/** Reads equity and benchmark of a curve once. */
export function curveFacts(curve: ReportCurve): CurveFacts {
  const days = createDailyReturns(curve.timeUnit);
  const holding = curve.columns.includes("benchmark") ? createMonthlyReturns(curve.timeUnit) : undefined;
  for (const { times, equity, columns, length } of curve.blocks(["benchmark"])) {
    days.add(times, equity);
    if (columns.benchmark !== undefined) holding?.addBars(times, columns.benchmark, length);
  }
  return { days: days.finish(), benchmarkMonths: holding?.finish() };
}
