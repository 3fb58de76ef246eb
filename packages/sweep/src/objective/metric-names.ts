import { isMetricName, type MetricName, metricNames, metricTable } from "@atc/backtest";
import { nearest } from "@atc/contract";
import type { KnownKey, KnownNames } from "../expression/compile-tree.ts";
import { spaceFault } from "../space/space-fault.ts";

/** The metrics that are numbers. */
const numberNames: readonly MetricName[] = metricNames.filter((name) => metricTable[name].unit !== "time");

/** The metrics as an expression knows them. */
export const knownMetrics: KnownNames = {
  keys: new Map(numberNames.map((name): [string, KnownKey] => [name, { name, kind: "number" }])),
  noun: "metric",
  hint: (name) =>
    isMetricName(name) ? `"${name}" is a time, and only metrics that are numbers can be used here` : undefined,
};

/**
 * The metrics of a table of results by name, each once.
 *
 * @throws ATC_INVALID_CONFIG for an unknown metric, with the nearest one, and for a time
 */
export function metricsOf(names: readonly string[], origin: string): readonly MetricName[] {
  const known = numberNames.filter((name) => names.includes(name));
  for (const name of names) {
    if (known.some((one) => one === name)) continue;
    const meant = nearest(name, numberNames);
    const unknown = `there is no metric "${name}"${meant === undefined ? "" : `; did you mean "${meant}"?`}`;
    throw spaceFault(origin, knownMetrics.hint?.(name) ?? unknown);
  }
  return [...new Set(names)] as readonly MetricName[];
}
