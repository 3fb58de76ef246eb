import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createCache } from "@atc/cache";
import { cacheFs } from "@atc/cache-fs";
import { backtestDefaults, signalDefaults } from "@atc/contract";
import { createSpace, parseObjective, parseRequirements, rankRows, type SweepConfiguration } from "@atc/sweep";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packConfigurations, unpackConfigurations } from "../src/evaluate/packed-configurations.ts";
import { sharedDecisions } from "../src/evaluate/shared-decisions.ts";
import { configurationDigests } from "../src/sweep/configuration-digest.ts";
import { digestIndex } from "../src/sweep/digest-index.ts";
import { leadingResults } from "../src/sweep/leading-results.ts";
import { scoreMap } from "../src/sweep/score-map.ts";
import { openStoredEvaluations } from "../src/sweep/stored-evaluations.ts";
import { changedSince, type SweepKeys, storeOrigins } from "../src/sweep/sweep-keys.ts";
import { tableSpool } from "../src/sweep/table-spool.ts";
import { unitSizes } from "../src/sweep/unit-sizes.ts";

function configurationOf(emaLength: number, feeBps = 0): SweepConfiguration {
  return {
    signals: { ...signalDefaults, emaLength },
    backtest: { ...backtestDefaults, feeBps },
    parameters: { fast: emaLength },
  };
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "atc-parts-"));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe("an index of digests", () => {
  it("finds what a Map finds", () => {
    const entries = fc.array(fc.tuple(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.nat()), {
      maxLength: 3000,
    });
    fc.assert(
      fc.property(entries, (pairs) => {
        const index = digestIndex();
        for (const [high, value] of pairs) index.set({ high, low: 0n }, value);
        const map = new Map(pairs);
        expect(index.size).toBe(map.size);
        for (const [high, value] of map) expect(index.get({ high, low: 0n })).toBe(value);
        expect(index.get({ high: 12_345n, low: 0n })).toBe(map.get(12_345n));
      }),
      { numRuns: 20 },
    );
  });
});

describe("digests of configurations", () => {
  it("do not depend on the keys that a sweep varies, and differ if a value or the end does", () => {
    const base = configurationOf(10);
    const one = configurationDigests(base, new Set(["emaLength", "parameters.fast"]));
    const two = configurationDigests(configurationOf(30, 5), new Set(["emaLength", "feeBps", "parameters.fast"]));
    expect(one(configurationOf(20), undefined)).toEqual(two(configurationOf(20), undefined));
    const all = [configurationOf(20), configurationOf(21), configurationOf(20, 1)].flatMap((configuration) => [
      two(configuration, undefined),
      two(configuration, 5),
    ]);
    expect(new Set(all.map(({ high, low }) => `${high} ${low}`)).size).toBe(6);
  });
});

describe("packed configurations", () => {
  it("are unpacked as they were, and hold only what differs", () => {
    const given = [configurationOf(10), configurationOf(12, 3), configurationOf(10, 3)];
    const packed = packConfigurations(given);
    expect(packed.keys.map(({ name }) => name)).toEqual(["emaLength", "feeBps", "fast"]);
    expect(unpackConfigurations(structuredClone(packed))).toEqual(given);
  });
});

describe("shared decisions", () => {
  it("are computed once per key and repeated in blocks of any length", () => {
    let calls = 0;
    const strategy = {
      name: "count",
      version: 1,
      columns: [],
      start: () => ({
        decide(_bars: object, directions: Int8Array) {
          calls++;
          for (let i = 0; i < directions.length; i++) directions[i] = (i % 3) - 1;
        },
        finish: () => ["a warning"],
      }),
    };
    const shared = sharedDecisions(1000);
    const run = (key: string, lengths: readonly number[]): readonly number[] => {
      const bound = shared.strategyOf(key, () => strategy);
      if (bound.scope === "universe") throw new Error("a strategy of one symbol");
      const own = bound.start("A", []);
      const all = lengths.flatMap((length) => {
        const directions = new Int8Array(length);
        own.decide({ close: new Float64Array(length) }, directions, {});
        return [...directions];
      });
      expect(own.finish?.()).toEqual(["a warning"]);
      return all;
    };
    const first = run("a", [4, 6]);
    expect(run("a", [1, 7, 2])).toEqual(first);
    expect(calls).toBe(2);
    run("b", [4, 6]);
    run("a", [4, 6]);
    expect(calls).toBe(6);
  });

  it("are computed again if they exceed the memory", () => {
    let starts = 0;
    const strategy = {
      name: "count",
      version: 1,
      columns: [],
      start() {
        starts++;
        return { decide: () => undefined };
      },
    };
    const shared = sharedDecisions(5);
    for (let i = 0; i < 3; i++) {
      const bound = shared.strategyOf("a", () => strategy);
      if (bound.scope === "universe") throw new Error("a strategy of one symbol");
      const run = bound.start("A", []);
      run.decide({ close: new Float64Array(9) }, new Int8Array(9), {});
      run.finish?.();
    }
    expect(starts).toBe(3);
  });
});

