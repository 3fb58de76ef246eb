import assert from "node:assert/strict";
import type { BlocksOptions, Series } from "@atc/contract";
import { seededRandom } from "../base/sample-bytes.ts";
import { assertContent, boundsOf } from "./array-store-content.ts";
import { assertThrows, onlySymbol, type StoreLaw } from "./array-store-laws.ts";
import { assertShows, sampleDataset, sortedSymbols, toArrayLike, writeSample } from "./array-store-samples.ts";

/** Laws for readers of an array store. */
export const readingLaws: Readonly<Record<string, StoreLaw>> = {
  "returns what was written, for random plans, slices and blocks": async ({ store, maxRows }) => {
    for (let seed = 1; seed <= 8; seed++) {
      const next = seededRandom(seed);
      const sample = sampleDataset(seed, 1 + (next() % 12), maxRows);
      const manifest = await writeSample(store, "d", sample, {
        sliceRows: 1 + (next() % maxRows),
        isInterleaved: next() % 2 === 0,
      });
      assert.equal(manifest.generation, seed, "each publication increments the generation");
      const dataset = await store.open("d");
      assertShows(dataset, sample, 1 + (next() % maxRows));
      assertShows(dataset, sample);
      dataset[Symbol.dispose]();
    }
  },
  "describes what was written": async ({ store, maxRows }) => {
    const sample = sampleDataset(11, 5, maxRows);
    const published = await writeSample(store, "d", sample, {
      attributes: { from: "bars.csv", deep: [1, { a: null }] },
    });
    const found = await store.find("d");
    const dataset = await store.open("d");
    assert.deepEqual(found, published);
    assert.deepEqual(dataset.manifest, published);
    assert.equal(published.name, "d");
    assert.equal(published.fingerprint, sample.plan.fingerprint);
    assert.deepEqual(published.schema, sample.plan.schema);
    assert.deepEqual(published.attributes, { from: "bars.csv", deep: [1, { a: null }] });
    const expected = sortedSymbols(sample).map((symbol) => {
      const times = sample.values.get(symbol)?.["timestamp"] as BigInt64Array;
      return { symbol, rows: times.length, firstTime: times[0], lastTime: times.at(-1) };
    });
    assert.deepEqual(boundsOf(published), expected);
    assertContent(published, sample);
    assert.equal(
      published.rows,
      expected.reduce((sum, { rows }) => sum + rows, 0),
    );
    dataset[Symbol.dispose]();
  },
  "returns any range of rows, and only the requested columns": async ({ store, maxRows }) => {
    const sample = sampleDataset(12, 2, maxRows);
    await writeSample(store, "d", sample);
    const dataset = await store.open("d");
    const next = seededRandom(12);
    for (const [symbol, columns] of sample.values) {
      const series = dataset.series(symbol);
      for (let i = 0; i < 20; i++) {
        const [from, to] = [next() % (series.length + 1), next() % (series.length + 1)].sort((a, b) => a - b);
        assertRange(series, columns["c0"] ?? [], {
          columns: ["c0"],
          from: from ?? 0,
          to: to ?? 0,
          blockLength: 1 + (next() % 50),
        });
      }
    }
    dataset[Symbol.dispose]();
  },
  "returns any window of a column": async ({ store, maxRows }) => {
    const sample = sampleDataset(13, 3, maxRows);
    await writeSample(store, "d", sample);
    const dataset = await store.open("d");
    const next = seededRandom(13);
    for (const [symbol, columns] of sample.values) {
      const series = dataset.series(symbol);
      for (let i = 0; i < 20; i++) {
        const start = next() % (series.length + 1);
        const length = next() % (series.length - start + 1);
        const expected = columns["c0"]?.subarray(start, start + length) ?? [];
        assert.deepEqual(
          Array.from<unknown>(toArrayLike(series.window("c0", start, length))),
          Array.from<unknown>(expected),
        );
      }
    }
    dataset[Symbol.dispose]();
  },
  "returns times as pairs of 32-bit words too": async ({ store, maxRows }) => {
    const sample = sampleDataset(14, 1, maxRows);
    await writeSample(store, "d", sample);
    const dataset = await store.open("d");
    for (const block of dataset.series(onlySymbol(sample).symbol).blocks({ columns: ["timestamp"] })) {
      const words = block.timeWords();
      assert.equal(words.length, 2 * block.length);
      for (let i = 0; i < block.length; i++) {
        const time = (BigInt(words[2 * i + 1] ?? 0) << 32n) | BigInt((words[2 * i] ?? 0) >>> 0);
        assert.equal(time, block.times()[i]);
      }
    }
    dataset[Symbol.dispose]();
  },
  "refuses rows and columns that do not exist": async ({ store, maxRows }) => {
    const sample = sampleDataset(15, 2, maxRows);
    await writeSample(store, "d", sample);
    const dataset = await store.open("d");
    const series = dataset.series(onlySymbol(sample).symbol);
    const { length } = series;
    for (const range of [{ from: -1 }, { to: length + 1 }, { from: length, to: 0 }, { from: 0.5 }, { blockLength: 0 }])
      assertThrows(
        () => [...series.blocks({ columns: ["c0"], ...range })],
        "ATC_INVALID_ARGUMENT",
        JSON.stringify(range),
      );
    assertThrows(() => [...series.blocks({ columns: ["nope"] })], "ATC_INVALID_ARGUMENT", "an unknown column");
    assertThrows(() => series.window("nope", 0, 0), "ATC_INVALID_ARGUMENT", "a window of an unknown column");
    assertThrows(() => series.window("timestamp", 0, 1), "ATC_INVALID_ARGUMENT", "a window of times");
    assertThrows(() => series.window("c0", length, 1), "ATC_INVALID_ARGUMENT", "a window beyond the end");
    assertThrows(() => series.window("c0", 0, -1), "ATC_INVALID_ARGUMENT", "a window of -1 rows");
    assertThrows(() => dataset.series("no such symbol"), "ATC_NOT_FOUND", "an unknown symbol");
    for (const block of series.blocks({ columns: ["c0"], to: 1 })) {
      assertThrows(() => block.times(), "ATC_INVALID_ARGUMENT", "times that were not requested");
      assertThrows(() => block.timeWords(), "ATC_INVALID_ARGUMENT", "words that were not requested");
      assertThrows(() => block.values("timestamp"), "ATC_INVALID_ARGUMENT", "times as values");
    }
    for (const block of series.blocks({ columns: ["timestamp"], to: 1 }))
      assertThrows(() => block.values("timestamp"), "ATC_INVALID_ARGUMENT", "times as values");
    dataset[Symbol.dispose]();
  },
};

function assertRange(series: Series, expected: ArrayLike<unknown>, options: BlocksOptions): void {
  const rows: unknown[] = [];
  for (const block of series.blocks(options)) rows.push(...Array.from<unknown>(toArrayLike(block.values("c0"))));
  assert.deepEqual(rows, Array.from<unknown>(expected).slice(options.from, options.to), JSON.stringify(options));
}
