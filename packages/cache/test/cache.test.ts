import { crc32 } from "node:zlib";
import { AtcError } from "@atc/contract";
import { byteStoreCases } from "@atc/testing";
import { describe, expect, it, vi } from "vitest";
import { type CacheEvent, type CacheKey, type CacheValue, createCache } from "../src/index.ts";
import { deflate, xor } from "./codecs.ts";
import { memoryStore } from "./memory-store.ts";
import { everyDtype, keyOf } from "./values.ts";

describe("the memory store of these tests keeps the laws of a byte store", () => {
  for (const { name, run } of byteStoreCases(memoryStore)) it(name, run);
});

const floats = (...values: number[]): CacheValue => ({ arrays: { equity: Float64Array.from(values) } });

describe("the usage of a cache", () => {
  const a: CacheKey = { kind: "two words", input: "x", parameters: {}, algorithm: "t", version: 1 };
  const value: CacheValue = { arrays: { equity: Float64Array.of(1, 2) } };

  it("counts hits by tier, misses and computing time by kind", async () => {
    const store = memoryStore();
    const cache = createCache({ store });
    expect((await cache.stats()).usage).toEqual({ kinds: [], since: undefined });
    await cache.get(a);
    await cache.set(a, value, { costMs: 40, keepInMemory: false });
    await cache.get(a);
    await cache.get(a);
    await cache.compute({ ...a, kind: "b" }, () => value);
    await cache.explain(a);
    const { usage } = await cache.stats();
    expect(usage.kinds).toEqual([
      { kind: "b", memoryHits: 0, diskHits: 0, remoteHits: 0, misses: 1, savedMs: 0 },
      { kind: "two words", memoryHits: 1, diskHits: 1, remoteHits: 0, misses: 1, savedMs: 80 },
    ]);
    expect(usage.since).toBeLessThanOrEqual(Date.now());
    await cache.clear();
    expect((await cache.stats()).usage).toEqual({ kinds: [], since: undefined });
  });

  it("is kept in the tallies of the store, if it has some", async () => {
    const added: Readonly<Record<string, number>>[] = [];
    const amounts = { "misses k": 5, "other k": 1, nonsense: 2 };
    const tallies = {
      add: (one: Readonly<Record<string, number>>) => void added.push(one),
      read: async () => ({ amounts, since: 7 }),
      reset: async () => undefined,
    };
    const cache = createCache({ store: { ...memoryStore(), tallies } });
    await cache.set(a, value, { costMs: 3 });
    await cache.get(a);
    await cache.get({ ...a, input: "y" });
    expect(added).toEqual([{ "memoryHits two words": 1, "savedMs two words": 3 }, { "misses two words": 1 }]);
    expect((await cache.stats()).usage).toEqual({
      kinds: [{ kind: "k", memoryHits: 0, diskHits: 0, remoteHits: 0, misses: 5, savedMs: 0 }],
      since: 7,
    });
  });
});

