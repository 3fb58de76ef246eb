import assert from "node:assert/strict";
import type { DatasetLayout, DatasetPlan, PlacedRows } from "@atc/contract";
import { boundsOf } from "./array-store-content.ts";
import { assertRejects, assertThrows, type Bench, type StoreLaw } from "./array-store-laws.ts";
import { piecesOf, put } from "./array-store-pieces.ts";
import { assertShows, sampleDataset, writeSample } from "./array-store-samples.ts";

/** Laws of layouts, for stores that let others write rows into their files. */
export const placingLaws: Readonly<Record<string, StoreLaw>> = {
  "shows placed rows as if they had been written, if it supports layouts": async (bench) => {
    const { store, maxRows } = bench;
    for (let seed = 81; seed < 86; seed++) {
      const sample = sampleDataset(seed, 1 + (seed % 5), maxRows);
      const written = await writeSample(store, "written", sample, { attributes: { seed } });
      const published = await withLayout(bench, sample.plan, async (layout) => {
        assert.equal(layout.isResumed, false);
        for (const piece of piecesOf(layout, sample, seed)) {
          layout.placed(await put(piece, sample));
          layout.sync();
        }
        return await layout.publish({ seed });
      });
      if (published === undefined) return;
      const { name: _, createdAt: __, generation: ___, ...rest } = published;
      assert.deepEqual({ ...written, ...rest }, written);
      const dataset = await store.open("d");
      assertShows(dataset, sample);
      dataset[Symbol.dispose]();
      assert.deepEqual((await store.verify?.("d"))?.faults ?? [], []);
    }
  },
  "returns extents that hold each planned row once, if it supports layouts": async (bench) => {
    const sample = sampleDataset(87, 3, bench.maxRows);
    await withLayout(bench, sample.plan, async (layout) => {
      for (const { symbol, rows } of sample.plan.series) {
        let end = 0;
        for (const { row, rows: own, offsets } of layout.extents(symbol)) {
          assert.equal(row, end);
          assert.ok(own >= 1);
          assert.equal(offsets.length, sample.plan.schema.columns.length);
          end += own;
        }
        assert.equal(end, rows);
      }
      assertThrows(() => layout.extents("no such symbol"), "ATC_INVALID_ARGUMENT", "an unknown symbol");
      await layout.abort();
    });
  },
  "shows no layout before publish, and leaves nothing after abort": async (bench) => {
    const sample = sampleDataset(88, 2, bench.maxRows);
    await withLayout(bench, sample.plan, async (layout) => {
      const pieces = piecesOf(layout, sample, 88);
      for (const piece of pieces) layout.placed(await put(piece, sample));
      assert.equal(await bench.store.find("d"), undefined);
      await layout.abort();
      await layout.abort();
      await assertRejects(layout.publish(), "ATC_CLOSED", "publish after abort");
      const [first] = pieces;
      assertThrows(() => layout.extents(first?.symbol ?? ""), "ATC_CLOSED", "extents after abort");
      assertThrows(() => layout.sync(), "ATC_CLOSED", "sync after abort");
    });
    assert.deepEqual(await bench.store.list(), []);
  },
  "refuses to publish a layout with unregistered rows, and continues": async (bench) => {
    const sample = sampleDataset(89, 3, bench.maxRows);
    await withLayout(bench, sample.plan, async (layout) => {
      await assertRejects(layout.publish(), "ATC_INVALID_ARGUMENT", "publish without rows");
      const [last, ...others] = piecesOf(layout, sample, 89);
      for (const piece of others) layout.placed(await put(piece, sample));
      await assertRejects(layout.publish(), "ATC_INVALID_ARGUMENT", "publish without some rows");
      assert.equal(await bench.store.find("d"), undefined);
      assert.ok(last !== undefined);
      layout.placed(await put(last, sample));
      await layout.publish();
      await assertRejects(layout.publish(), "ATC_CLOSED", "a second publish");
    });
  },
  "refuses misplaced rows, if it supports layouts": refusesMisplacedRows,
};

async function refusesMisplacedRows(bench: Bench): Promise<void> {
  const columns = [
    { name: "timestamp", type: "timestamp[ns]" },
    { name: "c0", type: "float64" },
  ] as const;
  const plan = { schema: { kind: "ticks", columns }, fingerprint: "", series: [{ symbol: "A", rows: 9 }] } as const;
  const times = BigInt64Array.of(-5n, -5n, -1n, 0n, 0n, 1n, 2n, 3n, 4n);
  const sample = { plan, values: new Map([["A", { timestamp: times, c0: new Float64Array(9) }]]) };
  await withLayout(bench, plan, async (layout) => {
    const [extent] = layout.extents("A");
    assert.ok(extent !== undefined);
    const place = (row: number, rows: number): Promise<PlacedRows> => put({ extent, symbol: "A", row, rows }, sample);
    const middle = await place(3, 3);
    layout.placed(middle);
    const refused = (changed: Partial<PlacedRows>, what: string): void =>
      assertThrows(() => layout.placed({ ...middle, ...changed }), "ATC_INVALID_ARGUMENT", what);
    refused({}, "the same rows again");
    refused({ row: 2 }, "rows of which some are registered");
    refused({ row: 5, rows: 2 }, "rows of which the first is registered");
    refused({ symbol: "B" }, "an unknown symbol");
    refused({ row: -1, rows: 1 }, "a negative row");
    refused({ row: 0.5, rows: 1 }, "half a row");
    refused({ row: 0, rows: 0 }, "no row");
    refused({ row: 8, rows: 2 }, "one row too many");
    refused({ row: 0, crc32: [1] }, "too few checksums");
    refused({ row: 0, crc32: [1, -1] }, "an invalid checksum");
    const backwards = (changed: Partial<PlacedRows>, what: string): void =>
      assertThrows(() => layout.placed({ ...middle, ...changed }), "ATC_INVALID_DATA", what);
    backwards({ row: 0, firstTime: 0n, lastTime: -1n }, "times out of order");
    backwards({ row: 0, firstTime: -5n, lastTime: 1n }, "times after those of later rows");
    backwards({ row: 6, firstTime: 0n, lastTime: 9n }, "times before those of earlier rows");
    layout.placed(await place(6, 3));
    layout.placed(await place(0, 3));
    assert.deepEqual(boundsOf(await layout.publish()), [{ symbol: "A", rows: 9, firstTime: -5n, lastTime: 4n }]);
  });
}

/** Runs `action` with a layout of the plan, then releases the lock; undefined if the store has no layouts. */
async function withLayout<T>(
  { store }: Bench,
  plan: DatasetPlan,
  action: (layout: DatasetLayout) => Promise<T>,
): Promise<T | undefined> {
  if (store.layOut === undefined) return undefined;
  const lock = await store.lock("d");
  try {
    return await action(await store.layOut(lock, plan));
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}
