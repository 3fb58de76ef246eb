import { describe, expect, it } from "vitest";
import { axisRange } from "../src/view/axis-range.ts";
import { linearTicks, logTicks } from "../src/view/ticks.ts";

describe("the axis of values", () => {
  it("has room above and below", () => {
    expect(axisRange(0, 100, false)).toEqual([-4, 104]);
    expect(axisRange(-50, -10, false)).toEqual([-51.6, -8.4]);
    const [low, high] = axisRange(1, 100, true);
    expect(low).toBeLessThan(1);
    expect(high).toBeGreaterThan(100);
  });

  it("has a range for a constant, for nothing, and for values that are not finite", () => {
    expect(axisRange(10_000, 10_000, false)).toEqual([9900, 10_100]);
    expect(axisRange(0, 0, false)).toEqual([-1, 1]);
    expect(axisRange(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, false)).toEqual([0, 1]);
    expect(axisRange(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true)).toEqual([1, 10]);
    expect(axisRange(0, Number.POSITIVE_INFINITY, false)).toEqual([0, 1]);
  });

  it("is positive if it is logarithmic, even for an equity below zero", () => {
    for (const [low, high] of [
      [-500, 10_000],
      [0, 3],
      [-9, -2],
      [0, 0],
    ] as const) {
      const [from, to] = axisRange(low, high, true);
      expect(from).toBeGreaterThan(0);
      expect(to).toBeGreaterThan(from);
      for (const tick of logTicks(from, to, 8)) expect(tick).toBeGreaterThan(0);
    }
  });

  it("has a bounded number of ticks, whatever the values are", () => {
    for (const value of [0, Number.NaN, Number.POSITIVE_INFINITY, -1, 5e-324, 1e308])
      for (const other of [0, Number.NaN, Number.POSITIVE_INFINITY, 1, 1e308])
        for (const ticks of [linearTicks, logTicks]) expect(ticks(value, other, 10).length).toBeLessThan(1000);
  });
});