describe("a cache returns what was stored", () => {
  for (const codec of [undefined, xor, deflate])
    it(`restores every dtype bit for bit, from memory and from disk, ${codec?.name ?? "plain"}`, async () => {
      const store = memoryStore();
      const cache = createCache({ store, codec });
      expect(await cache.set(keyOf(1), everyDtype())).toBe(true);
      expect(await cache.get(keyOf(1))).toEqual(everyDtype());
      const other = createCache({ store, codec });
      expect(await other.get(keyOf(1))).toEqual(everyDtype());
      expect(other.statistics).toMatchObject({ diskHits: 1, memoryHits: 0, misses: 0, damaged: 0 });
    });

  it("keeps one file per element size, named by its hash and extension", async () => {
    const store = memoryStore();
    await createCache({ store, codec: xor }).set(keyOf(1), everyDtype());
    const names = [...store.kept.keys()].map((key) => key.replace(/[0-9a-f]{64}/, "sha"));
    expect(new Set(names.map((name) => name.slice(6)))).toEqual(
      new Set(["sha.1.npz.xor", "sha.4.npz.xor", "sha.npz.xor"]),
    );
    for (const key of store.kept.keys()) expect(key).toMatch(/^v1\/([0-9a-f]{2})\/\1/);
  });

  it("passes the element size to the codec", async () => {
    const seen: (number | undefined)[] = [];
    const codec = {
      ...xor,
      encode(bytes: Uint8Array, options?: { typesize?: number }) {
        seen.push(options?.typesize);
        return bytes;
      },
    };
    await createCache({ store: memoryStore(), codec }).set(keyOf(1), everyDtype());
    expect(seen).toEqual([1, 4, 8]);
  });

  it("keeps values without arrays, and arrays of views and shared memory", async () => {
    const store = memoryStore();
    const cache = createCache({ store, memoryBytes: 0 });
    await cache.set(keyOf(1), { arrays: {}, attributes: { a: 1 } });
    expect(await cache.get(keyOf(1))).toEqual({ arrays: {}, attributes: { a: 1 } });
    const shared = new Float64Array(new SharedArrayBuffer(32));
    shared.fill(7);
    await cache.set(keyOf(2), { arrays: { shared, view: Float64Array.of(1, 2, 3).subarray(1, 2) } });
    expect(await cache.get(keyOf(2))).toEqual({
      arrays: { shared: Float64Array.of(7, 7, 7, 7), view: Float64Array.of(2) },
    });
  });

  it("is not affected by changes of a caller to arrays and attributes", async () => {
    const cache = createCache({ store: memoryStore() });
    const value = { arrays: { equity: Float64Array.of(1, 2) }, attributes: { deep: { n: 1 } } };
    const given = await cache.compute(keyOf(1), () => value);
    (given.arrays["equity"] as Float64Array).fill(9);
    value.attributes.deep.n = 9;
    for (let i = 0; i < 2; i++) {
      const again = await cache.get(keyOf(1));
      expect(again).toEqual({ arrays: { equity: Float64Array.of(1, 2) }, attributes: { deep: { n: 1 } } });
      if (again !== undefined) (again.arrays["equity"] as Float64Array).fill(9);
    }
  });

  it("accepts unusual names of arrays, and refuses those that an archive cannot have", async () => {
    const cache = createCache({ store: memoryStore(), memoryBytes: 0 });
    const one = Float64Array.of(1);
    const arrays = { "BTC/USDT:USDT": one, "größe 円": one, toString: one };
    await cache.set(keyOf(1), { arrays });
    expect(await cache.get(keyOf(1))).toEqual({ arrays });
    for (const name of ["", "..", "a/../b", "/a", "a\\b", "a\0b", "\ud800", "entry.json", "x".repeat(201)])
      await expect(cache.set(keyOf(1), { arrays: { [name]: one } })).rejects.toMatchObject({
        code: "ATC_INVALID_ARGUMENT",
      });
  });

  it("refuses anything but a cache value", async () => {
    const cache = createCache({ store: memoryStore() });
    const refused: unknown[] = [
      undefined,
      [],
      { arrays: [1] },
      { arrays: { a: [1, 2] } },
      { arrays: { a: new Int16Array(2) } },
    ];
    refused.push({ arrays: {}, attributes: { n: Number.NaN } }, { arrays: {}, attributes: [] });
    for (const value of refused)
      await expect(cache.set(keyOf(1), value as CacheValue)).rejects.toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
  });
});

