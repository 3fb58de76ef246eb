import assert from "node:assert/strict";
import type { DatasetWriter } from "@atc/contract";
import { boundsOf } from "./array-store-content.ts";
import { assertRejects, onlySymbol, type StoreLaw, withWriter } from "./array-store-laws.ts";
import { assertShows, sampleDataset, sliceOf, writeSample } from "./array-store-samples.ts";

/** Laws for writers of an array store. */
export const writingLaws: Readonly<Record<string, StoreLaw>> = {
  "shows nothing before publish": async (bench) => {
    const sample = sampleDataset(21, 2, bench.maxRows);
    await withWriter(bench, sample, async (writer) => {
      const { symbol, rows } = onlySymbol(sample);
      await writer.write(symbol, 0, sliceOf(sample.values.get(symbol) ?? {}, 0, rows));
      assert.deepEqual(await bench.store.list(), []);
      assert.equal(await bench.store.find("d"), undefined);
      await assertRejects(bench.store.open("d"), "ATC_NOT_FOUND", "open");
    });
  },
  "leaves nothing after abort, and keeps what was there before": async (bench) => {
    const { store, maxRows } = bench;
    await withWriter(bench, sampleDataset(22, 2, maxRows), (writer) => writer.abort());
    assert.deepEqual(await store.list(), []);
    const first = sampleDataset(23, 2, maxRows);
    await writeSample(store, "d", first);
    await withWriter(bench, sampleDataset(22, 2, maxRows), async (writer) => {
      await writer.abort();
      await writer.abort();
      await assertRejects(writer.publish(), "ATC_CLOSED", "publish after abort");
    });
    const dataset = await store.open("d");
    assert.equal(dataset.manifest.generation, 1);
    assertShows(dataset, first);
    dataset[Symbol.dispose]();
  },
  "refuses to publish while rows are missing, and continues": async (bench) => {
    const sample = sampleDataset(24, 2, bench.maxRows);
    await withWriter(bench, sample, async (writer) => {
      await assertRejects(writer.publish(), "ATC_INVALID_ARGUMENT", "publish without rows");
      assert.equal(await bench.store.find("d"), undefined);
      for (const [symbol, columns] of sample.values) await writer.write(symbol, 0, columns);
      await writer.publish();
      await assertRejects(writer.publish(), "ATC_CLOSED", "a second publish");
    });
    const dataset = await bench.store.open("d");
    assertShows(dataset, sample);
    dataset[Symbol.dispose]();
  },
  "refuses rows outside of the plan, and writes none of them": async (bench) => {
    const sample = sampleDataset(25, 1, bench.maxRows);
    const { symbol, rows } = onlySymbol(sample);
    const columns = sample.values.get(symbol) ?? {};
    await withWriter(bench, sample, async (writer) => {
      const refused = (name: string, row: number, slice: typeof columns, what: string): Promise<void> =>
        assertRejects(writer.write(name, row, slice), "ATC_INVALID_ARGUMENT", what);
      await refused("no such symbol", 0, columns, "an unknown symbol");
      await refused(symbol, 1, columns, "a gap");
      await refused(symbol, -1, columns, "a negative row");
      await refused(symbol, 0, { ...columns, more: new Float64Array(rows) }, "an unknown column");
      const { c0: _, ...less } = columns;
      await refused(symbol, 0, less, "a missing column");
      await refused(symbol, 0, { ...columns, c0: new BigInt64Array(rows) }, "an array of another type");
      await refused(symbol, 0, { ...columns, timestamp: new BigInt64Array(rows + 1) }, "columns of two lengths");
      await writer.write(symbol, 0, columns);
      await refused(symbol, rows, sliceOf(columns, 0, 1), "one row too many");
      await refused(symbol, 0, columns, "the same rows again");
      await writer.publish();
    });
    const dataset = await bench.store.open("d");
    assertShows(dataset, sample);
    dataset[Symbol.dispose]();
  },
  "refuses times out of order, within a slice and between two": async (bench) => {
    const schema = {
      kind: "ticks",
      columns: [
        { name: "timestamp", type: "timestamp[ns]" },
        { name: "c0", type: "float64" },
      ],
    } as const;
    const plan = { schema, fingerprint: "", series: [{ symbol: "A", rows: 4 }] };
    const rowsOf = (...times: readonly bigint[]): Parameters<DatasetWriter["write"]>[2] => ({
      timestamp: BigInt64Array.from(times),
      c0: new Float64Array(times.length),
    });
    const big = 2n ** 33n;
    await withWriter(bench, { plan, values: new Map() }, async (writer) => {
      await assertRejects(writer.write("A", 0, rowsOf(1n, 0n)), "ATC_INVALID_DATA", "the low half going back");
      await assertRejects(writer.write("A", 0, rowsOf(0n, -1n)), "ATC_INVALID_DATA", "the sign going back");
      await assertRejects(writer.write("A", 0, rowsOf(big, 5n)), "ATC_INVALID_DATA", "the high half going back");
      await writer.write("A", 0, rowsOf(-big, -1n));
      await assertRejects(writer.write("A", 2, rowsOf(-2n, 5n)), "ATC_INVALID_DATA", "a slice before the last one");
      await writer.write("A", 2, rowsOf(-1n, big));
      assert.deepEqual(boundsOf(await writer.publish()), [{ symbol: "A", rows: 4, firstTime: -big, lastTime: big }]);
    });
  },
  "refuses plans that no dataset can hold": async (bench) => {
    const { plan } = sampleDataset(26, 2, bench.maxRows);
    const [timestamp, ...columns] = plan.schema.columns;
    const lock = await bench.store.lock("d");
    const refused = async (changed: Partial<typeof plan>, what: string): Promise<void> => {
      await assertRejects(bench.store.create(lock, { ...plan, ...changed }), "ATC_INVALID_ARGUMENT", what);
    };
    await refused({ series: [] }, "no series");
    await refused({ series: [...plan.series, ...plan.series] }, "a symbol twice");
    await refused({ series: [{ symbol: "A", rows: 0 }] }, "0 rows");
    await refused({ series: [{ symbol: "A", rows: 1.5 }] }, "1.5 rows");
    await refused({ schema: { ...plan.schema, columns } }, "no timestamp");
    if (timestamp !== undefined)
      await refused({ schema: { ...plan.schema, columns: [timestamp, ...columns, ...columns] } }, "a column twice");
    await refused(
      { schema: { ...plan.schema, kind: plan.schema.kind === "bars" ? "ticks" : "bars" } },
      "times of the other kind",
    );
    await lock[Symbol.asyncDispose]();
    assert.deepEqual(await bench.store.list(), []);
  },
};
