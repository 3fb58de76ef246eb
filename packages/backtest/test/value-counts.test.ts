import fc from "fast-check";
import { expect, it } from "vitest";
import { quantileOf } from "../src/metrics/quantile.ts";
import { createValueCounts } from "../src/metrics/value-counts.ts";

function both(values: readonly number[], p: number): readonly [number, number] {
  const counts = createValueCounts();
  for (const value of values) counts.push(value);
  expect(counts.length).toBe(values.length);
  return [counts.quantile(p), quantileOf(Float64Array.from(values), p)];
}

it("counted values have the quantiles of the values themselves", () => {
  const value = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
  fc.assert(
    fc.property(fc.array(value), fc.double({ min: 0, max: 1, noNaN: true }), (values, p) => {
      const [own, plain] = both(
        values.map((one) => one + 0),
        p,
      );
      expect(own).toBe(plain);
    }),
  );
});

it("values beyond the counted ones are among them in order", () => {
  const values = Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 30_011);
  for (const p of [0, 0.05, 0.5, 0.73, 1]) {
    const [own, plain] = both(values, p);
    expect(own).toBe(plain);
  }
});
