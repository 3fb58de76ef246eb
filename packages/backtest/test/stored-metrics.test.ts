import { isAtcError } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { backtestSeries, decodeMetrics, type Metrics, memorySeries, strategyOf } from "../src/index.ts";

const long = strategyOf("long", () => (_, directions) => void directions.fill(1), { version: 1 });

function metricsOf(closes: readonly number[], firstTime = 0n): Metrics {
  const timestamp = BigInt64Array.from(closes, (_, i) => firstTime + BigInt(i) * 86_400_000n);
  return backtestSeries(memorySeries("A", { timestamp, close: Float64Array.from(closes) }), { strategy: long }).metrics;
}
const plain = (metrics: Metrics): Record<string, unknown> => JSON.parse(JSON.stringify(metrics));

function refusal(value: unknown): string {
  try {
    decodeMetrics(value);
  } catch (error) {
    expect(isAtcError(error, "ATC_CORRUPT_DATA")).toBe(true);
    return String(error);
  }
  return "none";
}

describe("decodeMetrics", () => {
  it.each<[string, Metrics]>([
    ["a rise and a fall", metricsOf([100, 120, 90, 130])],
    ["one bar, whose figures are null", metricsOf([100])],
    ["times before 1970", metricsOf([100, 101], -99_999_999_999_999n)],
    ["times that no date can hold", metricsOf([100, 101], 9_000_000_000_000_000n)],
  ])("decodes metrics of %s, member by member in their order", (_, metrics) => {
    expect(decodeMetrics(plain(metrics))).toEqual(metrics);
    const shuffled = Object.fromEntries(Object.entries(plain(metrics)).reverse());
    expect(JSON.stringify(decodeMetrics(shuffled))).toBe(JSON.stringify(metrics));
  });

  it("names the member that is missing or of another type", () => {
    const metrics = plain(metricsOf([100, 120, 90]));
    for (const name of Object.keys(metrics)) {
      const { [name]: _, ...rest } = metrics;
      expect(refusal(rest), name).toContain(`"${name}"`);
      for (const value of [true, [], {}, "x"])
        expect(refusal({ ...metrics, [name]: value }), name).toContain(`"${name}"`);
    }
    for (const name of ["bars", "trades"])
      for (const value of [-1, 0.5, null]) expect(refusal({ ...metrics, [name]: value })).toContain(`"${name}"`);
    for (const name of ["start", "end", "fees"]) expect(refusal({ ...metrics, [name]: null })).toContain(`"${name}"`);
    expect(refusal({ ...metrics, sharpe: Number.NaN })).toContain('"sharpe"');
    expect(refusal({ ...metrics, omegas: 1 })).toContain('"omegas"');
    expect(refusal({ ...metrics, omega: "1" })).toContain('"omega"');
    expect(decodeMetrics({ ...metrics, omega: 1 })).toEqual({ ...metrics, omega: 1 });
    for (const value of [null, undefined, 1, "x", []]) expect(refusal(value)).not.toBe("none");
  });
});
