import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReturnMatrix } from "../src/validation/base/return-matrix.ts";
import { type Haircuts, haircuts } from "../src/validation/overfitting/haircuts.ts";
import { neighbourhoods } from "../src/validation/overfitting/neighbourhood.ts";
import { returnMoments } from "../src/validation/overfitting/return-moments.ts";
import { messageOf } from "./faults.ts";
import { columnsOf, expectClose, readFixture, readReturns } from "./validation-fixtures.ts";

interface ExpectedNeighbourhood {
  readonly coordinates: readonly (readonly number[])[];
  readonly values: readonly (number | null)[];
  readonly categorical?: readonly number[];
  readonly result: readonly (Readonly<Record<"mean" | "min" | "count" | "ratio", number | null>> | null)[];
}

const expected = readFixture<{
  haircut: unknown;
  haircutShifted: { shift: number } & Record<string, unknown>;
  edges: { haircutLosing: unknown };
  neighbourhood: ExpectedNeighbourhood;
  neighbourhoodHoles: ExpectedNeighbourhood;
}>("expected");
const returns = readReturns();

function haircutsOf(matrix: ReturnMatrix): Haircuts {
  const { rows, columns } = matrix;
  const sharpes = Float64Array.from({ length: columns }, (_, column) => returnMoments(matrix, column).sharpePerBar);
  return haircuts({ sharpes, rows, barsPerYear: 252 });
}

describe("haircuts", () => {
  it("are those of other implementations", () => {
    expectClose(haircutsOf(returns), expected.haircut);
    const { shift, ...shifted } = expected.haircutShifted;
    expectClose(haircutsOf({ ...returns, values: returns.values.map((value) => value + shift) }), shifted);
    const three = columnsOf(returns, [0, 1, 2]);
    const losing = { ...three, values: three.values.map((value) => -Math.abs(value) + 0.0001) };
    expectClose(haircutsOf(losing), expected.edges.haircutLosing);
  });

  it("are larger for more configurations, and largest by rate", () => {
    const ratio = fc.double({ min: 0.001, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(fc.array(ratio, { minLength: 1, maxLength: 30 }), ratio, (list, more) => {
        const options = { rows: 500, barsPerYear: 252 };
        const some = haircuts({ ...options, sharpes: Float64Array.from(list) });
        const least = Math.min(...list, more);
        const all = haircuts({ ...options, sharpes: Float64Array.from([...list, least]) });
        expect(all.pValue).toBe(some.pValue);
        expect(all.bonferroni.pValue).toBeGreaterThanOrEqual(some.bonferroni.pValue);
        expect(all.holm).toEqual(all.bonferroni);
        expect(all.bonferroni.pValue).toBeGreaterThanOrEqual(all.pValue);
        expect(all.bhy.pValue).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("have no Sharpe ratio for a p-value of 0", () => {
    const { bonferroni } = haircuts({ sharpes: Float64Array.from([5]), rows: 1000, barsPerYear: 252 });
    expect(bonferroni).toEqual({ pValue: 0, sharpe: undefined, haircut: undefined });
  });

  it("refuse Sharpe ratios that are not finite, and options out of range", () => {
    const options = { sharpes: Float64Array.from([0.1, Number.NaN]), rows: 9, barsPerYear: 252 };
    expect(messageOf(() => haircuts(options), "ATC_INVALID_ARGUMENT")).toContain("configuration 1 is NaN");
    const sharpes = Float64Array.from([0.1]);
    expect(messageOf(() => haircuts({ ...options, sharpes: new Float64Array() }), "ATC_INVALID_ARGUMENT")).toContain(
      "no Sharpe",
    );
    expect(messageOf(() => haircuts({ ...options, sharpes, rows: 1 }))).toContain("rows is 1");
    expect(messageOf(() => haircuts({ ...options, sharpes, barsPerYear: 0 }))).toContain("barsPerYear is 0");
  });
});

describe("neighbourhoods", () => {
  const known = (value: number | null): number => value ?? Number.NaN;

  it.each([
    ["a whole grid", expected.neighbourhood],
    ["a grid with holes and an axis without order", expected.neighbourhoodHoles],
  ])("are those of other implementations: %s", (_, { coordinates, values, categorical, result }) => {
    const { mean, min, count, ratio } = neighbourhoods({
      axes: 2,
      coordinates: Int32Array.from(coordinates.flat()),
      values: Float64Array.from(values, known),
      categorical,
    });
    result.forEach((one, place) => {
      expect(count[place]).toBe(one?.count ?? 0);
      for (const [name, actual] of Object.entries({ mean, min, ratio })) {
        const value = one?.[name as "mean"] ?? undefined;
        if (value === undefined) expect(actual[place]).toBeNaN();
        else expectClose(actual[place], value, `${name}[${place}]`);
      }
    });
  });

  it("are those of a comparison of all pairs", () => {
    const axes = 3;
    const coordinate = fc.integer({ min: -2, max: 3 });
    const configuration = fc.tuple(coordinate, coordinate, coordinate, fc.integer({ min: -5, max: 9 }));
    fc.assert(
      fc.property(
        fc.array(configuration, { minLength: 1, maxLength: 60 }),
        fc.subarray([0, 1, 2]),
        (list, categorical) => {
          const { mean, min, count } = neighbourhoods({
            axes,
            coordinates: Int32Array.from(list.flatMap((one) => one.slice(0, axes))),
            values: Float64Array.from(list, (one) => one[axes]),
            categorical,
          });
          list.forEach((own, place) => {
            const near = list.filter((other) =>
              [0, 1, 2].every((axis) => {
                const reach = categorical.includes(axis) ? 0 : 1;
                return Math.abs((other[axis] ?? 0) - (own[axis] ?? 0)) <= reach;
              }),
            );
            expect(count[place]).toBe(near.length);
            expect(min[place]).toBe(Math.min(...near.map((one) => one[axes])));
            expect(mean[place]).toBeCloseTo(near.reduce((sum, one) => sum + one[axes], 0) / near.length, 12);
          });
        },
      ),
    );
  });

  it("refuse coordinates of other axes, and axes out of range", () => {
    const grid = { axes: 2, coordinates: new Int32Array(3), values: new Float64Array(2) };
    expect(messageOf(() => neighbourhoods(grid), "ATC_INVALID_ARGUMENT")).toContain("give 4");
    expect(messageOf(() => neighbourhoods({ ...grid, categorical: [2] }))).toContain("categorical is 2");
    expect(messageOf(() => neighbourhoods({ ...grid, axes: 0 }))).toContain("axes is 0");
  });
});
