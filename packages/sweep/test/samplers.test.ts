import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AxisValue,
  type Candidate,
  createRandomNumbers,
  createSampler,
  createSpace,
  gridSampler,
  halvingSampler,
  randomSampler,
  type Sampler,
  type Space,
  tpeSampler,
} from "../src/index.ts";
import { faultOf, messageOf } from "./faults.ts";

/** All candidates of a sampler, each with the score that a function gives it. */
function run(sampler: Sampler, score: (candidate: Candidate) => number | undefined = () => 0): readonly Candidate[] {
  const all: Candidate[] = [];
  while (!sampler.isDone) {
    const batch = sampler.ask();
    if (batch.length === 0 && !sampler.isDone) throw new Error("the sampler waits without reason");
    all.push(...batch);
    sampler.tell(batch.map((candidate) => ({ index: candidate.index, score: score(candidate) })));
  }
  return all;
}

const small = createSpace({ grid: { emaLength: "10..14:2", robustness: "Narrow,Wide", lambda: "0.01,0.02" } });
const ranges = createSpace({
  grid: { emaLength: "10..500:log", lambda: "0.001..0.1:log", decay: "0..1", robustness: "Narrow,Medium,Wide" },
});

function values(candidates: readonly Candidate[]): readonly (readonly AxisValue[])[] {
  return candidates.map((candidate) => candidate.values);
}

describe("random numbers", () => {
  const { seeds } = JSON.parse(readFileSync(new URL("fixtures/random.json", import.meta.url), "utf8")) as {
    seeds: Record<string, Record<string, readonly number[]>>;
  };

  it.each(Object.keys(seeds))("are those of other implementations: seed %s", (seed) => {
    const lists = seeds[seed] ?? {};
    const { next = [], real = [] } = lists;
    const words = createRandomNumbers(Number(seed));
    expect(next.map(() => words.integer(2 ** 32))).toEqual(next);
    const reals = createRandomNumbers(Number(seed));
    expect(real.map(() => reals.real())).toEqual(real);
    for (const below of [1, 7, 1000, 3_000_000_000, 2 ** 32]) {
      const integers = createRandomNumbers(Number(seed));
      const expected = lists[`integer${below}`] ?? [];
      expect(expected.length).toBeGreaterThan(0);
      expect(expected.map(() => integers.integer(below))).toEqual(expected);
    }
  });
});

describe("the grid", () => {
  it("is in row-major order, the last axis fastest", () => {
    const expected: AxisValue[][] = [];
    for (const length of [10, 12, 14])
      for (const robustness of ["Narrow", "Wide"])
        for (const lambda of [0.01, 0.02]) expected.push([length, robustness, lambda]);
    const all = run(gridSampler(small));
    expect(values(all)).toEqual(expected);
    expect(all.map(({ index, configuration, span }) => [index, configuration, span])).toEqual(
      expected.map((_, i) => [i, i, 1]),
    );
  });

  it("leaves out what where does not accept, and numbers the rest", () => {
    const lengths = { emaLength: "10..50", kamaLength: "10..50" };
    fc.assert(
      fc.property(fc.integer({ min: -30, max: 30 }), (shift) => {
        const sampler = gridSampler(createSpace({ grid: lengths, where: `emaLength < kamaLength - ${shift}` }));
        const expected: AxisValue[][] = [];
        for (let ema = 10; ema <= 50; ema++)
          for (let kama = 10; kama <= 50; kama++) if (ema < kama - shift) expected.push([ema, kama]);
        const all = run(sampler);
        expect(values(all)).toEqual(expected);
        expect(all.map(({ index }) => index)).toEqual(expected.map((_, i) => i));
      }),
      { numRuns: 20 },
    );
  });

  it("is made in batches as it is asked for", () => {
    const sampler = gridSampler(createSpace({ grid: { feeBps: "0..9999999:1" } }));
    expect(sampler.most).toBe(10_000_000);
    expect(sampler.ask()).toHaveLength(1024);
    expect(sampler.isDone).toBe(false);
    expect(sampler.ask()[0]).toEqual({ index: 1024, configuration: 1024, values: [1024], span: 1 });
  });

  it("of 10^12 points is refused with the count and what to do", () => {
    const kinds = ["ema", "hma", "wma", "dema", "lsma", "kama"];
    const grid = Object.fromEntries(kinds.map((kind) => [`${kind}Length`, "101..200"]));
    const message = messageOf(() => gridSampler(createSpace({ grid })));
    expect(message).toContain("1,000,000,000,000 configurations");
    expect(message).toContain("--random N");
    expect(run(randomSampler(createSpace({ grid }), { count: 100 }))).toHaveLength(100);
  });

  it("of every number of a range is refused", () => {
    expect(messageOf(() => gridSampler(ranges))).toContain("lambda has every number of its range");
  });
});

