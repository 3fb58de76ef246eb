import assert from "node:assert/strict";
import type { ByteStore, ByteStoreEntry } from "@atc/contract";
import type { ConformanceCase } from "../base/conformance-case.ts";

/** Options of {@link byteStoreCases}. */
export interface ByteStoreCasesOptions<Store extends ByteStore = ByteStore> {
  /**
   * Opens a second store over the same place as `store`; default: the store is not persistent, and laws that need it
   * are left out.
   */
  readonly reopen?: (store: Store) => ByteStore | Promise<ByteStore>;
}

type StoreLaw<Store extends ByteStore = ByteStore> = (store: Store) => Promise<void>;

/**
 * The laws of a byte store. Each call of `create` opens an empty store with room for some MiB; the suite disposes it.
 *
 * @example
 * ```ts
 * for (const { name, run } of byteStoreCases(() => memoryStore())) it(name, run);
 * ```
 */
export function byteStoreCases<Store extends ByteStore>(
  create: () => Store | Promise<Store>,
  options: ByteStoreCasesOptions<Store> = {},
): readonly ConformanceCase[] {
  const over =
    (law: StoreLaw<Store>): (() => Promise<void>) =>
    async () => {
      const store = await create();
      try {
        await law(store);
      } finally {
        await store[Symbol.asyncDispose]();
      }
    };
  const laws: Readonly<Record<string, StoreLaw<Store>>> = {
    ...valueLaws,
    ...keyLaws,
    ...listLaws,
    ...concurrencyLaws,
    ...lifeLaws,
    "behaves like a Map over 400 random operations": (store) => compareWithMap(store, options.reopen),
  };
  return Object.entries(laws).map(([name, law]) => ({ name, run: over(law) }));
}

const valueLaws: Readonly<Record<string, StoreLaw>> = {
  "returns undefined for a key that was never set": async (store) => {
    assert.equal(await store.get("absent"), undefined);
    assert.equal(await store.delete("absent"), false);
  },
  "returns what was set, including 0 bytes": async (store) => {
    for (const size of [0, 1, 4095, 4096, 1_000_003]) {
      await store.set(`sized/${size}`, pattern(size, size));
      same(await store.get(`sized/${size}`), pattern(size, size));
    }
  },
  "keeps the bytes of a view, not of its whole buffer": async (store) => {
    await store.set("view", pattern(100, 1).subarray(10, 20));
    same(await store.get("view"), pattern(100, 1).slice(10, 20));
  },
  "keeps a copy: changes to bytes that were set or returned do not affect it": async (store) => {
    const given = pattern(64, 5);
    await store.set("copied", given);
    given.fill(0);
    const first = await store.get("copied");
    same(first, pattern(64, 5));
    first?.fill(0);
    same(await store.get("copied"), pattern(64, 5));
  },
  "returns a plain Uint8Array, whose slice is a copy, even if a Buffer was set": async (store) => {
    const given = Buffer.from(pattern(32, 3));
    await store.set("plain", given);
    given.fill(0);
    const value = await store.get("plain");
    assert.equal(Object.getPrototypeOf(value), Uint8Array.prototype);
    value?.slice().fill(0);
    same(value, pattern(32, 3));
  },
  "replaces a value by a shorter one": async (store) => {
    await store.set("replaced", pattern(1000, 1));
    await store.set("replaced", pattern(3, 2));
    same(await store.get("replaced"), pattern(3, 2));
  },
  "removes a key once and reports whether it existed": async (store) => {
    await store.set("removed", pattern(5, 1));
    assert.equal(await store.delete("removed"), true);
    assert.equal(await store.get("removed"), undefined);
    assert.equal(await store.delete("removed"), false);
    assert.deepEqual(await keysOf(store), []);
  },
  "reads ranges, clipped at the end, if it supports ranges": async (store) => {
    if (store.getRange === undefined) return;
    const value = pattern(100, 9);
    await store.set("parts", value);
    same(await store.getRange("parts", { offset: 10, length: 20 }), value.slice(10, 30));
    same(await store.getRange("parts", { offset: 90, length: 20 }), value.slice(90));
    same(await store.getRange("parts", { offset: 200, length: 20 }), value.slice(100));
    same(await store.getRange("parts", { suffixLength: 7 }), value.slice(93));
    same(await store.getRange("parts", { suffixLength: 700 }), value);
    assert.equal(await store.getRange("absent", { suffixLength: 7 }), undefined);
    await refuses(store.getRange("parts", { offset: -1, length: 20 }), "ATC_INVALID_ARGUMENT");
    await refuses(store.getRange("parts", { suffixLength: Number.NaN }), "ATC_INVALID_ARGUMENT");
  },
};

