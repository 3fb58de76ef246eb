import { type Cache, type CacheKey, createCache } from "@atc/cache";
import { AtcError, type ByteStore, type JsonObject } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { openStoredEvaluations, type StoredEvaluations } from "../src/sweep/stored-evaluations.ts";

const widths = { metrics: 2, symbolMetrics: 3 };

const key = (part: JsonObject): CacheKey => ({
  kind: "sweep",
  input: "x",
  parameters: part,
  algorithm: "a",
  version: 1,
});

const digestOf = (number: number) => ({ high: (BigInt(number) << 40n) + BigInt(number), low: BigInt(7 * number) });

/** Results that are right for their numbers. Every tenth has a fault. */
function resultsOf(numbers: readonly number[]) {
  return {
    portfolios: Float64Array.from(numbers.flatMap((number) => [number, number / 2])),
    symbols: Float64Array.from(numbers.flatMap((number) => [number + 0.1, number + 0.2, number + 0.3])),
    faults: numbers.flatMap((number, place) =>
      number % 10 === 0 ? [{ place, code: "ATC_INVALID_DATA" as const, message: `bad ${number}` }] : [],
    ),
    leftOut: [{ symbol: "Z", code: "ATC_INVALID_DATA" as const, reason: "empty", configurations: numbers.length }],
  };
}

interface Store {
  readonly cache: Cache;
  /** The files of the cache. */
  files(): number;
}

