import { signalDefaults } from "@atc/contract";
import { afterEach, describe, expect, it, vi } from "vitest";
import { growthAfter, writeGrowth } from "../src/base/growth.ts";

const block = 1000;

function lambdasOf(count: number): number[] {
  return Array.from({ length: count }, (_, i) => 0.001 * (i + 1));
}

/** Writes the growth of each lambda, block by block, as the kernels of a sweep do for each symbol. */
function writeAll(lambdas: readonly number[], bars: number, growthCap: number | "none" = "none"): Float64Array[] {
  const rows = lambdas.map(() => new Float64Array(bars));
  for (let bar = 0; bar < bars; bar += block)
    for (const [i, lambda] of lambdas.entries())
      writeGrowth(rows[i] as Float64Array, bar, bar - 10, block, { ...signalDefaults, lambda, growthCap });
  return rows;
}

describe("growth factors", () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([9, 100])("of %d lambdas are computed once for all symbols", (count) => {
    const bars = 3000;
    const lambdas = lambdasOf(count).map((lambda) => lambda / 7);
    writeAll(lambdas, bars);
    const exp = vi.spyOn(Math, "exp");
    for (let symbol = 0; symbol < 3; symbol++) writeAll(lambdas, bars);
    expect(exp).not.toHaveBeenCalled();
  });

  it.each([
    [5, "none"],
    [600, "none"],
    [5, 1500],
  ] as const)("of %d lambdas with the cap %s are those of the formula, to the last bit", (count, growthCap) => {
    const bars = 12_000;
    const lambdas = lambdasOf(count);
    for (const [i, row] of writeAll(lambdas, bars, growthCap).entries()) {
      const config = { ...signalDefaults, lambda: lambdas[i] as number, growthCap };
      for (let bar = 0; bar < bars; bar += 7)
        if (row[bar] !== growthAfter(bar - 10, config))
          expect([bar, row[bar]]).toEqual([bar, growthAfter(bar - 10, config)]);
    }
  });

  it("of a series that begins late are those of the formula", () => {
    const row = new Float64Array(block);
    const config = { ...signalDefaults, lambda: 0.777 };
    writeGrowth(row, 0, 5000, block, config);
    expect([...row]).toEqual(Array.from(row, (_, i) => growthAfter(5000 + i, config)));
  });
});
