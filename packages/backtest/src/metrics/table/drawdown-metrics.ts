import { defineMetrics, type MetricDefinitions } from "./metric-definition.ts";
import type { drawdownNames } from "./metric-names.ts";

/** Metrics of drawdowns. */
export const drawdownMetrics: MetricDefinitions<(typeof drawdownNames)[number]> = defineMetrics("drawdowns", {
  maxDrawdownMoney: ["money", "-", ["drawdowns"], "max(M - E)"],
  recoveryFactor: ["ratio", "+", ["drawdowns"], "netProfit / maxDrawdownMoney", "MetaTrader"],
  drawdownCount: ["count", "-", ["drawdowns"], "number of drawdowns, an unfinished one included"],
  averageDrawdown: [
    "part",
    "-",
    ["drawdowns"],
    "mean over the drawdowns of the largest D of each",
    "vectorbt, backtesting.py, ffn",
  ],
  averageDrawdownBars: ["bars", "-", ["drawdowns"], "mean of (end - peak) in bars", "backtesting.py"],
  longestDrawdownBars: ["bars", "-", ["drawdowns"], "largest (end - peak) in bars", "backtesting.py"],
  averageDrawdownDuration: ["ms", "-", ["drawdowns"], "mean of (end - peak) in time", "backtesting.py"],
  longestDrawdownDuration: ["ms", "-", ["drawdowns"], "largest (end - peak) in time", "backtesting.py"],
  timeUnderWater: ["part", "-", ["drawdowns"], "bars with E < M / n"],
  ulcerIndex: ["part", "-", ["drawdowns"], "sqrt(mean(D^2)) over all n bars", "Martin and McCann 1989"],
  painIndex: ["part", "-", ["drawdowns"], "mean(D) over all n bars", "Becker (Zephyr)"],
  ulcerPerformanceIndex: ["ratio", "+", ["drawdowns"], "(cagr - rf) / ulcerIndex", "Martin and McCann 1989"],
  painRatio: ["ratio", "+", ["drawdowns"], "(cagr - rf) / painIndex", "PerformanceAnalytics"],
});
