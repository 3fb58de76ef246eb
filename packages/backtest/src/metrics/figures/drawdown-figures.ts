import type { drawdownNames } from "../table/metric-names.ts";
import type { FigureContext, Figures } from "./figure-context.ts";

/** The figures of drawdowns; undefined if nothing needs them. */
export function drawdownFigures(context: FigureContext): Figures<(typeof drawdownNames)[number]> | undefined {
  const { parts, totals, first, riskFreeRate } = context;
  if (parts.drawdowns === undefined) return undefined;
  const { sums } = parts.drawdowns;
  const { bars, last, first: start } = totals.statistics;
  const ulcerIndex = Math.sqrt(sums.squares / bars);
  const painIndex = sums.falls / bars;
  const excess = first.cagr === null ? Number.NaN : first.cagr - riskFreeRate;
  const none = sums.count === 0;
  return {
    maxDrawdownMoney: sums.money,
    recoveryFactor: (last - start) / sums.money,
    drawdownCount: sums.count,
    averageDrawdown: sums.depths / sums.count,
    averageDrawdownBars: sums.bars / sums.count,
    longestDrawdownBars: none ? Number.NaN : sums.longestBars,
    averageDrawdownDuration: sums.durations / sums.count,
    longestDrawdownDuration: none ? Number.NaN : sums.longestDuration,
    timeUnderWater: sums.underWater / bars,
    ulcerIndex,
    painIndex,
    ulcerPerformanceIndex: excess / ulcerIndex,
    painRatio: excess / painIndex,
  };
}
