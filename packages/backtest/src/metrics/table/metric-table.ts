import { accountMetrics, returnMetrics } from "./account-metrics.ts";
import { benchmarkMetrics, volumeMetrics } from "./benchmark-metrics.ts";
import { calendarMetrics } from "./calendar-metrics.ts";
import { drawdownMetrics } from "./drawdown-metrics.ts";
import type { MetricDefinitions } from "./metric-definition.ts";
import { type MetricName, metricNames } from "./metric-names.ts";
import { tradeMetrics } from "./trade-metrics.ts";

/** Every metric's definition by name, in the order of JSON. `docs/metrics.md` explains the symbols of the formulas. */
export const metricTable: MetricDefinitions<MetricName> = Object.freeze({
  ...accountMetrics,
  ...returnMetrics,
  ...drawdownMetrics,
  ...calendarMetrics,
  ...tradeMetrics,
  ...benchmarkMetrics,
  ...volumeMetrics,
});

/** Whether a text is the name of a metric. */
export function isMetricName(text: string): text is MetricName {
  return Object.hasOwn(metricTable, text);
}

/** Names that formulas use as plain words. */
const plainWords: readonly MetricName[] = ["bars", "start", "end", "trades", "fees", "days"];

/** The metrics that the formula of a metric uses, in the order of the table. */
export function metricsIn(name: MetricName): readonly MetricName[] {
  const words = new Set(metricTable[name].formula.match(/[A-Za-z0-9]+/g));
  return metricNames.filter((one) => one !== name && words.has(one) && !plainWords.includes(one));
}