describe("a key is its content", () => {
  it("does not depend on the order of parameters, and differs if any part does", async () => {
    const cache = createCache({ store: memoryStore() });
    await cache.set(keyOf(1, { parameters: { a: 1, b: { c: [0.1], d: -0 } } }), floats(1));
    expect(await cache.get(keyOf(1, { parameters: { b: { d: 0, c: [0.1] }, a: 1.0 } }))).toEqual(floats(1));
    const others: Partial<CacheKey>[] = [
      { kind: "equity" },
      { input: "x" },
      { algorithm: "x" },
      { version: 2 },
      { version: "1" },
    ];
    for (const other of others)
      expect(await cache.get(keyOf(1, { parameters: { a: 1, b: { c: [0.1], d: 0 } }, ...other }))).toBeUndefined();
    for (const parameters of [
      { a: 1 },
      { a: 1, b: { c: [0.1 + Number.EPSILON], d: 0 } },
      { a: "1", b: { c: [0.1], d: 0 } },
    ])
      expect(await cache.get(keyOf(1, { parameters }))).toBeUndefined();
  });

  it("refuses values that JSON would drop or change", async () => {
    const cache = createCache({ store: memoryStore() });
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    const wrong: unknown[] = [
      { a: undefined },
      { a: Number.NaN },
      { a: 1n },
      { a: new Date(0) },
      { a: () => 1 },
      cyclic,
      [],
      null,
    ];
    for (const parameters of wrong)
      await expect(cache.get({ ...keyOf(1), parameters } as CacheKey)).rejects.toMatchObject({
        code: "ATC_INVALID_ARGUMENT",
      });
    for (const part of [
      { kind: "" },
      { input: undefined },
      { algorithm: 1 },
      { version: null },
      { version: Number.NaN },
    ])
      await expect(cache.get({ ...keyOf(1), ...part } as CacheKey)).rejects.toMatchObject({
        code: "ATC_INVALID_ARGUMENT",
      });
  });
});

describe("compute", () => {
  it("runs once for concurrent callers, and gives each its own arrays", async () => {
    const cache = createCache({ store: memoryStore() });
    const produce = vi.fn(async () => floats(1, 2, 3));
    const values = await Promise.all(Array.from({ length: 10 }, () => cache.compute(keyOf(1), produce)));
    expect(produce).toHaveBeenCalledTimes(1);
    for (const value of values) expect(value).toEqual(floats(1, 2, 3));
    expect(new Set(values.map(({ arrays }) => arrays["equity"]?.buffer)).size).toBe(10);
    expect(cache.statistics).toMatchObject({ misses: 1, shared: 9, writes: 1 });
  });

  it("rejects all waiting callers on a failure, and tries again afterwards", async () => {
    const cache = createCache({ store: memoryStore() });
    const failing = vi.fn((): CacheValue => {
      throw new Error("no such bar");
    });
    const settled = await Promise.allSettled([1, 2, 3].map(() => cache.compute(keyOf(1), failing)));
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(failing).toHaveBeenCalledTimes(1);
    expect(await cache.compute(keyOf(1), () => floats(4))).toEqual(floats(4));
  });

  it("refuses to store anything but a cache value", async () => {
    const cache = createCache({ store: memoryStore() });
    await expect(cache.compute(keyOf(1), () => ({}) as CacheValue)).rejects.toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
    });
  });

  it("records how long the computation took", async () => {
    const store = memoryStore();
    const cache = createCache({ store });
    await cache.compute(keyOf(1), () => floats(1));
    for await (const { metadata } of cache.entries()) expect(metadata?.costMs).toBeGreaterThanOrEqual(0);
    await cache.set(keyOf(1), floats(1), { costMs: 12.5 });
    for await (const { metadata } of cache.entries()) expect(metadata?.costMs).toBe(12.5);
  });
});

