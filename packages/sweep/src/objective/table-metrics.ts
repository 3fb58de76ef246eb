import type { MetricName } from "@atc/backtest";
import type { SweepDefinition } from "../space/sweep-definition.ts";
import { metricsOf } from "./metric-names.ts";
import type { Objective, Requirements } from "./objective.ts";

/** The metrics of a sweep that names none. */
export const defaultMetrics: readonly MetricName[] = Object.freeze([
  "totalReturn",
  "sharpe",
  "sortino",
  "maxDrawdown",
  "trades",
  "fees",
]);

/**
 * The metrics in the table of a sweep: those of the definition, and those that objective and requirements read.
 *
 * @throws ATC_INVALID_CONFIG for an unknown metric, with the nearest one, and for a time
 */
export function sweepMetrics(
  { metrics, origins = {} }: Pick<SweepDefinition, "metrics" | "origins">,
  objective: Objective,
  requirements?: Requirements,
): readonly MetricName[] {
  const named = metrics === undefined ? defaultMetrics : metricsOf(metrics, origins["metrics"] ?? "metrics");
  return [...new Set([...named, ...objective.terms.map(({ metric }) => metric), ...(requirements?.metrics ?? [])])];
}
