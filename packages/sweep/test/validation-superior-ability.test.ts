import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandomNumbers } from "../src/index.ts";
import { shuffle } from "../src/validation/base/shuffle.ts";
import { createStationaryBlocks } from "../src/validation/base/stationary-blocks.ts";
import { longRunDeviation } from "../src/validation/overfitting/long-run-deviation.ts";
import { type SuperiorAbilityOptions, superiorAbility } from "../src/validation/overfitting/superior-ability.ts";
import { messageOf } from "./faults.ts";
import {
  columnsOf,
  expectClose,
  matrixOf,
  readFixture,
  readReturns,
  readTies,
  sampledRows,
} from "./validation-fixtures.ts";

interface Expected extends SuperiorAbilityOptions {
  readonly firstSample: readonly number[];
  readonly realityCheck: { readonly statistic: number; readonly p: number };
  readonly column?: number;
}

const { spa, spaAgainst, spaTies, edges } = readFixture<
  Record<"spa" | "spaAgainst" | "spaTies", Expected> & { edges: { spaFlat: null } }
>("expected");
const random = readFixture<{
  stationary: readonly { seed: number; n: number; block: number; indices: readonly number[] }[];
  shuffled: readonly { seed: number; n: number; order: readonly number[] }[];
}>("random");
const returns = readReturns();
const ties = readTies();

describe("random rows", () => {
  it.each(random.stationary)("are those of other implementations: $n rows, blocks of $block, seed $seed", (one) => {
    const blocks = createStationaryBlocks(one.n, one.block);
    blocks.draw(createRandomNumbers(one.seed));
    expect(sampledRows(blocks, one.n)).toEqual(one.indices);
  });

  it("are as many as the rows, also if there are more blocks than the arrays first hold", () => {
    const blocks = createStationaryBlocks(5000, 1);
    const numbers = createRandomNumbers(3);
    blocks.draw(numbers);
    blocks.draw(numbers);
    expect(blocks.count).toBe(5000);
    expect(sampledRows(blocks, 5000).length).toBe(5000);
  });

  it.each(random.shuffled)("are shuffled like those of other implementations: $n rows, seed $seed", (one) => {
    const order = new Int32Array(one.n);
    shuffle(order, createRandomNumbers(one.seed));
    expect(Array.from(order)).toEqual(one.order);
  });
});

/** The definition, with a sum over all pairs of rows. */
function slowDeviation(deviations: readonly number[], block: number): number {
  const rows = deviations.length;
  const decay = 1 - 1 / block;
  const covariance = (apart: number): number =>
    deviations.slice(apart).reduce((sum, one, place) => sum + one * (deviations[place] ?? 0), 0) / rows;
  let variance = covariance(0);
  for (let apart = 1; apart < rows; apart++) {
    const weight = (1 - apart / rows) * decay ** apart + (apart / rows) * decay ** (rows - apart);
    variance += 2 * weight * covariance(apart);
  }
  return Math.sqrt(Math.max(0, variance));
}

describe("superior predictive ability", () => {
  const against = Float64Array.from(
    { length: 1000 },
    (_, row) => returns.values[row * 60 + (spaAgainst.column ?? 0)] ?? Number.NaN,
  );

  it.each([
    ["against 0", returns, spa, undefined],
    ["against a configuration", returns, spaAgainst, against],
    ["with equal and flat configurations", ties, spaTies, undefined],
  ] as const)("is that of other implementations %s", (_, matrix, { firstSample, column, ...expected }, benchmark) => {
    const { block, samples, seed } = expected;
    expectClose(superiorAbility(matrix, { block, samples, seed, benchmark }), expected);
    const blocks = createStationaryBlocks(matrix.rows, block ?? 0);
    blocks.draw(createRandomNumbers(seed ?? 0));
    expect(sampledRows(blocks, matrix.rows).slice(0, firstSample.length)).toEqual(firstSample);
  });

  it("has blocks of the square root of the rows by default, 1,000 samples and the seed 1", () => {
    const { block, samples, seed, ...rest } = superiorAbility(columnsOf(returns, [36])) ?? {};
    expect([block, samples, seed]).toEqual([31, 1000, 1]);
    expect(superiorAbility(columnsOf(returns, [36]), { block: 31, samples: 1000, seed: 1 })).toMatchObject(rest);
  });

  it("has p-values of 1 if no configuration exceeds the benchmark, even if all are clearly worse", () => {
    const rows = columnsOf(returns, [3, 36]);
    const losing = { ...rows, values: rows.values.map((value) => value - 0.01) };
    const expected = { statistic: 0, pLower: 1, pConsistent: 1, pUpper: 1 };
    expect(superiorAbility(losing, { samples: 100 })).toMatchObject(expected);
  });

  it("is unknown without a varying configuration or with fewer than three rows", () => {
    expectClose(superiorAbility(columnsOf(ties, [4]), { samples: 10 }), edges.spaFlat);
    expect(superiorAbility(matrixOf([[0.1], [0.2]]))).toBeUndefined();
  });

  it("measures the long-run deviation in one pass as over all pairs of rows", () => {
    const list = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 3, maxLength: 40 });
    fc.assert(
      fc.property(list, fc.integer({ min: 1, max: 50 }), (values, block) => {
        const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
        const deviations = values.map((one) => one - mean);
        const actual = longRunDeviation(Float64Array.from(deviations), block);
        // Variances are compared: the root of rounding is larger than rounding.
        expect(Math.abs(actual ** 2 - slowDeviation(deviations, block) ** 2)).toBeLessThan(1e-12);
      }),
    );
  });

  it("orders its p-values, and does not depend on the scale of returns or the order of configurations", () => {
    const some = fc.uniqueArray(fc.nat(59), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(some, fc.nat(1000), (columns, seed) => {
        const options = { samples: 50, seed };
        const matrix = columnsOf(returns, columns);
        const result = superiorAbility(matrix, options);
        expect(result?.pLower).toBeLessThanOrEqual(result?.pConsistent ?? 0);
        expect(result?.pConsistent).toBeLessThanOrEqual(result?.pUpper ?? 0);
        const scaled = { ...matrix, values: matrix.values.map((value) => value * 4) };
        const reversed = columnsOf(returns, columns.toReversed());
        for (const other of [scaled, reversed]) {
          const { pLower, pConsistent, pUpper } = superiorAbility(other, options) ?? {};
          expect([pLower, pConsistent, pUpper]).toEqual([result?.pLower, result?.pConsistent, result?.pUpper]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("refuses a benchmark of other rows, and options out of range", () => {
    const benchmark = new Float64Array(3);
    expect(messageOf(() => superiorAbility(ties, { benchmark }), "ATC_INVALID_ARGUMENT")).toContain("3 returns");
    const broken = new Float64Array(203).fill(Number.NaN);
    expect(messageOf(() => superiorAbility(ties, { benchmark: broken }), "ATC_INVALID_ARGUMENT")).toContain("finite");
    for (const fault of [{ block: 0 }, { samples: 0 }, { seed: -1 }, { seed: 2 ** 53 }, { block: 1.5 }])
      expect(messageOf(() => superiorAbility(ties, fault))).toContain(Object.keys(fault)[0]);
  });
});
