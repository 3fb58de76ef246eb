import { type MetricName, metricNames } from "@atc/backtest";
import { defaultMetrics } from "@atc/sweep";

/** The metrics that every evaluation has, because they cost next to nothing. */
const cheapMetrics: readonly MetricName[] = [...defaultMetrics, "cagr", "volatility", "calmar", "exposure"];

/**
 * The metrics that are computed and stored if some are wanted. The cheap ones are always among them, so that a sweep
 * with another objective finds the results of the one before.
 */
export function storedMetrics(wanted: readonly MetricName[]): readonly MetricName[] {
  return metricNames.filter((name) => cheapMetrics.includes(name) || wanted.includes(name));
}
