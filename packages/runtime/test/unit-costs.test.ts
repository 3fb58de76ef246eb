import { createSampler, createSpace } from "@atc/sweep";
import { describe, expect, it } from "vitest";
import { plannedWork } from "../src/sweep/planned-work.ts";
import { measureUnits, sweepMs } from "../src/sweep/unit-costs.ts";

/** Measures units of known costs by a clock that only they move. */
async function measured(wanted: number, costOf: (configurations: number, call: number) => number) {
  let time = 1000;
  const sizes: number[] = [];
  const run = (configurations: number): Promise<void> => {
    time += costOf(configurations, sizes.length);
    sizes.push(configurations);
    return Promise.resolve();
  };
  const costs = await measureUnits(run, { wanted, now: () => time });
  return { ...costs, sizes };
}

describe("measured units", () => {
  it("give the cost that a unit has anyway, and that of each configuration", async () => {
    const costs = await measured(64, (count, call) => (call === 0 ? 700 : 30 + 2 * count));
    expect(costs).toMatchObject({ startMs: 700, fixedMs: 30, evaluationMs: 2 });
    expect(costs.measured).toEqual([
      { configurations: 4, ms: 38 },
      { configurations: 16, ms: 62 },
      { configurations: 64, ms: 158 },
    ]);
  });

  it("are no larger than those of the sweep, and end if they take long", async () => {
    expect((await measured(1, () => 10)).sizes).toEqual([1, 1, 1]);
    expect((await measured(10, (count) => 300 * count)).sizes).toEqual([1, 4]);
    expect(Math.max(...(await measured(4000, (count) => count)).sizes)).toBe(1024);
  });

  it("are measured twice if they are short, and the shorter time counts", async () => {
    const costs = await measured(16, (count, call) => 10 * count + (call % 2 === 1 ? 50 : 0));
    expect(costs.measured).toEqual([
      { configurations: 4, ms: 40 },
      { configurations: 16, ms: 160 },
    ]);
  });

  it("give no negative costs if a time was disturbed", async () => {
    const falling = await measured(16, (count) => 500 - count);
    expect(falling).toMatchObject({ fixedMs: 0, evaluationMs: 484 / 16 });
    const steep = await measured(16, (count) => count ** 2);
    expect(steep).toMatchObject({ fixedMs: 0, evaluationMs: 16 });
  });
});

describe("the time of a sweep", () => {
  const costs = { startMs: 100, fixedMs: 50, evaluationMs: 2, measured: [] };

  it("has the costs of all units, divided among the threads", () => {
    const waves = [{ configurations: 1000, span: 1 }];
    // Ten units of 100 on two threads.
    expect(sweepMs(costs, { waves, unitSize: { first: 10, later: 100 }, concurrency: 2 })).toBe(
      100 + (10 * 50 + 2000) / 2,
    );
    // The first units suffice, and both threads have one.
    expect(sweepMs(costs, { waves, unitSize: { first: 4096, later: 100 }, concurrency: 2 })).toBe(
      100 + (2 * 50 + 2000) / 2,
    );
  });

  it("has waves that wait for each other, on parts of the bars", () => {
    const waves = [
      { configurations: 9, span: 1 / 3 },
      { configurations: 3, span: 1 },
      { configurations: 1, span: 1 },
    ];
    expect(sweepMs(costs, { waves, unitSize: { first: 1, later: 100 }, concurrency: 4 })).toBeCloseTo(
      100 + (4 * 50 + 6) / 4 + (3 * 50 + 6) / 3 + (50 + 2),
    );
  });
});

describe("planned work", () => {
  const space = createSpace({ grid: { emaLength: "10..60", lambda: "0.01..0.05:0.01" } });
  const of = (sample?: object) => plannedWork(createSampler(space, sample), space);

  it("is one wave without outcomes", () => {
    expect(of()).toMatchObject({ waves: [{ configurations: 255, span: 1 }], isWhole: true });
    expect(of({ method: "random", count: 40 })).toMatchObject({ waves: [{ configurations: 40, span: 1 }] });
  });

  it("has the rounds of halving with their parts of the bars", () => {
    const { waves, isWhole, configurations } = of({ method: "halving", count: 54 });
    expect(isWhole).toBe(true);
    expect(waves.map((wave) => wave.configurations)).toEqual([54, 18, 6, 2]);
    expect(waves.map(({ span }) => Math.round(1 / span))).toEqual([27, 9, 3, 1]);
    expect(configurations).toHaveLength(80);
  });

  it("has the batches of proposals, up to a number of them", () => {
    const { waves, isWhole } = of({ method: "tpe", count: 80 });
    expect(waves.map((wave) => wave.configurations)).toEqual([32, 32, 16]);
    expect(isWhole).toBe(true);
    const wide = createSpace({ grid: { emaLength: "10..200", hmaLength: "10..200" } });
    const many = plannedWork(createSampler(wide, { method: "tpe", count: 5000 }), wide);
    expect([many.waves.length, many.isWhole]).toEqual([64, false]);
  });
});