describe("every sampler", () => {
  const excluded = createSpace({ grid: { emaLength: "10..50", lambda: "0.1..0.9:0.1" }, where: "emaLength > 60" });
  it.each(["grid", "random", "halving", "tpe"] as const)(
    "of a where that excludes everything says so: %s",
    (method) => {
      const sample = method === "grid" ? { method } : { method, count: 10 };
      expect(messageOf(() => createSampler(excluded, sample))).toContain('fulfils "emaLength > 60"');
    },
  );

  it.each(["random", "halving", "tpe"] as const)("refuses outcomes of unknown candidates: %s", (method) => {
    const sampler = createSampler(small, { method, count: 5 });
    const [first] = sampler.ask();
    expect(first?.index).toBe(0);
    sampler.tell([{ index: 0, score: 1 }]);
    for (const index of [0, 5, -1, 0.5, Number.NaN])
      faultOf(() => sampler.tell([{ index, score: 1 }]), "ATC_INVALID_ARGUMENT");
  });

  it.each(["random", "halving", "tpe"] as const)("depends on the seed and on nothing else: %s", (method) => {
    const score = ({ values: [length, lambda] }: Candidate): number => -Math.abs(Number(length) - 40) - Number(lambda);
    const all = (seed: number): readonly Candidate[] => run(createSampler(ranges, { method, count: 100, seed }), score);
    expect(all(7)).toEqual(all(7));
    expect(values(all(7))).not.toEqual(values(all(8)));
  });

  it.each(["random", "halving", "tpe"] as const)("accepts only what where accepts: %s", (method) => {
    const space = createSpace({
      grid: { emaLength: "10..200", kamaLength: "10..200" },
      where: "emaLength < kamaLength and kamaLength % 7 == 0",
    });
    for (const {
      values: [ema, kama],
    } of run(createSampler(space, { method, count: 150 }), ({ values: [ema] }) => Number(ema))) {
      expect(Number(ema)).toBeLessThan(Number(kama));
      expect(Number(kama) % 7).toBe(0);
    }
  });

  it.each<[Parameters<typeof createSampler>[1], string]>([
    [{ method: "random" }, "give a count"],
    [{ method: "tpe", count: 0 }, "count is 0"],
    [{ count: 5, seed: -1 }, "seed is -1"],
    [{ count: 5, seed: 2 ** 53 }, "seed is"],
    [{ method: "grid", count: 5 }, "it has no count"],
  ])("%j is refused: %s", (sample, part) => {
    expect(messageOf(() => createSampler(small, sample))).toContain(part);
  });
});

