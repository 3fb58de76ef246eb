import assert from "node:assert/strict";
import type { ArrayStore, DatasetWriter } from "@atc/contract";
import type { ConformanceCase } from "../base/conformance-case.ts";
import { contentLaws } from "./array-store-content.ts";
import { generationLaws } from "./array-store-generations.ts";
import { growingLaws } from "./array-store-growing.ts";
import { assertRejects, assertThrows, onlySymbol, type StoreLaw, withWriter } from "./array-store-laws.ts";
import { placingLaws } from "./array-store-placing.ts";
import { readingLaws } from "./array-store-reading.ts";
import { assertShows, sampleDataset, writeSample } from "./array-store-samples.ts";
import { writingLaws } from "./array-store-writing.ts";

/** Options of {@link arrayStoreCases}. */
export interface ArrayStoreCasesOptions<Store extends ArrayStore = ArrayStore> {
  /**
   * Opens a second store over the same place as `store`; default: the store is not persistent, and laws that need it
   * are left out.
   */
  readonly reopen?: (store: Store) => ArrayStore | Promise<ArrayStore>;
  /** The most rows per symbol; default: 400. It should be high enough for some symbols to span several segments. */
  readonly maxRows?: number;
}

const lifeLaws: Readonly<Record<string, StoreLaw>> = {
  "locks a dataset for one writer": async ({ store, maxRows }) => {
    const lock = await store.lock("d");
    assert.equal(lock.name, "d");
    await assertRejects(store.lock("d"), "ATC_LOCKED", "a second lock");
    await (await store.lock("other"))[Symbol.asyncDispose]();
    assert.deepEqual(await store.list(), [], "a lock alone is not a dataset");
    await lock[Symbol.asyncDispose]();
    await lock[Symbol.asyncDispose]();
    const sample = sampleDataset(31, 1, maxRows);
    await assertRejects(store.create(lock, sample.plan), "ATC_INVALID_ARGUMENT", "create with a released lock");
    await writeSample(store, "d", sample);
    assert.deepEqual(await store.list(), ["d"]);
  },
  "aborts the writer if its lock is released": async (bench) => {
    const sample = sampleDataset(32, 1, bench.maxRows);
    let kept: DatasetWriter | undefined;
    await withWriter(bench, sample, (writer) => {
      kept = writer;
      return Promise.resolve();
    });
    const { symbol } = onlySymbol(sample);
    await assertRejects(
      kept?.write(symbol, 0, sample.values.get(symbol) ?? {}) ?? Promise.resolve(),
      "ATC_CLOSED",
      "write",
    );
    assert.deepEqual(await bench.store.list(), []);
  },
  "shows an open reader its generation after the dataset is replaced": async ({ store, maxRows }) => {
    const [first, second] = [sampleDataset(33, 3, maxRows), sampleDataset(34, 3, maxRows)];
    await writeSample(store, "d", first);
    const before = await store.open("d");
    await writeSample(store, "d", second);
    const after = await store.open("d");
    assertShows(before, first);
    assertShows(after, second);
    assert.deepEqual([before.manifest.generation, after.manifest.generation], [1, 2]);
    before[Symbol.dispose]();
    assertShows(after, second);
    after[Symbol.dispose]();
  },
  "deletes a dataset under an open reader, which finishes": async ({ store, maxRows }) => {
    const sample = sampleDataset(35, 3, maxRows);
    await writeSample(store, "d", sample);
    const dataset = await store.open("d");
    assert.equal(await store.delete("d"), true);
    assert.equal(await store.delete("d"), false);
    assert.deepEqual(await store.list(), []);
    await assertRejects(store.open("d"), "ATC_NOT_FOUND", "open");
    assertShows(dataset, sample);
    dataset[Symbol.dispose]();
    await writeSample(store, "d", sample);
  },
  "refuses to delete a dataset that is being written": async ({ store, maxRows }) => {
    await writeSample(store, "d", sampleDataset(36, 1, maxRows));
    const lock = await store.lock("d");
    await assertRejects(store.delete("d"), "ATC_LOCKED", "delete");
    await lock[Symbol.asyncDispose]();
    assert.equal(await store.delete("d"), true);
  },
  "lists the names sorted": async ({ store, maxRows }) => {
    const sample = sampleDataset(37, 1, maxRows);
    for (const name of ["b", "A-1", "a.b_c", "x".repeat(100)]) await writeSample(store, name, sample);
    assert.deepEqual(await store.list(), ["A-1", "a.b_c", "b", "x".repeat(100)]);
  },
  "refuses names that leave the store": async ({ store }) => {
    for (const name of ["", ".", "..", ".hidden", "a/b", "../a", "a\\b", "a\0", "ä", "a b", "x".repeat(101)]) {
      await assertRejects(store.lock(name), "ATC_INVALID_ARGUMENT", `lock "${name}"`);
      await assertRejects(store.open(name), "ATC_INVALID_ARGUMENT", `open "${name}"`);
      await assertRejects(store.find(name), "ATC_INVALID_ARGUMENT", `find "${name}"`);
      await assertRejects(store.delete(name), "ATC_INVALID_ARGUMENT", `delete "${name}"`);
    }
  },
  "stops an aborted delete": async ({ store, maxRows }) => {
    await writeSample(store, "d", sampleDataset(38, 1, maxRows));
    await assertRejects(store.delete("d", { signal: AbortSignal.abort() }), "ATC_ABORTED", "delete");
    assert.deepEqual(await store.list(), ["d"]);
  },
  "throws ATC_CLOSED from a disposed dataset": async ({ store, maxRows }) => {
    const sample = sampleDataset(39, 1, maxRows);
    await writeSample(store, "d", sample);
    const dataset = await store.open("d");
    const series = dataset.series(onlySymbol(sample).symbol);
    const iterator = series.blocks({ columns: ["timestamp", "c0"], blockLength: 1 })[Symbol.iterator]();
    const block = iterator.next().value;
    dataset[Symbol.dispose]();
    dataset[Symbol.dispose]();
    assertThrows(() => dataset.symbols(), "ATC_CLOSED", "symbols");
    assertThrows(() => dataset.series("A"), "ATC_CLOSED", "series");
    assertThrows(() => series.window("c0", 0, 1), "ATC_CLOSED", "window");
    assertThrows(() => [...series.blocks({ columns: ["c0"] })], "ATC_CLOSED", "blocks");
    assertThrows(() => block?.values("c0"), "ATC_CLOSED", "values of a block");
    assertThrows(() => block?.times(), "ATC_CLOSED", "times of a block");
    if (series.length > 1) assertThrows(() => iterator.next(), "ATC_CLOSED", "the next block");
  },
  "throws ATC_CLOSED from a disposed store": async ({ store, maxRows }) => {
    const { plan } = sampleDataset(40, 1, maxRows);
    const lock = await store.lock("d");
    await store[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await assertRejects(store.lock("d"), "ATC_CLOSED", "lock");
    await assertRejects(store.create(lock, plan), "ATC_CLOSED", "create");
    await assertRejects(store.open("d"), "ATC_CLOSED", "open");
    await assertRejects(store.find("d"), "ATC_CLOSED", "find");
    await assertRejects(store.list(), "ATC_CLOSED", "list");
    await assertRejects(store.delete("d"), "ATC_CLOSED", "delete");
  },
};

/**
 * The laws of an array store. Each call of `create` opens an empty store with room for some MiB; the suite disposes it.
 * If the store splits symbols over segments, create it with segments small enough to split some symbols of `maxRows`
 * rows.
 *
 * @example
 * ```ts
 * for (const { name, run } of arrayStoreCases(() => mmapStore({ directory: newDirectory(), segmentBytes: 16_384 }))) it(name, run);
 * ```
 */
export function arrayStoreCases<Store extends ArrayStore>(
  create: () => Store | Promise<Store>,
  options: ArrayStoreCasesOptions<Store> = {},
): readonly ConformanceCase[] {
  const { reopen, maxRows = 400 } = options;
  const laws: Record<string, StoreLaw<Store>> = {
    ...readingLaws,
    ...writingLaws,
    ...placingLaws,
    ...contentLaws,
    ...growingLaws,
    ...generationLaws,
    ...lifeLaws,
  };
  if (reopen !== undefined) laws["keeps datasets for a later store"] = keepsLaw(reopen);
  return Object.entries(laws).map(([name, law]) => ({
    name,
    run: async () => {
      const store = await create();
      try {
        await law({ store, maxRows });
      } finally {
        await store[Symbol.asyncDispose]();
      }
    },
  }));
}

function keepsLaw<Store extends ArrayStore>(
  reopen: (store: Store) => ArrayStore | Promise<ArrayStore>,
): StoreLaw<Store> {
  return async ({ store, maxRows }) => {
    const sample = sampleDataset(51, 4, maxRows);
    const published = await writeSample(store, "d", sample);
    const lock = await store.lock("other");
    const later = await reopen(store);
    await assertRejects(later.lock("other"), "ATC_LOCKED", "a lock of the first store");
    await store[Symbol.asyncDispose]();
    await (await later.lock("other"))[Symbol.asyncDispose]();
    await lock[Symbol.asyncDispose]();
    const dataset = await later.open("d");
    assert.deepEqual(dataset.manifest, published);
    assertShows(dataset, sample);
    dataset[Symbol.dispose]();
    await later[Symbol.asyncDispose]();
  };
}
