import { type DefinitionRow, defineMetrics, type MetricDefinitions } from "./metric-definition.ts";
import type { calendarNames } from "./metric-names.ts";

function extremes(
  part: "days" | "months" | "years",
  period: string,
): Record<"best" | "worst" | "positive", DefinitionRow> {
  const needs = ["lowest", part] as const;
  return {
    best: ["part", "+", needs, `largest return of a ${period}`],
    worst: ["part", "+", needs, `smallest return of a ${period}`],
    positive: ["part", "+", needs, `${period} returns > 0 / ${period} returns`],
  };
}

const day: ReturnType<typeof extremes> = extremes("days", "day");
const month: ReturnType<typeof extremes> = extremes("months", "month");
const year: ReturnType<typeof extremes> = extremes("years", "year");

/** Metrics of days, months and years in UTC. */
export const calendarMetrics: MetricDefinitions<(typeof calendarNames)[number]> = defineMetrics("calendar", {
  bestDay: day.best,
  worstDay: day.worst,
  positiveDays: day.positive,
  bestMonth: month.best,
  worstMonth: month.worst,
  positiveMonths: month.positive,
  bestYear: year.best,
  worstYear: year.worst,
  positiveYears: year.positive,
  days: ["count", "", ["days"], "k: number of day returns"],
  dailyVolatility: ["part a year", "-", ["lowest", "days"], "sd(d) sqrt(Ad)", "quantstats, empyrical on days"],
  dailySharpe: [
    "ratio",
    "+",
    ["lowest", "days"],
    "mean(d - rf / Ad) / sd(d) sqrt(Ad)",
    "quantstats, empyrical on days",
  ],
  dailySortino: [
    "ratio",
    "+",
    ["lowest", "days"],
    "mean(d - rf / Ad) / sqrt(mean(min(d - rf / Ad, 0)^2)) sqrt(Ad)",
    "quantstats, empyrical on days",
  ],
  valueAtRisk: ["part", "+", ["lowest", "days"], "quantile(d, tail), a return: a loss is negative", "empyrical"],
  conditionalValueAtRisk: [
    "part",
    "+",
    ["lowest", "days"],
    "mean of the floor((k - 1) tail) + 1 smallest d",
    "Rockafellar and Uryasev 2000; empyrical",
  ],
  tailRatio: ["ratio", "+", ["lowest", "days"], "abs(quantile(d, 1 - tail)) / abs(quantile(d, tail))", "empyrical"],
  commonSenseRatio: [
    "ratio",
    "+",
    ["lowest", "days"],
    "tailRatio * sum of max(d, 0) / sum of max(-d, 0)",
    "Bernut; quantstats",
  ],
  gainToPain: [
    "ratio",
    "+",
    ["lowest", "months"],
    "sum of the month returns / sum of max(-month return, 0)",
    "Schwager 2012",
  ],
});
