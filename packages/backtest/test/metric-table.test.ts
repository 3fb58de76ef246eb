import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isMetricName, metricNames, metricTable } from "../src/index.ts";
import { volumeNames } from "../src/metrics/table/metric-names.ts";

const fixture = new URL("../../../fixtures/metrics/daily/expected.json", import.meta.url);

describe("the metric table", () => {
  it("has the 107 metrics of the fixtures in their order, then those of volume", () => {
    const { metrics } = JSON.parse(readFileSync(fixture, "utf8")) as { metrics: Record<string, unknown> };
    expect(Object.keys(metrics).length).toBe(107);
    expect(metricNames).toStrictEqual([...Object.keys(metrics), ...volumeNames]);
    expect(Object.keys(metricTable)).toStrictEqual([...metricNames]);
  });
  it("knows its names only", () => {
    expect(metricNames.every(isMetricName)).toBe(true);
    expect(["toString", "", "Sharpe"].some(isMetricName)).toBe(false);
  });
  it("defines every metric", () => {
    for (const { formula, needs } of Object.values(metricTable)) {
      expect(formula.length).toBeGreaterThan(3);
      expect(new Set(needs).size).toBe(needs.length);
    }
  });
});
