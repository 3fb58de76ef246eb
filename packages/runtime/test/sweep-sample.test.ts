import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backtestDefaults, signalDefaults } from "@atc/contract";
import { type Axis, createSpace, neighbourhoods } from "@atc/sweep";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PortfolioReturns } from "../src/evaluate/portfolio-returns.ts";
import { collectReturns, type ReturnSource } from "../src/validate/collect-returns.ts";
import { configurationSample } from "../src/validate/configuration-sample.ts";
import { gridNumbers } from "../src/validate/grid-numbers.ts";
import { judgeWinner } from "../src/validate/judge-winner.ts";
import { numberStore } from "../src/validate/number-store.ts";
import { openReturnSpool } from "../src/validate/return-spool.ts";
import { sweepRecord } from "../src/validate/sweep-record.ts";
import { winnerNeighbourhood } from "../src/validate/winner-neighbourhood.ts";

const warn = (message: string): void => {
  throw new Error(message);
};

function oneOf(index: number) {
  return { index, configuration: index, values: [index], span: 1 };
}

describe("a sample of configurations", () => {
  const indices = (most: number, seed: number, order: readonly number[], size: number, winner: number) => {
    const sample = configurationSample(most, seed);
    for (const index of order) sample.add(oneOf(index));
    return sample.choose(size, oneOf(winner)).map(({ index }) => index);
  };

  it("does not depend on the order, has the winner, and is sorted", () => {
    const numbers = fc.uniqueArray(fc.nat({ max: 5000 }), { minLength: 1, maxLength: 200 });
    const options = fc.record({ most: fc.integer({ min: 1, max: 60 }), seed: fc.maxSafeNat() });
    fc.assert(
      fc.property(numbers, options, fc.nat(), fc.nat({ max: 60 }), (order, { most, seed }, at, less) => {
        const winner = order[at % order.length] as number;
        const size = Math.max(1, most - less);
        const chosen = indices(most, seed, order, size, winner);
        expect(indices(most, seed, order.toReversed(), size, winner)).toEqual(chosen);
        expect(chosen).toContain(winner);
        expect(chosen).toEqual(chosen.toSorted((a, b) => a - b));
        expect(chosen).toHaveLength(Math.min(size, order.length));
        expect(chosen.every((index) => order.includes(index))).toBe(true);
      }),
    );
  });

  it("has a smaller one within a larger one, and another one for another seed", () => {
    const order = Array.from({ length: 3000 }, (_, i) => i);
    const large = indices(500, 7, order, 500, 12);
    expect(large).toEqual(expect.arrayContaining(indices(500, 7, order, 100, 12)));
    expect(indices(500, 8, order, 500, 12)).not.toEqual(large);
  });

  it("has every configuration about as often as any other", () => {
    const counts = new Float64Array(50);
    const order = Array.from({ length: 50 }, (_, i) => i);
    for (let seed = 0; seed < 2000; seed++)
      for (const index of indices(10, seed, order, 10, 0)) counts[index] = (counts[index] ?? 0) + 1;
    // Nine of 49 others, 2,000 times: 367 with a standard deviation of 17.
    for (const count of counts.subarray(1)) expect(Math.abs(count - 367)).toBeLessThan(90);
  });
});

describe("a store of numbers", () => {
  it("has what was set, in any order, and NaN elsewhere", () => {
    const store = numberStore();
    for (const [index, value] of [
      [70_000, 1],
      [3, 2],
      [200_001, 3],
    ] as const)
      store.set(index, value);
    expect(store.length).toBe(200_002);
    expect([3, 4, 70_000, 130_000, 200_001, 900_000].map((index) => store.get(index))).toEqual([
      2,
      Number.NaN,
      1,
      Number.NaN,
      3,
      Number.NaN,
    ]);
  });
});

describe("the numbers of a grid", () => {
  const { axes } = createSpace({
    grid: { emaLength: "10..16:2", lambda: "0.01,0.02,0.05", dialect: "lts,tradingview" },
  });

  it("have the neighbours that the statistics have", () => {
    const grid = gridNumbers(axes);
    if (grid === undefined) throw new Error("there is no grid");
    const places = axes.map(({ size = 0 }) => size);
    const all: { readonly coordinates: readonly number[]; readonly score: number }[] = [];
    for (let a = 0; a < (places[0] ?? 0); a++)
      for (let b = 0; b < (places[1] ?? 0); b++)
        for (let c = 0; c < (places[2] ?? 0); c++)
          all.push({ coordinates: [a, b, c], score: 1 + ((a * 7 + b * 5 + c * 3) % 11) });
    const expected = neighbourhoods({
      axes: 3,
      coordinates: Int32Array.from(all.flatMap(({ coordinates }) => coordinates)),
      values: Float64Array.from(all, ({ score }) => score),
      categorical: axes.flatMap(({ isOrdered }, i) => (isOrdered ? [] : [i])),
    });
    const record = sweepRecord({ axes, base: backtestDefaults, metrics: [], seed: 1, numberOf: grid.numberOf });
    const valuesOf = (coordinates: readonly number[]) => coordinates.map((place, i) => (axes[i] as Axis).at(place));
    for (const [index, { coordinates, score }] of all.entries())
      record.add({ ...oneOf(index), values: valuesOf(coordinates) }, new Float64Array(0), score);
    for (const [place, { coordinates, score }] of all.entries()) {
      const found = winnerNeighbourhood(grid, record, { values: valuesOf(coordinates), score });
      const { mean, min, count, ratio } = expected;
      expect(found).toEqual({ mean: mean[place], min: min[place], count: count[place], ratio: ratio[place] });
    }
  });

  it("are not those of ranges without steps", () => {
    expect(gridNumbers(createSpace({ grid: { lambda: "0.01..0.1:log" } }).axes)).toBeUndefined();
  });
});