describe("random configurations", () => {
  it("of a small space are all different, and all of it if as many are requested", () => {
    const all = run(randomSampler(small, { count: 12 }));
    const asGrid = values(run(gridSampler(small))).map(String);
    expect(values(all).map(String)).not.toEqual(asGrid);
    expect(new Set(values(all).map(String))).toEqual(new Set(asGrid));
    expect(all).toHaveLength(12);
  });

  it("fewer than requested are a note", () => {
    const sampler = randomSampler(small, { count: 100 });
    expect(sampler.most).toBe(12);
    expect(run(sampler)).toHaveLength(12);
    expect(sampler.notes.join()).toContain("only 12 different ones");
    const filtered = randomSampler(
      createSpace({ grid: { emaLength: "10..60", lambda: "0.1..0.5" }, where: "lambda < 0.2 and emaLength > 50" }),
      { count: 20 },
    );
    expect(run(filtered)).toHaveLength(20);
    expect(filtered.notes).toEqual([]);
  });

  it("of a logarithmic space are all different too", () => {
    const space = createSpace({ grid: { emaLength: "10..60:log" } });
    const all = values(run(randomSampler(space, { count: 60 }))).map(([length]) => Number(length));
    expect([...all].sort((a, b) => a - b)).toEqual(Array.from({ length: 51 }, (_, i) => 10 + i));
  });

  it("are found in a small space even if draws hardly reach them", () => {
    const space = createSpace({ grid: { emaLength: "10..200000:log" }, where: "emaLength >= 199999" });
    const all = values(run(randomSampler(space, { count: 5 })));
    expect(new Set(all.map(([length]) => length))).toEqual(new Set([199_999, 200_000]));
  });

  it("have one outcome each, however many there are", () => {
    const sampler = randomSampler(ranges, { count: 3000 });
    while (!sampler.isDone) sampler.ask();
    sampler.tell([{ index: 2900, score: 1 }]);
    expect(messageOf(() => sampler.tell([{ index: 2900, score: 1 }]), "ATC_INVALID_ARGUMENT")).toContain("already");
  });

  it("are as likely as their axes say", () => {
    const all = values(run(randomSampler(ranges, { count: 4000, seed: 3 })));
    const below = (axis: number, bound: number): number =>
      all.filter((one) => Number(one[axis]) < bound).length / all.length;
    expect(below(0, 70.5)).toBeCloseTo(Math.log(70.5 / 9.5) / Math.log(500.5 / 9.5), 1);
    expect(below(1, 0.01)).toBeCloseTo(0.5, 1);
    expect(below(2, 0.3)).toBeCloseTo(0.3, 1);
    expect(all.filter((one) => one[3] === "Wide").length / all.length).toBeCloseTo(1 / 3, 1);
  });

  it("of one seed are these on every machine", () => {
    expect(values(run(randomSampler(ranges, { count: 3, seed: 42 })))).toEqual([
      [49, 0.00101851630717, 0.650083702764, "Wide"],
      [256, 0.0296812667456, 0.805804643986, "Narrow"],
      [72, 0.016695550114, 0.259585962954, "Medium"],
    ]);
    expect(values(run(randomSampler(small, { count: 4, seed: 42 })))).toEqual([
      [14, "Wide", 0.01],
      [14, "Narrow", 0.01],
      [12, "Wide", 0.02],
      [12, "Narrow", 0.02],
    ]);
  });
});

describe("successive halving", () => {
  it("evaluates fewer configurations on more bars, in batches of 32", () => {
    const sampler = halvingSampler(ranges, { count: 200, seed: 5 });
    const sizes: number[] = [];
    const rounds = new Map<number, Candidate[]>();
    while (!sampler.isDone) {
      const batch = sampler.ask();
      sizes.push(batch.length);
      for (const one of batch) rounds.set(one.span, [...(rounds.get(one.span) ?? []), one]);
      sampler.tell(batch.map(({ index, configuration }) => ({ index, score: (configuration * 37) % 101 })));
    }
    expect(Math.max(...sizes)).toBe(32);
    expect([...rounds].map(([span, { length }]) => [Number((1 / span).toFixed(6)), length])).toEqual([
      [27, 200],
      [9, 67],
      [3, 23],
      [1, 8],
    ]);
    expect(sampler.most).toBe(200 + 67 + 23 + 8);
    const all = [...rounds.values()].flat();
    expect(all.map(({ index }) => index)).toEqual(all.map((_, i) => i));
    const [first = [], second = []] = [...rounds.values()];
    const best = first
      .toSorted((a, b) => ((b.configuration * 37) % 101) - ((a.configuration * 37) % 101) || a.index - b.index)
      .slice(0, 67);
    expect(second.map(({ configuration }) => configuration)).toEqual(
      best.map(({ configuration }) => configuration).sort((a, b) => a - b),
    );
    expect(second.every(({ configuration, values: own }) => String(first[configuration]?.values) === String(own))).toBe(
      true,
    );
  });

  it("waits for all outcomes of a round, in any order", () => {
    const sampler = halvingSampler(ranges, { count: 40 });
    const asked = [...sampler.ask(), ...sampler.ask()];
    expect(asked).toHaveLength(40);
    expect([sampler.ask(), sampler.isDone]).toEqual([[], false]);
    sampler.tell(asked.slice(20).map(({ index }) => ({ index, score: index })));
    expect(sampler.ask()).toEqual([]);
    sampler.tell(
      asked
        .slice(0, 20)
        .toReversed()
        .map(({ index }) => ({ index, score: index })),
    );
    const next = sampler.ask();
    expect(next.map(({ configuration }) => configuration)).toEqual(Array.from({ length: 14 }, (_, i) => 26 + i));
  });

  it("never promotes a configuration without an objective, and ends if there is none", () => {
    const some = halvingSampler(ranges, { count: 30 });
    const all = run(some, ({ configuration }) => (configuration % 10 === 3 ? 1 : undefined));
    expect(new Set(all.slice(30).map(({ configuration }) => configuration))).toEqual(new Set([3, 13, 23]));
    const none = halvingSampler(ranges, { count: 30 });
    const batch = none.ask();
    none.tell(batch.map(({ index }) => ({ index, score: Number.NaN })));
    expect([none.ask(), none.isDone]).toEqual([[], true]);
    expect(none.notes.join()).toContain("no configuration has an objective");
  });

  it("of a few configurations has one round of all bars", () => {
    expect(run(halvingSampler(ranges, { count: 3 })).map(({ span }) => span)).toEqual([1, 1, 1]);
  });
});