describe("a store that fails", () => {
  it("never fails a computation, and is reported once", async () => {
    const store = memoryStore();
    const fail = async (): Promise<never> => {
      throw new AtcError("ATC_NO_SPACE", "the disk is full");
    };
    const warn = vi.fn();
    const cache = createCache({ store: { ...store, get: fail, set: fail, delete: fail }, warn, memoryBytes: 0 });
    for (let i = 0; i < 3; i++) expect(await cache.compute(keyOf(1), () => floats(i))).toEqual(floats(i));
    expect(await cache.get(keyOf(1))).toBeUndefined();
    expect(await cache.set(keyOf(1), floats(1))).toBe(false);
    expect(cache.statistics).toMatchObject({ readFailures: 4, writeFailures: 4, writes: 0 });
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it("does not affect the memory tier", async () => {
    const store = { ...memoryStore(), set: () => Promise.reject(new AtcError("ATC_READ_ONLY", "read-only")) };
    const cache = createCache({ store });
    await cache.compute(keyOf(1), () => floats(1));
    expect(await cache.compute(keyOf(1), () => floats(2))).toEqual(floats(1));
  });

  it("counts a codec that cannot encode as a failed write", async () => {
    const codec = {
      ...xor,
      encode: () => {
        throw new TypeError("a bug");
      },
    };
    const cache = createCache({ store: memoryStore(), codec, memoryBytes: 0 });
    expect(await cache.compute(keyOf(1), () => floats(1))).toEqual(floats(1));
    expect(cache.statistics.writeFailures).toBe(1);
  });
});

describe("the memory tier", () => {
  it("evicts the least recently used values, and stays within its budget", async () => {
    const store = memoryStore();
    const cache = createCache({ store, memoryBytes: 200_000 });
    for (let i = 0; i < 3; i++) await cache.set(keyOf(i), { arrays: { a: new Float64Array(10_000).fill(i) } });
    expect(cache.statistics).toMatchObject({ memoryEntries: 2, memoryEvicted: 1 });
    expect(cache.statistics.memoryBytes).toBeLessThanOrEqual(200_000);
    await cache.get(keyOf(1));
    await cache.set(keyOf(3), { arrays: { a: new Float64Array(10_000) } });
    store.kept.clear();
    expect(await cache.get(keyOf(1))).toBeDefined();
    expect(await cache.get(keyOf(2))).toBeUndefined();
  });

  it("skips a value larger than the budget, which still comes from disk", async () => {
    const cache = createCache({ store: memoryStore(), memoryBytes: 1000 });
    await cache.set(keyOf(1), { arrays: { a: new Float64Array(1000) } });
    expect(cache.statistics.memoryEntries).toBe(0);
    expect(await cache.get(keyOf(1))).toBeDefined();
  });
});

describe("files of other settings and versions", () => {
  it("stay readable after compression is switched on, off, or changed", async () => {
    const store = memoryStore();
    const settings = [{ codec: undefined }, { codec: xor }, { codec: deflate }];
    for (const [i, { codec }] of settings.entries()) await createCache({ store, codec }).set(keyOf(i), everyDtype());
    for (const { codec } of settings) {
      const cache = createCache({ store, codec, readers: [xor, deflate] });
      for (let i = 0; i < 3; i++) expect(await cache.get(keyOf(i))).toEqual(everyDtype());
      expect((await cache.verify()).unreadable).toEqual([]);
    }
    const without = createCache({ store });
    expect(await without.get(keyOf(1))).toBeUndefined();
    expect((await without.verify()).unreadable).toHaveLength(6);
  });

  it("never return an older value than the last one set", async () => {
    const store = memoryStore();
    await createCache({ store }).set(keyOf(1), floats(1));
    await createCache({ store, codec: xor }).set(keyOf(1), floats(2));
    expect(await createCache({ store, readers: [xor] }).get(keyOf(1))).toEqual(floats(2));
  });

  it("leaves entries of a newer format alone", async () => {
    const store = memoryStore();
    const cache = createCache({ store, memoryBytes: 0 });
    await cache.set(keyOf(1), floats(1));
    const [storeKey = ""] = store.kept.keys();
    const newer = edited(store.kept.get(storeKey)?.value as Uint8Array, { '"format":1': '"format":2' });
    await store.set(storeKey, newer);
    await store.set("v2/ab/whatever.bin", Uint8Array.of(1));
    const events: CacheEvent[] = [];
    const other = createCache({ store, memoryBytes: 0, onEvent: (event) => events.push(event) });
    expect(await other.compute(keyOf(1), () => floats(2))).toEqual(floats(2));
    expect(events).toMatchObject([{ type: "miss", reason: "newer" }]);
    expect((await other.verify()).newer).toEqual([storeKey]);
    await other.prune({ maxBytes: 0 });
    expect(store.kept.get(storeKey)?.value).toEqual(newer);
    await other.clear();
    expect([...store.kept.keys()]).toEqual(["v2/ab/whatever.bin"]);
  });

  it("refuses an entry that lists filters, and names them", async () => {
    const store = memoryStore();
    await createCache({ store }).set(keyOf(1), { ...floats(1), attributes: { padding: "xxxxxxx" } });
    const [storeKey = ""] = store.kept.keys();
    const payload = store.kept.get(storeKey)?.value as Uint8Array;
    await store.set(storeKey, edited(payload, { '"filters":[]': '"filters":["delta"]', xxxxxxx: "" }));
    const events: CacheEvent[] = [];
    const cache = createCache({ store, onEvent: (event) => events.push(event) });
    expect(await cache.get(keyOf(1))).toBeUndefined();
    expect(events).toMatchObject([
      { type: "damaged", storeKey, problem: expect.stringMatching(/filters delta/) },
      { type: "miss", reason: "damaged" },
    ]);
  });

  it("leaves files alone that a missing plugin could decode", async () => {
    const store = memoryStore();
    const codec = {
      ...xor,
      decode: () => {
        throw new AtcError("ATC_MISSING_PLUGIN", "pnpm add @atc/codec-zstd");
      },
    };
    await createCache({ store, codec: xor }).set(keyOf(1), floats(1));
    const cache = createCache({ store, codec });
    expect(await cache.get(keyOf(1))).toBeUndefined();
    expect(cache.statistics.damaged).toBe(0);
    expect(await createCache({ store, codec: xor }).get(keyOf(1))).toEqual(floats(1));
  });
});

/** The payload with texts of its entry.json replaced, and the matching CRC-32. The length must stay the same. */
function edited(payload: Uint8Array, replacements: Readonly<Record<string, string>>): Uint8Array {
  const changed = Buffer.from(payload);
  const size = changed.readUInt32LE(18);
  let text = changed.toString("utf8", 64, 64 + size);
  for (const [before, after] of Object.entries(replacements)) text = text.replace(before, after);
  changed.write(text, 64);
  changed.writeUInt32LE(crc32(changed.subarray(64, 64 + size)), 14);
  return new Uint8Array(changed);
}

describe("a value of several files", () => {
  const value: CacheValue = { arrays: { a: Float64Array.of(1), b: Int8Array.of(1) } };
  const changed: CacheValue = { arrays: { a: Float64Array.of(1), b: Int8Array.of(2) } };
  const sibling = (store: ReturnType<typeof memoryStore>): string =>
    [...store.kept.keys()].find((key) => key.includes(".1.npz")) ?? "";

  it("is a miss if one of them is missing", async () => {
    const store = memoryStore();
    await createCache({ store }).set(keyOf(1), value);
    store.kept.delete(sibling(store));
    const cache = createCache({ store });
    expect((await cache.verify()).incomplete).toHaveLength(1);
    expect(await cache.get(keyOf(1))).toBeUndefined();
    expect(cache.statistics).toMatchObject({ incomplete: 1, damaged: 0 });
    await cache.compute(keyOf(1), () => value);
    expect(await createCache({ store }).get(keyOf(1))).toEqual(value);
  });

  it("is a miss if one of them is from another write", async () => {
    const store = memoryStore();
    const other = memoryStore();
    await createCache({ store }).set(keyOf(1), value);
    await createCache({ store: other }).set(keyOf(1), changed);
    await store.set(sibling(store), (await other.get(sibling(other))) as Uint8Array);
    expect(await createCache({ store }).get(keyOf(1))).toBeUndefined();
  });

  it("may be a mixture of two writes of the same content", async () => {
    const store = memoryStore();
    const other = memoryStore();
    await createCache({ store }).set(keyOf(1), value, { costMs: 1 });
    await createCache({ store: other }).set(keyOf(1), value, { costMs: 2 });
    await store.set(sibling(store), (await other.get(sibling(other))) as Uint8Array);
    expect(await createCache({ store }).get(keyOf(1))).toEqual(value);
  });
});

describe("maintenance", () => {
  async function filled(): Promise<{ store: ReturnType<typeof memoryStore>; cache: ReturnType<typeof createCache> }> {
    const store = memoryStore();
    const cache = createCache({ store, codec: deflate });
    for (let i = 0; i < 4; i++) await cache.set(keyOf(i, { kind: i < 2 ? "votes" : "equity" }), floats(i));
    for (const [i, kept] of [...store.kept.values()].entries()) kept.accessedAt = Date.now() - (10 - i) * 60_000;
    return { store, cache };
  }

  it("lists the metadata of each file, least recently used first, and does not count as a use", async () => {
    const { store, cache } = await filled();
    const times = [...store.kept.values()].map(({ accessedAt }) => accessedAt);
    const kinds: (string | undefined)[] = [];
    for await (const { metadata, extension } of cache.entries()) kinds.push(`${metadata?.key.kind}${extension}`);
    expect(kinds).toEqual(["votes.deflate", "votes.deflate", "equity.deflate", "equity.deflate"]);
    await cache.verify();
    expect([...store.kept.values()].map(({ accessedAt }) => accessedAt)).toEqual(times);
  });

  it("prunes by age, by bytes and by kind", async () => {
    const byAge = await filled();
    expect(await byAge.cache.prune({ olderThanMs: 8.5 * 60_000 })).toMatchObject({ removedEntries: 2, keptEntries: 2 });
    const byBytes = await filled();
    const { keptBytes } = await byBytes.cache.prune();
    const report = await byBytes.cache.prune({ maxBytes: keptBytes - 1 });
    expect(report).toMatchObject({ removedEntries: 1, keptEntries: 3 });
    expect(await byBytes.cache.get(keyOf(0))).toBeUndefined();
    const byKind = await filled();
    expect(await byKind.cache.prune({ kind: "votes" })).toMatchObject({ removedEntries: 2, keptEntries: 0 });
    expect(await byKind.cache.get(keyOf(2, { kind: "equity" }))).toEqual(floats(2));
  });

  it("reports the content of the store, sets damaged files aside, and clears", async () => {
    const { store, cache } = await filled();
    const [storeKey = ""] = store.kept.keys();
    await store.set(storeKey, Uint8Array.of(1, 2, 3));
    expect(await cache.verify()).toMatchObject({ checked: 4, damaged: [storeKey], incomplete: [], newer: [] });
    expect(await cache.stats()).toMatchObject({
      storedEntries: 3,
      quarantinedEntries: 1,
      quarantinedBytes: 3,
      damaged: 1,
    });
    expect(await cache.clear()).toMatchObject({ removedEntries: 4 });
    expect(store.kept.size).toBe(0);
    expect(await cache.get(keyOf(3))).toBeUndefined();
  });

  it("deletes a value with all its files", async () => {
    const store = memoryStore();
    const cache = createCache({ store });
    await cache.set(keyOf(1), everyDtype());
    expect(await cache.delete(keyOf(1))).toBe(true);
    expect(await cache.delete(keyOf(1))).toBe(false);
    expect(store.kept.size).toBe(0);
  });

  it("explains a miss by the stored key with the fewest differences", async () => {
    const store = memoryStore();
    const cache = createCache({ store });
    expect(await cache.explain(keyOf(1))).toMatchObject({ found: false, differences: [] });
    await cache.set(keyOf(1), floats(1));
    await cache.set(keyOf(2), floats(1));
    expect(await cache.explain(keyOf(1))).toMatchObject({ found: true });
    const { differences, nearest } = await cache.explain(keyOf(1, { version: 2 }));
    expect(differences).toEqual([{ field: "version", asked: 2, stored: 1 }]);
    expect(nearest).toEqual(keyOf(1));
    const other = await cache.explain(keyOf(2, { parameters: { length: 14, n: 2, robust: true } }));
    expect(other.differences).toEqual([
      { field: "parameters.length", asked: 14, stored: 28 },
      { field: "parameters.robust", asked: true, stored: undefined },
    ]);
  });

  it("throws ATC_CLOSED after disposal and leaves the store to its owner", async () => {
    const store = memoryStore();
    const cache = createCache({ store });
    await cache[Symbol.asyncDispose]();
    await cache[Symbol.asyncDispose]();
    for (const call of [
      () => cache.get(keyOf(1)),
      () => cache.compute(keyOf(1), () => floats(1)),
      () => cache.clear(),
      () => cache.stats(),
    ])
      await expect(call()).rejects.toMatchObject({ code: "ATC_CLOSED" });
    await store.set("still", Uint8Array.of(1));
  });

  it("refuses options out of their range", () => {
    const store = memoryStore();
    for (const memoryBytes of [-1, 1.5, Number.NaN, "64M"])
      expect(() => createCache({ store, memoryBytes: memoryBytes as number })).toThrow(AtcError);
    expect(() => createCache({ store, codec: { ...xor, extension: "/../x" } })).toThrow(AtcError);
  });
});