const longest = `${"k".repeat(200)}/`.repeat(4) + "k".repeat(196);
const legalKeys = ["a", "v1/ab/abcdef.npz.blosc", "A-Z_0.9", "...", ".hidden", "-dash", "s".repeat(200), longest];
const illegalKeys = [
  "",
  "/",
  "/absolute",
  "trailing/",
  "a//b",
  ".",
  "..",
  "a/../b",
  "../outside",
  "a/./b",
  "C:\\windows",
  "back\\slash",
  "null\0byte",
  "new\nline",
  "space here",
  "ümlaut",
  "~tilde",
  "%2e%2e/x",
  "k".repeat(201),
  `${longest}k`.padEnd(1001, "k"),
  "k/".repeat(5000),
];

const keyLaws: Readonly<Record<string, StoreLaw>> = {
  "accepts every legal key": async (store) => {
    for (const [i, key] of legalKeys.entries()) await store.set(key, pattern(10, i));
    for (const [i, key] of legalKeys.entries()) same(await store.get(key), pattern(10, i));
    assert.deepEqual(new Set(await keysOf(store)), new Set(legalKeys));
  },
  "refuses an illegal key in every method": async (store) => {
    for (const key of illegalKeys) {
      await refuses(store.set(key, pattern(1, 1)), "ATC_INVALID_ARGUMENT");
      await refuses(store.get(key), "ATC_INVALID_ARGUMENT");
      await refuses(store.delete(key), "ATC_INVALID_ARGUMENT");
      if (store.getRange !== undefined) await refuses(store.getRange(key, { suffixLength: 1 }), "ATC_INVALID_ARGUMENT");
    }
    assert.deepEqual(await keysOf(store), []);
  },
};

const listLaws: Readonly<Record<string, StoreLaw>> = {
  "lists nothing if it is empty": async (store) => {
    assert.deepEqual(await entriesOf(store), []);
  },
  "lists keys and sizes by prefix, inside a segment too": async (store) => {
    for (const [i, key] of ["v1/aa/x", "v1/ab/y", "v10/z", "w"].entries()) await store.set(key, pattern(i, i));
    assert.deepEqual(new Set(await keysOf(store, "v1")), new Set(["v1/aa/x", "v1/ab/y", "v10/z"]));
    assert.deepEqual(new Set(await keysOf(store, "v1/a")), new Set(["v1/aa/x", "v1/ab/y"]));
    assert.deepEqual(await keysOf(store, "nothing"), []);
    const sizes = { "v1/aa/x": 0, "v1/ab/y": 1, "v10/z": 2, w: 3 };
    assert.deepEqual(await sizesOf(store), new Map(Object.entries(sizes)));
  },
  "keeps the time of the last access, which a read without touch does not change": async (store) => {
    const from = Date.now() - 1;
    await store.set("first", pattern(1, 1));
    await store.set("second", pattern(1, 1));
    const before = await accessTimes(store);
    for (const time of before.values())
      assert.ok(time >= from && time <= Date.now() + 1, `${time} is not the current time`);
    // Without the waits, all steps could have the same time, and a store that never changes it would pass.
    await nextMillisecond();
    await store.get("first", { touch: false });
    assert.deepEqual(await accessTimes(store), before);
    await nextMillisecond();
    await store.get("first");
    const after = await accessTimes(store);
    assert.ok(Number(after.get("first")) > Number(before.get("first")), "a read did not change the time of the access");
    assert.equal(after.get("second"), before.get("second"));
  },
};

const concurrencyLaws: Readonly<Record<string, StoreLaw>> = {
  "never shows readers a partial value while it is replaced": async (store) => {
    await store.set("torn", pattern(200_000, 0));
    let writing = true;
    const read = async (): Promise<void> => {
      while (writing) {
        const bytes = await store.get("torn");
        assert.ok(bytes !== undefined, "a value was missing while it was being replaced");
        same(bytes, pattern(bytes.length, bytes[0] ?? 0));
      }
    };
    const readers = [read(), read(), read()];
    try {
      for (let i = 1; i < 60; i++) await store.set("torn", pattern(i % 2 === 0 ? 200_000 : 70_001, i));
    } finally {
      writing = false;
      await Promise.all(readers);
    }
  },
  "keeps one whole value of many concurrent sets": async (store) => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.set("raced", pattern(10_000 + i, i))));
    const kept = await store.get("raced");
    assert.ok(kept !== undefined);
    same(kept, pattern(kept.length, kept.length - 10_000));
  },
  "lists no value that is still being written": async (store) => {
    const writes = Array.from({ length: 20 }, (_, i) => store.set(`listed/${i}`, pattern(100_000, i)));
    for (let i = 0; i < 10; i++)
      for (const { key, size } of await entriesOf(store)) {
        assert.match(key, /^listed\/\d+$/);
        assert.equal(size, 100_000);
      }
    await Promise.all(writes);
    assert.equal((await entriesOf(store)).length, 20);
  },
};