describe("leading results", () => {
  it("are the first of the ranking of all", () => {
    const figure = fc.oneof(fc.constant(Number.NaN), fc.integer({ min: -3, max: 3 }));
    const rows = fc.array(fc.tuple(figure, fc.nat({ max: 4 })), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 6 }), (given, most) => {
        const objective = parseObjective("sharpe");
        const requirements = parseRequirements({ require: "trades >= 2" });
        const leaders = leadingResults({
          objective,
          requirements,
          over: undefined,
          metrics: ["sharpe", "trades"],
          symbols: 0,
          most,
        });
        // Results come in any order.
        for (const index of [...given.keys()].reverse())
          leaders.add(
            { index, configuration: index, values: [], span: 1 },
            { portfolio: Float64Array.from(given[index] ?? []), symbols: new Float64Array(0) },
          );
        const all = given.map(([sharpe, trades], index) => ({
          index,
          metrics: (name: string) => (name === "sharpe" ? sharpe : trades),
        }));
        const ranking = rankRows(all, { objective, requirements });
        expect(leaders.best.map(({ index, score }) => ({ index, score }))).toEqual(ranking.ranked.slice(0, most));
        expect(leaders.ranked).toBe(ranking.ranked.length);
        const excluded = leaders.excluded.reduce((sum, { configurations }) => sum + configurations, 0);
        expect(excluded).toBe(ranking.excluded.length);
      }),
    );
  });
});

describe("a map of objectives", () => {
  it("has the best score of each pair, and joins neighbours if there are many values", () => {
    const { axes } = createSpace({ grid: { emaLength: "10..19", lambda: "0.1,0.2" } });
    const builder = scoreMap(axes, [0, 1], [5, 5]);
    for (let length = 10; length < 20; length++) {
      builder.add([length, 0.1], length);
      builder.add([length, 0.1], length - 100);
    }
    const { labels, scores } = builder.map;
    expect(labels[0].map(({ first, last }) => [first, last])).toEqual([
      [10, 11],
      [12, 13],
      [14, 15],
      [16, 17],
      [18, 19],
    ]);
    expect([...scores]).toEqual([11, 13, 15, 17, 19, ...new Array<number>(5).fill(Number.NaN)]);
  });
});

describe("stored evaluations", () => {
  const metrics = 2;
  const unit = (values: readonly number[]) => ({
    portfolios: Float64Array.from(values.flatMap((value) => [value, value / 2])),
    symbols: new Float64Array(0),
    faults: [],
    leftOut: [],
  });
  const digestOf = (number: number) => ({ high: BigInt(number), low: BigInt(7 * number) });

  it("are found in a later run, also after the list was lost, and without strategies that failed", async () => {
    await withFolder(async (folder) => {
      const store = await cacheFs({ directory: folder });
      const cache = createCache({ store, warn: () => undefined });
      const key = (part: object) => ({
        kind: "sweep",
        input: "x",
        parameters: { ...part },
        algorithm: "a",
        version: 1,
      });
      const open = () => openStoredEvaluations({ cache, key, metrics, symbolMetrics: 0, isRead: true });
      const first = await open();
      await first.store([digestOf(1), digestOf(2)], unit([10, 20]), 5);
      const faults = [{ place: 0, code: "ATC_STRATEGY" as const, message: "failed" }];
      await first.store([digestOf(3), digestOf(4)], { ...unit([Number.NaN, 40]), faults }, 5);
      await cache.delete(key({ units: "list", copy: 0 }));
      const second = await open();
      expect(second.size).toBe(3);
      expect([...((await second.find(digestOf(2)))?.portfolio ?? [])]).toEqual([20, 10]);
      expect(await second.find(digestOf(3))).toBeUndefined();
      expect(await second.find({ ...digestOf(2), low: 0n })).toBeUndefined();
      await second.store([digestOf(5)], unit([50]), 5);
      // A unit that the cache has evicted does not hide the later ones.
      for await (const { metadata } of cache.entries()) {
        const digests = metadata?.key.parameters["unit"] === 0 && (await cache.get(metadata.key))?.arrays["digests"];
        if (digests && digests[0] === 1n) await cache.delete(metadata.key);
      }
      const third = await open();
      expect(await third.find(digestOf(1))).toBeUndefined();
      expect((await third.find(digestOf(5)))?.portfolio[0]).toBe(50);
      await cache[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    });
  });
});

describe("a spool of rows", () => {
  it("returns what it was given, with an empty text for a missing one, and leaves nothing", async () => {
    await withFolder(async (folder) => {
      const texts: string[] = [];
      const columns = [
        { name: "n", type: "int32" },
        { name: "error", type: "text" },
      ] as const;
      const spool = tableSpool({ folder, columns, texts: { error: texts } });
      expect(await readdir(folder)).toEqual([]);
      spool.append({
        length: 2,
        columns,
        values: { n: Int32Array.of(1, 2), error: { indices: Int32Array.of(-1, -1), values: texts } },
      });
      texts.push("bad");
      spool.append({
        length: 1,
        columns,
        values: { n: Int32Array.of(3), error: { indices: Int32Array.of(0), values: texts } },
      });
      const table = spool.table();
      expect([table.length, table.texts]).toEqual([3, { error: ["bad", ""] }]);
      const rows = [...table.blocks(["n", "error"])].map(({ values }) => [
        [...(values["n"] as Int32Array)],
        [...(values["error"] as { indices: Int32Array }).indices],
      ]);
      expect(rows).toEqual([
        [
          [1, 2],
          [1, 1],
        ],
        [[3], [0]],
      ]);
      spool[Symbol.dispose]();
      spool[Symbol.dispose]();
      expect(() => spool.append({ length: 0, columns, values: {} })).toThrow();
    });
  });

  it("keeps no rows in memory", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    await withFolder(async (folder) => {
      const columns = [{ name: "n", type: "float64" }] as const;
      using spool = tableSpool({ folder, columns, texts: {} });
      const append = (): WeakRef<Float64Array> => {
        const n = new Float64Array(1000).fill(7);
        spool.append({ length: 1000, columns, values: { n } });
        return new WeakRef(n);
      };
      const rows = Array.from({ length: 20 }, append);
      // A weak reference keeps its target until the end of the task that made it.
      await new Promise((resolve) => setTimeout(resolve, 0));
      collect();
      expect(rows.filter((one) => one.deref() !== undefined).length).toBeLessThan(5);
      expect([...spool.table().blocks(["n"])]).toHaveLength(20);
    });
  });

  it("reports a disk that refuses it", () => {
    const open = () => tableSpool({ folder: join(tmpdir(), "atc-none", "none"), columns: [], texts: {} });
    expect(open).toThrow(/cannot keep the rows of the table in/);
  });
});