const configuration = { signals: signalDefaults, backtest: backtestDefaults, parameters: {} };

/** Returns of a configuration, which its number makes different. */
function returnsOf(place: number, rows: number, more: Partial<PortfolioReturns> = {}): PortfolioReturns {
  const returns = Float64Array.from({ length: rows }, (_, row) => Math.sin(row * (place + 1)) / 100);
  return { place, firstTime: 0n, lastTime: 86_400_000n * BigInt(rows), years: rows / 365.25, returns, ...more };
}

describe("a spool of returns", () => {
  it("has them in memory, or in a file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "atc-spool-"));
    try {
      for (const rows of [1000, 700_000]) {
        using spool = openReturnSpool({ rows, columns: 4, folders: [folder], warn });
        for (const place of [3, 0, 2]) spool.write(place, returnsOf(place, rows).returns);
        const columns = spool.columns([0, 3]);
        expect([columns.rows, columns.columns]).toEqual([rows, 2]);
        for (const [column, place] of [0, 3].entries())
          expect(columns.column(column).every((value, row) => value === Math.sin(row * (place + 1)) / 100)).toBe(true);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("collecting returns", () => {
  it("leaves out returns at other times, returns that are not finite, and configurations without any", async () => {
    const rows = 100;
    const source: ReturnSource = {
      concurrency: 2,
      run: (unit) =>
        Promise.resolve(
          unit.flatMap(({ parameters }, place) => {
            const own = returnsOf(Number(parameters["number"]), rows);
            switch (parameters["number"]) {
              case 2:
                return [];
              case 3:
                return [{ ...own, place, lastTime: 5n }];
              case 4:
                return [{ ...own, place, returns: own.returns.slice(1) }];
              case 5:
                own.returns[7] = Number.NaN;
            }
            return [{ ...own, place }];
          }),
        ),
    };
    const configurations = Array.from({ length: 8 }, (_, number) => ({ ...configuration, parameters: { number } }));
    using spool = openReturnSpool({ rows, columns: 8, folders: [], warn });
    const progress: number[] = [];
    const places = await collectReturns({
      source,
      configurations,
      reference: returnsOf(1, rows),
      spool,
      onProgress: ({ done }) => progress.push(done),
    });
    expect(places).toEqual([0, 1, 6, 7]);
    expect(progress.at(-1)).toBe(8);
    const columns = spool.columns(places);
    for (const [column, place] of places.entries())
      expect(Array.from(columns.column(column))).toEqual(Array.from(returnsOf(place, rows).returns));
  });

  it("takes fewer configurations if more would not fit on the disk, and says so", async () => {
    const rows = 1000;
    const { axes } = createSpace({ grid: { emaLength: "10..59" } });
    const record = sweepRecord({ axes, base: backtestDefaults, metrics: [], seed: 1, numberOf: undefined });
    for (let index = 0; index < 50; index++)
      record.add({ ...oneOf(index), values: [10 + index] }, new Float64Array(0), 1);
    const source: ReturnSource = {
      concurrency: 1,
      run: (unit) =>
        Promise.resolve(unit.map(({ signals }, place) => ({ ...returnsOf(signals.emaLength, rows), place }))),
    };
    const judged = await judgeWinner({
      source,
      axes,
      configurationOf: ([emaLength]) => ({
        ...configuration,
        signals: { ...signalDefaults, emaLength: Number(emaLength) },
      }),
      winner: { index: 17, configuration: 17, values: [27], score: 1 },
      record,
      trials: 50,
      seed: 1,
      folders: [],
      warn,
      mostBytes: 8 * rows * 20,
    });
    expect(judged.sample).toEqual({ configurations: 20, of: 50, returns: rows, seed: 1 });
    expect(judged.notes).toEqual([
      "the returns of 20 configurations are compared, not of 50, because more would need over 160 kB",
      "the variance of the Sharpe ratios is that of the compared configurations",
    ]);
  });

  it("gives no verdict if the winner lost all", async () => {
    const { axes } = createSpace({ grid: { emaLength: "10,20" } });
    const record = sweepRecord({ axes, base: backtestDefaults, metrics: [], seed: 1, numberOf: undefined });
    const lost = returnsOf(0, 50);
    lost.returns.fill(Number.NaN, 20);
    const judged = await judgeWinner({
      source: { concurrency: 1, run: () => Promise.resolve([lost]) },
      axes,
      configurationOf: () => configuration,
      winner: { index: 0, configuration: 0, values: [10], score: 1 },
      record,
      trials: 2,
      seed: 1,
      folders: [],
      warn,
    });
    expect(judged).toMatchObject({ verdict: "unknown", winner: undefined, sample: { configurations: 0 } });
    expect(judged.sentence).toContain("the winner lost all");
  });
});
