import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRankCorrelation } from "../src/validation/base/rank-correlation.ts";
import { createRanking } from "../src/validation/base/ranking.ts";

/** Any numbers, equal ones, and neighbours that differ in their last bits. */
const values = fc.oneof(
  fc.double({ noNaN: true }),
  fc.constantFrom(0, -0, 1, -1, 1e-300),
  fc.integer({ min: 0, max: 50 }).map((n) => 1 + n * Number.EPSILON),
);

describe("a ranking", () => {
  it("sorts as a comparison does, whatever it has sorted before", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }).chain((length) => {
          const list = fc.array(values, { minLength: length, maxLength: length });
          return fc.tuple(list, list);
        }),
        (lists) => {
          const ranking = createRanking(lists[0].length);
          for (const list of lists) {
            const given = Float64Array.from(list);
            ranking.sort(given);
            expect([...ranking.order].toSorted((a, b) => a - b)).toEqual([...list.keys()]);
            const sorted = Array.from(ranking.order, (place) => (given[place] ?? 0) + 0);
            expect(sorted).toEqual(list.map((one) => one + 0).toSorted((a, b) => a - b));
          }
        },
      ),
    );
  });
});

describe("a rank correlation", () => {
  it("is that of mid-ranks", () => {
    const ranksOf = (list: readonly number[]): readonly number[] =>
      list.map(
        (one) => list.filter((other) => other < one).length + (list.filter((other) => other === one).length + 1) / 2,
      );
    const lists = fc.array(fc.tuple(values, values), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(lists, (pairs) => {
        const [left, right] = [pairs.map(([one]) => one), pairs.map(([, one]) => one)];
        const [a, b] = [ranksOf(left), ranksOf(right)];
        const mean = (pairs.length + 1) / 2;
        const product = (x: readonly number[], y: readonly number[]): number =>
          x.reduce((sum, one, i) => sum + (one - mean) * ((y[i] ?? 0) - mean), 0);
        const found = createRankCorrelation(pairs.length)(Float64Array.from(left), Float64Array.from(right));
        const scale = product(a, a) * product(b, b);
        if (scale === 0) expect(found).toBeUndefined();
        else expect(found).toBeCloseTo(product(a, b) / Math.sqrt(scale), 12);
      }),
    );
  });
});
