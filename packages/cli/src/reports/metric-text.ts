import { type MetricName, metricTable } from "@atc/runtime";
import { integer, percent, ratio } from "../text/number-format.ts";

/** A metric for people, in its unit; a dash if it has no value. */
export function metricText(name: MetricName, value: number | null | undefined): string {
  if (typeof value !== "number" || !Number.isFinite(value)) return "-";
  const { unit, better } = metricTable[name];
  switch (unit) {
    case "part":
    case "part a year":
      // Only gains and losses have a sign.
      return better === "+" ? percent(value) : percent(value).replace("+", "");
    case "count":
    case "bars":
      return integer(value);
    default:
      return Math.abs(value) >= 1000 ? integer(value) : ratio(value);
  }
}