const lifeLaws: Readonly<Record<string, StoreLaw>> = {
  "does nothing if the signal is aborted": async (store) => {
    await store.set("kept", pattern(4, 1));
    const signal = AbortSignal.abort();
    await refuses(store.set("kept", pattern(4, 2), { signal }), "ATC_ABORTED");
    await refuses(store.get("kept", { signal }), "ATC_ABORTED");
    same(await store.get("kept"), pattern(4, 1));
  },
  "throws ATC_CLOSED after disposal, and may be disposed twice": async (store) => {
    await store.set("kept", pattern(4, 1));
    await store[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await refuses(store.get("kept"), "ATC_CLOSED");
    await refuses(store.set("kept", pattern(4, 2)), "ATC_CLOSED");
    await refuses(store.delete("kept"), "ATC_CLOSED");
    await refuses(entriesOf(store), "ATC_CLOSED");
  },
};

/**
 * A seeded sequence of sets, deletes and reads. It compares the store with a Map at each step, and through a second
 * store at the end.
 */
async function compareWithMap<Store extends ByteStore>(
  store: Store,
  reopen: ByteStoreCasesOptions<Store>["reopen"],
): Promise<void> {
  const model = new Map<string, Uint8Array>();
  const next = seeded(20_261_122);
  for (let step = 0; step < 400; step++) {
    const key = `walk/${next(12)}`;
    const act = next(10);
    if (act < 5) {
      const value = pattern(next(3000), step);
      await store.set(key, value);
      model.set(key, value);
    } else if (act < 7) assert.equal(await store.delete(key), model.delete(key), `delete at step ${step}`);
    else same(await store.get(key), model.get(key), `get at step ${step}`);
    if (step % 50 === 0) await holds(store, model);
  }
  await holds(store, model);
  if (reopen === undefined) return;
  const second = await reopen(store);
  try {
    await holds(second, model);
  } finally {
    await second[Symbol.asyncDispose]();
  }
}

async function holds(store: ByteStore, model: ReadonlyMap<string, Uint8Array>): Promise<void> {
  assert.deepEqual(await sizesOf(store), new Map([...model].map(([key, value]) => [key, value.length])));
  for (const [key, value] of model) same(await store.get(key), value);
}

async function entriesOf(store: ByteStore, prefix?: string): Promise<ByteStoreEntry[]> {
  const entries: ByteStoreEntry[] = [];
  for await (const entry of store.list(prefix)) entries.push(entry);
  return entries;
}

async function keysOf(store: ByteStore, prefix?: string): Promise<string[]> {
  return (await entriesOf(store, prefix)).map(({ key }) => key);
}

async function sizesOf(store: ByteStore): Promise<Map<string, number>> {
  return new Map((await entriesOf(store)).map(({ key, size }) => [key, size]));
}

async function accessTimes(store: ByteStore): Promise<Map<string, number>> {
  return new Map((await entriesOf(store)).map(({ key, accessedAt }) => [key, accessedAt]));
}

/** Waits until the clock that stores read has advanced. */
async function nextMillisecond(): Promise<void> {
  const now = Date.now();
  while (Date.now() <= now) await new Promise((resolve) => setTimeout(resolve, 1));
}

async function refuses(operation: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(operation, { name: "AtcError", code });
}

/** Bytes that follow from the first one, so that a mixture of two values is detected. */
function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = seed + ((i * 31) >> 4) * (i % 7);
  return bytes;
}

function same(actual: Uint8Array | undefined, expected: Uint8Array | undefined, what = "the value"): void {
  if (actual === undefined || expected === undefined) assert.equal(actual, expected, what);
  else
    assert.ok(
      Buffer.compare(actual, expected) === 0,
      `${what} differs: ${actual.length} bytes, not the expected ${expected.length}`,
    );
}

/** Random numbers below a bound, the same in each run. */
function seeded(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