/** A cache whose files are in memory. */
async function withCache(use: (store: Store) => Promise<void>, kept = new Map<string, Uint8Array>()): Promise<void> {
  const store: ByteStore = {
    get: (name) => Promise.resolve(kept.get(name)?.slice()),
    set(name, value) {
      kept.set(name, value.slice());
      return Promise.resolve();
    },
    delete: (name) => Promise.resolve(kept.delete(name)),
    async *list() {
      await Promise.resolve();
      for (const [name, { length }] of kept) yield { key: name, size: length, accessedAt: 0 };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  await using cache = createCache({ store, warn: () => undefined });
  await use({ cache, files: () => kept.size });
}

const open = (cache: Cache, isRead = true): Promise<StoredEvaluations> =>
  openStoredEvaluations({ cache, key, ...widths, isRead });

/** Stores units of some numbers each. */
async function fill(stored: StoredEvaluations, from: number, to: number, size: number): Promise<void> {
  for (let start = from; start < to; start += size) {
    const numbers = Array.from({ length: Math.min(size, to - start) }, (_, i) => start + i);
    await stored.store(numbers.map(digestOf), resultsOf(numbers), 5);
  }
}

async function expectAll(stored: StoredEvaluations, from: number, to: number): Promise<void> {
  for (let number = from; number < to; number++) {
    const found = await stored.find(digestOf(number));
    expect({
      number,
      portfolio: [...(found?.portfolio ?? [])],
      symbols: [...(found?.symbols ?? [])],
      fault: found?.fault?.message,
    }).toEqual({
      number,
      portfolio: [number, number / 2],
      symbols: [number + 0.1, number + 0.2, number + 0.3],
      fault: number % 10 === 0 ? `bad ${number}` : undefined,
    });
  }
}

/** A cache that refuses to work from a step on, as after a kill, counting sets and deletes. */
function killedAfter(cache: Cache, steps: number): { readonly cache: Cache; readonly isDead: () => boolean } {
  let done = 0;
  const step = <Result>(action: () => Promise<Result>): Promise<Result> => {
    if (done >= steps) return Promise.reject(new AtcError("ATC_IO", "the process was killed"));
    done++;
    return action();
  };
  const killed: Cache = Object.create(cache, {
    set: { value: (...args: Parameters<Cache["set"]>) => step(() => cache.set(...args)) },
    delete: { value: (...args: Parameters<Cache["delete"]>) => step(() => cache.delete(...args)) },
  }) as Cache;
  return { cache: killed, isDead: () => done >= steps };
}

/** A cache that waits before a step until it is resumed, like a stopped process, counting sets. */
function stoppedAfter(cache: Cache, steps: number) {
  let reach = (): void => undefined;
  let resume = (): void => undefined;
  const reached = new Promise<void>((done) => {
    reach = done;
  });
  const resumed = new Promise<void>((done) => {
    resume = done;
  });
  let done = 0;
  const stopped: Cache = Object.create(cache, {
    set: {
      async value(...args: Parameters<Cache["set"]>) {
        if (done++ === steps) {
          reach();
          await resumed;
        }
        return await cache.set(...args);
      },
    },
  }) as Cache;
  return { cache: stopped, reached, resume: () => resume() };
}

describe("small units", () => {
  it("are joined, so that a long search has few files, and all are found", async () => {
    await withCache(async ({ cache, files }) => {
      const stored = await open(cache);
      await fill(stored, 0, 6400, 16);
      expect(files()).toBeLessThan(75);
      await expectAll(stored, 0, 6400);
      const again = await open(cache);
      expect([again.size, again.leftOut.map(({ symbol }) => symbol)]).toEqual([6400, ["Z"]]);
      await expectAll(again, 0, 6400);
    });
  });

  it("of a killed sweep are joined when the next one begins", async () => {
    await withCache(async ({ cache, files }) => {
      for (let start = 0; start < 80; start += 20) {
        // Runs that each end early store few units, and do not reach the number at which units are joined.
        const stored = await openStoredEvaluations({ cache, key, ...widths, isRead: false });
        await fill(stored, start, start + 20, 1);
      }
      // The list has two copies.
      expect(files()).toBe(80 + 2);
      const stored = await open(cache);
      expect(files()).toBe(1 + 2);
      await expectAll(stored, 0, 80);
      await fill(stored, 80, 90, 1);
      await expectAll(await open(cache), 0, 90);
    });
  });

  it("are never lost if the process is killed between any two steps", async () => {
    const count = 64;
    const before = new Map<string, Uint8Array>();
    await withCache(async ({ cache }) => await fill(await open(cache), 0, count - 1, 1), before);
    let isDone = false;
    for (let steps = 1; !isDone; steps++)
      await withCache(async ({ cache, files }) => {
        const killed = killedAfter(cache, steps);
        const stored = await open(killed.cache);
        // The last unit is stored, then all are joined.
        await fill(stored, count - 1, count, 1).catch(() => undefined);
        isDone = !killed.isDead();
        const next = await open(cache);
        // The sweep lists itself in both copies of the list before it stores a unit.
        const kept = steps <= 2 ? count - 1 : count;
        await expectAll(next, 0, kept);
        await fill(next, kept, count + 5, 1);
        const last = await open(cache);
        expect(last.size).toBe(count + 5);
        await expectAll(last, 0, count + 5);
        if (isDone) expect(files()).toBe(1 + 2 + 5);
      }, new Map(before));
  }, 300_000);

  it("stay if the cache refuses the joined one", async () => {
    await withCache(async ({ cache }) => {
      let largest = 0;
      const full: Cache = Object.create(cache, {
        set: {
          value: (...args: Parameters<Cache["set"]>) => {
            const digests = args[1].arrays["digests"];
            largest = Math.max(largest, digests?.length ?? 0);
            return (digests?.length ?? 0) > 2 ? Promise.resolve(false) : cache.set(...args);
          },
        },
      }) as Cache;
      await fill(await open(full), 0, 100, 1);
      expect(largest).toBe(128);
      await expectAll(await open(cache), 0, 100);
    });
  });

  it("are found while they are joined", async () => {
    await withCache(async ({ cache }) => {
      const stored = await open(cache);
      await fill(stored, 0, 63, 1);
      const found = Array.from({ length: 63 }, (_, i) => i);
      const [all] = await Promise.all([
        Promise.all(found.map((number) => stored.find(digestOf(number)))),
        stored.store([digestOf(63)], resultsOf([63]), 5),
      ]);
      expect(all.every((one) => one !== undefined)).toBe(true);
      await expectAll(stored, 0, 64);
    });
  });

  it("that a later sweep computed again count as that sweep has them", async () => {
    await withCache(async ({ cache }) => {
      await fill(await open(cache), 0, 40, 1);
      const again = await open(cache, false);
      expect(again.size).toBe(0);
      await again.store([digestOf(3)], resultsOf([103]), 5);
      const last = await open(cache);
      expect((await last.find(digestOf(3)))?.portfolio[0]).toBe(103);
      expect((await last.find(digestOf(4)))?.portfolio[0]).toBe(4);
    });
  });
});

describe("two sweeps at the same time", () => {
  it("keep the units of each other, also those that one of them joins", async () => {
    await withCache(async ({ cache }) => {
      const [first, second] = [await open(cache), await open(cache)];
      await fill(first, 0, 3, 1);
      await fill(second, 100, 105, 1);
      await fill(first, 3, 90, 1);
      await fill(second, 105, 110, 1);
      const last = await open(cache);
      expect(last.size).toBe(100);
      await expectAll(last, 0, 90);
      await expectAll(last, 100, 110);
    });
  });

  it("do not overwrite units of each other, whichever step comes first", async () => {
    await withCache(async ({ cache }) => {
      const [first, second, third] = await Promise.all([open(cache), open(cache), open(cache)]);
      await Promise.all([fill(first, 0, 30, 1), fill(second, 100, 130, 1), fill(third, 200, 230, 1)]);
      const last = await open(cache);
      expect(last.size).toBe(90);
      for (const from of [0, 100, 200]) await expectAll(last, from, from + 30);
    });
  });

  it("find the units of each other if one of them was stopped at any step", async () => {
    let isDone = false;
    for (let steps = 0; !isDone; steps++)
      await withCache(async ({ cache }) => {
        const stopped = stoppedAfter(cache, steps);
        const first = await open(stopped.cache);
        const filled = fill(first, 0, 3, 1);
        isDone = await Promise.race([stopped.reached.then(() => false), filled.then(() => true)]);
        await fill(await open(cache), 100, 103, 1);
        stopped.resume();
        await filled;
        const last = await open(cache);
        await expectAll(last, 0, 3);
        await expectAll(last, 100, 103);
      });
  });

  it("find what another one joins while they run", async () => {
    await withCache(async ({ cache }) => {
      await fill(await open(cache), 0, 60, 1);
      const first = await open(cache);
      await fill(await open(cache), 60, 90, 1);
      await expectAll(first, 0, 60);
    });
  });
});