describe("the origins of a sweep", () => {
  it("say which of rows, code and version have changed", async () => {
    await withFolder(async (folder) => {
      const store = await cacheFs({ directory: folder });
      await using cache = createCache({ store, warn: () => undefined });
      const key = { kind: "sweepOrigins", input: "x", parameters: {}, algorithm: "a", version: 1 };
      const of = (current: SweepKeys["current"]): SweepKeys => ({
        unit: () => key,
        origins: key,
        current,
        times: undefined,
      });
      const before = { rows: "r", code: "c", version: "1" };
      expect(await changedSince(cache, of(before))).toBeUndefined();
      await storeOrigins(cache, of(before));
      expect(await changedSince(cache, of(before))).toBeUndefined();
      expect(await changedSince(cache, of({ ...before, version: "2" }))).toMatch(/^the version of atc has changed/);
      expect(await changedSince(cache, of({ rows: "s", code: "d", version: "1" }))).toMatch(
        /^the rows of the data and the code of the strategy have changed .*, so its configurations are computed again$/,
      );
      await store[Symbol.asyncDispose]();
    });
  });
});

describe("sizes of units", () => {
  const widths = { metrics: 10, symbolMetrics: 0 };

  it("keep the figures of many symbols within 32 MiB", () => {
    const symbols = 5000;
    const sizes = unitSizes({ rows: 10 * symbols, areShared: true, metrics: 10, symbolMetrics: 10 * symbols });
    const bytes = (): number => sizes.next * 8 * 10 * symbols;
    expect(bytes()).toBeLessThanOrEqual(2 ** 25);
    for (let i = 0; i < 20; i++) sizes.finished(sizes.next, 1);
    expect(bytes()).toBeLessThanOrEqual(2 ** 25);
    expect(sizes.next).toBeGreaterThan(50);
  });

  it("follow the measured time", () => {
    const sizes = unitSizes({ rows: 1000, areShared: false, ...widths });
    expect(sizes.next).toBe(1);
    sizes.finished(1, 10);
    expect(sizes.next).toBe(4);
    sizes.finished(4, 40);
    sizes.finished(16, 160);
    expect(sizes.next).toBe(64);
    sizes.finished(64, 64 * 200);
    expect(sizes.next).toBeLessThan(10);
  });

  it("begin large if configurations share work, but not too large for memory", () => {
    expect(unitSizes({ rows: 250_000, areShared: true, ...widths }).next).toBe(1000);
    expect(unitSizes({ rows: 10, areShared: true, ...widths }).next).toBe(4096);
  });
});