describe("the Parzen estimator", () => {
  const target = (space: Space, candidate: Candidate): number => {
    const parts = space.axes.map((axis, i) => {
      const value = candidate.values[i] ?? 0;
      const [from, to] = axis.partOf(value);
      return axis.isOrdered ? Math.abs((from + to) / 2 - 0.3) : Number(value !== "Wide") / 3;
    });
    return -parts.reduce((sum, part) => sum + part);
  };

  it("proposes batches of 32 that follow from all outcomes before them", () => {
    const sampler = tpeSampler(ranges, { count: 70 });
    const first = sampler.ask();
    expect(first).toHaveLength(32);
    expect(values(first)).toEqual(values(run(randomSampler(ranges, { count: 70 })).slice(0, 32)));
    expect(sampler.ask()).toEqual([]);
    sampler.tell(first.slice(1).map((one) => ({ index: one.index, score: target(ranges, one) })));
    expect(sampler.ask()).toEqual([]);
    sampler.tell([{ index: 0, score: undefined }]);
    const second = sampler.ask();
    expect(second.map(({ index }) => index)).toEqual(Array.from({ length: 32 }, (_, i) => 32 + i));
    sampler.tell(second.map(({ index }) => ({ index, score: 0 })));
    expect(sampler.ask()).toHaveLength(6);
    expect(sampler.isDone).toBe(true);
  });

  it("of one seed proposes these on every machine", () => {
    const sampler = tpeSampler(ranges, { count: 64, seed: 42 });
    sampler.tell(sampler.ask().map(({ index }) => ({ index, score: index })));
    expect(values(sampler.ask().slice(0, 2))).toEqual([
      [10, 0.0912258850675, 0.625103851414, "Medium"],
      [18, 0.0748144195983, 0.622722291448, "Medium"],
    ]);
  });

  it("does not depend on the order of outcomes", () => {
    const all = (order: (batch: readonly Candidate[]) => readonly Candidate[]): readonly Candidate[] => {
      const sampler = tpeSampler(ranges, { count: 128, seed: 9 });
      const asked: Candidate[] = [];
      while (!sampler.isDone) {
        const batch = sampler.ask();
        asked.push(...batch);
        // Rounded, so that many scores are equal.
        for (const one of order(batch))
          sampler.tell([{ index: one.index, score: Math.round(target(ranges, one) * 4) }]);
      }
      return asked;
    };
    expect(all((batch) => batch.toReversed())).toEqual(all((batch) => batch));
  });

  it("finds better configurations than random draws do, on every axis", () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const mean = (candidates: readonly Candidate[]): number =>
        candidates.reduce((sum, one) => sum + target(ranges, one), 0) / candidates.length;
      const guided = run(tpeSampler(ranges, { count: 256, seed }), (one) => target(ranges, one)).slice(128);
      const random = run(randomSampler(ranges, { count: 256, seed })).slice(128);
      expect(mean(guided)).toBeGreaterThan(mean(random) / 2);
    }
  });

  it("proposes every configuration of a small space once, and says so", () => {
    const sampler = tpeSampler(small, { count: 50 });
    const all = run(sampler, ({ index }) => index);
    expect(new Set(values(all).map(String)).size).toBe(12);
    expect(all).toHaveLength(12);
    expect(sampler.notes.join()).toContain("only 12 different ones");
    const filtered = createSpace({ grid: { emaLength: "10..109", lambda: "0.1,0.2" }, where: "emaLength % 2 == 0" });
    expect(run(tpeSampler(filtered, { count: 150 }), ({ values: [length] }) => Number(length))).toHaveLength(100);
  });

  it("draws at random while nothing has an objective", () => {
    const all = run(tpeSampler(ranges, { count: 96, seed: 4 }), () => undefined);
    expect(values(all)).toEqual(values(run(randomSampler(ranges, { count: 96, seed: 4 }))));
  });
});
