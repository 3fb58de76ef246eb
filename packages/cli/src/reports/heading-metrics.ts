import { type MetricName, metricNames } from "@atc/runtime";

/** The metrics of the columns of the backtest's table whose headings are not their names. */
const headingMetrics: Readonly<Record<string, MetricName>> = {
  beforecosts: "grossReturn",
  buyhold: "buyAndHold",
  maxdd: "maxDrawdown",
  pf: "profitFactor",
  return: "totalReturn",
  won: "winRate",
};

/** A name without capitals, blanks and signs. */
function folded(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/**
 * The metric that a text names, in any spelling (`max_drawdown`), or as the heading of its column in the table of a
 * backtest (`max DD`); undefined if there is none.
 */
export function metricNamed(text: string): MetricName | undefined {
  const wanted = folded(text);
  if (Object.hasOwn(headingMetrics, wanted)) return headingMetrics[wanted];
  return metricNames.find((name) => name === text) ?? metricNames.find((name) => folded(name) === wanted);
}
