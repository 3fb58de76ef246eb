import { AtcError, type ByteStore } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { type CacheEvent, type CacheOptions, createCache } from "../src/index.ts";
import { xor } from "./codecs.ts";
import { type MemoryStore, memoryStore } from "./memory-store.ts";

const key = { kind: "k", input: "f", parameters: { length: 28 }, algorithm: "ema", version: 1 };
const value = { arrays: { ema: Float64Array.of(1, 1.5), warm: Int8Array.of(0, 1) } };

/** A cache of a machine with its own store, over a remote one. */
function machine(remote: ByteStore, options: Partial<CacheOptions> = {}) {
  const store = memoryStore();
  const warnings: string[] = [];
  const events: CacheEvent[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const onEvent = (event: CacheEvent): void => void events.push(event);
  return { store, warnings, events, cache: createCache({ store, remote, warn, onEvent, ...options }) };
}

/** A remote store that counts calls, and of which some methods fail. */
function failing(store: MemoryStore, code: "ATC_NETWORK" | "ATC_READ_ONLY", ...methods: (keyof ByteStore)[]) {
  const calls: string[] = [];
  const of =
    <Rest extends readonly unknown[], T>(name: keyof ByteStore, call: (...rest: Rest) => Promise<T>) =>
    async (...rest: Rest): Promise<T> => {
      calls.push(name as string);
      if (methods.includes(name)) throw new AtcError(code, "this test wants it");
      return await call(...rest);
    };
  const remote: ByteStore = {
    ...store,
    get: of("get", store.get),
    set: of("set", store.set),
    delete: of("delete", store.delete),
  };
  return { remote, calls };
}

const never = () => {
  throw new Error("a value that was stored was computed");
};

describe("a cache with a remote store", () => {
  it("finds what another machine computed, and keeps it", async () => {
    const remote = memoryStore();
    await machine(remote).cache.compute(key, () => value);
    const { cache, store, events } = machine(remote);
    expect(await cache.compute(key, never)).toEqual(value);
    expect(cache.statistics).toMatchObject({ remoteHits: 1, diskHits: 0, misses: 0 });
    expect(events).toContainEqual(expect.objectContaining({ type: "hit", tier: "remote" }));
    expect((await cache.stats()).usage.kinds).toMatchObject([{ kind: "k", remoteHits: 1, misses: 0 }]);
    expect(new Set(store.kept.keys())).toEqual(new Set(remote.kept.keys()));
    remote.kept.clear();
    expect(await createCache({ store }).get(key)).toEqual(value);
  });

  it("looks in its own store first", async () => {
    const { remote, calls } = failing(memoryStore(), "ATC_NETWORK");
    const { cache, store } = machine(remote);
    await cache.set(key, value);
    calls.length = 0;
    expect(await machine(remote, { store }).cache.get(key)).toEqual(value);
    expect(calls).toEqual([]);
  });

  it("computes and replaces what is damaged there, and says so", async () => {
    const remote = memoryStore();
    await machine(remote).cache.set(key, value);
    const sound = new Map([...remote.kept].map(([name, { value: bytes }]) => [name, bytes.slice()]));
    for (const { value: bytes } of remote.kept.values()) bytes[bytes.length >> 1] = ~(bytes[bytes.length >> 1] ?? 0);
    const { cache, store, warnings, events } = machine(remote);
    let computed = 0;
    const result = await cache.compute(key, () => {
      computed++;
      return value;
    });
    expect([result, computed]).toEqual([value, 1]);
    expect(warnings).toEqual([expect.stringContaining("the shared cache entry")]);
    expect(events).toContainEqual(expect.objectContaining({ type: "damaged", isRemote: true }));
    expect([...store.kept.keys()].some((name) => name.startsWith("quarantine/"))).toBe(false);
    expect(new Set(remote.kept.keys())).toEqual(new Set([...sound.keys(), `quarantine/${firstOf(sound)}`]));
    expect(await machine(remote).cache.get(key)).toEqual(value);
  });

  it("never keeps what it did not verify", async () => {
    const remote = memoryStore();
    await machine(remote).cache.set(key, value);
    const other = { ...key, version: 2 };
    await machine(remote).cache.set(other, value);
    const names = [...remote.kept.keys()].filter((name) => name.endsWith(".npz") && !/\.\d\.npz$/.test(name));
    const [one = "", two = ""] = names;
    // The entry of one key under the name of another.
    remote.kept.set(one, { value: remote.kept.get(two)?.value ?? new Uint8Array(0), accessedAt: 0 });
    const { cache, store } = machine(remote);
    const found = [await cache.get(key), await cache.get(other)];
    expect(found.filter((each) => each !== undefined)).toEqual([value]);
    expect([...store.kept.keys()].filter((name) => name.startsWith("v1/"))).not.toContain(one);
  });

  it("warns once and leaves it alone if it cannot be reached", async () => {
    const { remote, calls } = failing(memoryStore(), "ATC_NETWORK", "get", "set", "delete");
    const { cache, warnings } = machine(remote);
    for (let version = 1; version < 20; version++) {
      const own = { ...key, version };
      expect(await cache.compute(own, () => value)).toEqual(value);
      expect(await cache.get(own)).toEqual(value);
      expect(await cache.delete(own)).toBe(true);
    }
    expect(warnings).toEqual([expect.stringContaining("the shared cache cannot read")]);
    expect(calls).toEqual(["get"]);
    expect(cache.statistics).toMatchObject({ readFailures: 0, writeFailures: 0 });
  });

  it("reads one that it may not write", async () => {
    const shared = memoryStore();
    await machine(shared).cache.set(key, value);
    const { remote, calls } = failing(shared, "ATC_READ_ONLY", "set", "delete");
    const { cache, warnings } = machine(remote);
    for (const version of [2, 3, 4]) await cache.compute({ ...key, version }, () => value);
    expect(await cache.compute(key, never)).toEqual(value);
    expect(calls.filter((name) => name === "set")).toHaveLength(1);
    expect(warnings).toEqual([expect.stringContaining("the shared cache cannot write")]);
  });

  it("removes a value from both", async () => {
    const remote = memoryStore();
    const { cache } = machine(remote);
    await cache.set(key, value);
    expect(await machine(remote).cache.delete(key)).toBe(true);
    expect(remote.kept.size).toBe(0);
    await cache.set(key, value);
    expect(await cache.delete(key)).toBe(true);
    expect(await cache.get(key)).toBeUndefined();
  });

  it("leaves it alone in maintenance", async () => {
    const remote = memoryStore();
    const { cache } = machine(remote);
    await cache.set(key, value);
    const names = [...remote.kept.keys()];
    await cache.verify();
    await cache.prune({ maxBytes: 0 });
    await cache.clear();
    expect([...remote.kept.keys()]).toEqual(names);
  });

  it("shares entries of its own compression, with one request for each absent file", async () => {
    const { remote, calls } = failing(memoryStore(), "ATC_NETWORK");
    const codec = xor;
    const { cache } = machine(remote, { codec, readers: [] });
    expect(await cache.get(key)).toBeUndefined();
    expect(calls).toEqual(["get"]);
    await cache.set(key, value);
    expect(await machine(remote, { codec }).cache.get(key)).toEqual(value);
    expect(await machine(remote).cache.get(key)).toBeUndefined();
  });
});

function firstOf(sound: ReadonlyMap<string, unknown>): string {
  return [...sound.keys()].find((name) => !/\.\d\.npz$/.test(name)) ?? "";
}
