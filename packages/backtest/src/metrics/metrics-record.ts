import type { Metrics } from "../statistics/metrics.ts";
import type { MetricName } from "./table/metric-names.ts";

/** The metrics that are computed only if they are wanted: a figure, or null if it is undefined or not finite. */
export type MoreMetricName = Exclude<MetricName, keyof Metrics>;

/**
 * The metrics of an account or a portfolio, flat, under their names in JSON: the first 23 always, the others if they
 * were wanted. `metricTable` defines each of them.
 */
export type MetricRecord = Metrics & { readonly [Name in MoreMetricName]?: number | null };
