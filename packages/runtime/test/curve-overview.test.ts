import { createCurveTables, type PortfolioCurve } from "@atc/backtest";
import { describe, expect, it } from "vitest";
import { curveOverview, decodeOverview, encodeOverview } from "../src/backtest/curve-overview.ts";

/** A curve of minutes whose equity is a function of the row. */
function curveOf(length: number, equityAt: (row: number) => number, timeUnit: "ms" | "ns" = "ms"): PortfolioCurve {
  const scale = timeUnit === "ns" ? 1_000_000n : 1n;
  return {
    timeUnit,
    length,
    read(row, times, equity) {
      for (let i = 0; i < times.length; i++) {
        times[i] = BigInt(Date.UTC(2020, 0, 1) + (row + i) * 60_000) * scale;
        equity[i] = equityAt(row + i);
      }
    },
  };
}

const wave = (row: number): number => 1000 + row / 50 + 300 * Math.sin(row / 700) - ((row * 7919) % 101);

describe("the overview of a curve", () => {
  it("has each point of a short curve", () => {
    const { low, high, fall, length } = curveOverview(curveOf(5, (row) => [10, 5, 20, 8, 20][row] as number));
    expect([length, Array.from(low), Array.from(high)]).toEqual([5, [10, 5, 20, 8, 20], [10, 5, 20, 8, 20]]);
    expect(Array.from(fall)).toEqual([0, -0.5, 0, 8 / 20 - 1, 0]);
  });

  it.each([1, 1023, 1024, 1025, 8192, 8193, 100_003])("of %i points is that of the points of each bucket", (length) => {
    const overview = curveOverview(curveOf(length, wave));
    const count = Math.min(1024, length);
    const expected = Array.from({ length: count }, () => ({ low: Infinity, high: -Infinity, fall: 0 }));
    let peak = -Infinity;
    for (let row = 0; row < length; row++) {
      const bucket = expected[Math.floor((row * count) / length)] as { low: number; high: number; fall: number };
      const value = wave(row);
      peak = Math.max(peak, value);
      bucket.low = Math.min(bucket.low, value);
      bucket.high = Math.max(bucket.high, value);
      bucket.fall = Math.min(bucket.fall, value / peak - 1);
    }
    expect(Array.from(overview.low)).toEqual(expected.map(({ low }) => low));
    expect(Array.from(overview.high)).toEqual(expected.map(({ high }) => high));
    expect(Array.from(overview.fall)).toEqual(expected.map(({ fall }) => fall));
    expect(overview.last - overview.first).toBe(BigInt(length - 1) * 60_000n);
  });

  it.each(["ms", "ns"] as const)("has the months of the tables, in %s", (unit) => {
    const curve = curveOf(150_000, wave, unit);
    const builder = createCurveTables(unit);
    const [times, equity] = [new BigInt64Array(curve.length), new Float64Array(curve.length)];
    curve.read(0, times, equity);
    builder.addBars(times, equity, curve.length);
    const { monthlyReturns } = curveOverview(curve);
    expect(monthlyReturns).toEqual(builder.finish().monthlyReturns);
    expect(monthlyReturns[0]?.months.filter((value) => value !== null)).toHaveLength(4);
  });

  it("has no fall while the peak is 0 or below", () => {
    expect(Array.from(curveOverview(curveOf(3, (row) => -row)).fall)).toEqual([0, 0, 0]);
  });

  it("is stored and read back", () => {
    const overview = curveOverview(curveOf(9000, wave, "ns"));
    const entry = encodeOverview(overview);
    expect(decodeOverview(JSON.parse(JSON.stringify(entry)))).toBeUndefined();
    expect(decodeOverview({ ...entry, attributes: JSON.parse(JSON.stringify(entry.attributes)) })).toEqual(overview);
  });

  it("is missing if its entry has another form", () => {
    const { arrays, attributes = {} } = encodeOverview(curveOverview(curveOf(9, wave)));
    expect(decodeOverview(undefined)).toBeUndefined();
    for (const name of Object.keys(arrays)) {
      expect(decodeOverview({ arrays: { ...arrays, [name]: new Float64Array(3) }, attributes })).toBeUndefined();
      expect(decodeOverview({ arrays: { ...arrays, [name]: new Int8Array(9) }, attributes })).toBeUndefined();
    }
    for (const name of Object.keys(attributes))
      for (const wrong of [null, "x", [1], { a: 1 }])
        expect(decodeOverview({ arrays, attributes: { ...attributes, [name]: wrong } })).toBeUndefined();
    const years = [{ year: 2020, months: [1, 2], total: 3 }];
    expect(decodeOverview({ arrays, attributes: { ...attributes, monthlyReturns: years } })).toBeUndefined();
  });
});
