import assert from "node:assert/strict";
import type { DatasetLayout, DatasetPlan, PlacedRows } from "@atc/contract";
import { boundsOf } from "./array-store-content.ts";
import { assertRejects, assertThrows, type Bench, type StoreLaw } from "./array-store-laws.ts";
import { piecesOf, put } from "./array-store-pieces.ts";
import { assertShows, sampleDataset, writeSample } from "./array-store-samples.ts";

/** What a store must do where others may put rows into its files. */
export const placingLaws: Readonly<Record<string, StoreLaw>> = {
  "shows rows that were put in their place as if they had been written, where it lays out": async (bench) => {
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
      const { name: _, createdAt: __, generation: ___, ...said } = published;
      assert.deepEqual({ ...written, ...said }, written);
      const dataset = await store.open("d");
      assertShows(dataset, sample);
      dataset[Symbol.dispose]();
      assert.deepEqual((await store.verify?.("d"))?.faults ?? [], []);
    }
  },
  "tells of extents that hold each planned row once, where it lays out": async (bench) => {
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
  "shows nothing of a layout before publish, and leaves nothing after abort": async (bench) => {
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
  "refuses to publish a layout where rows were not told of, and goes on": async (bench) => {
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
  "refuses rows that are not in their place, where it lays out": refusesMisplacedRows,
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
    const told = (row: number, rows: number): Promise<PlacedRows> => put({ extent, symbol: "A", row, rows }, sample);
    const middle = await told(3, 3);
    layout.placed(middle);
    const refused = (changed: Partial<PlacedRows>, what: string): void =>
      assertThrows(() => layout.placed({ ...middle, ...changed }), "ATC_INVALID_ARGUMENT", what);
    refused({}, "the same rows again");
    refused({ row: 2 }, "rows of which some were told of");
    refused({ row: 5, rows: 2 }, "rows of which the first was told of");
    refused({ symbol: "B" }, "an unknown symbol");
    refused({ row: -1, rows: 1 }, "a negative row");
    refused({ row: 0.5, rows: 1 }, "half a row");
    refused({ row: 0, rows: 0 }, "no row");
    refused({ row: 8, rows: 2 }, "a row too many");
    refused({ row: 0, crc32: [1] }, "too few checksums");
    refused({ row: 0, crc32: [1, -1] }, "a checksum that is none");
    const backwards = (changed: Partial<PlacedRows>, what: string): void =>
      assertThrows(() => layout.placed({ ...middle, ...changed }), "ATC_INVALID_DATA", what);
    backwards({ row: 0, firstTime: 0n, lastTime: -1n }, "times that go back");
    backwards({ row: 0, firstTime: -5n, lastTime: 1n }, "times beyond those of the rows behind");
    backwards({ row: 6, firstTime: 0n, lastTime: 9n }, "times ahead of those of the rows before");
    layout.placed(await told(6, 3));
    layout.placed(await told(0, 3));
    assert.deepEqual(boundsOf(await layout.publish()), [{ symbol: "A", rows: 9, firstTime: -5n, lastTime: 4n }]);
  });
}

/** Runs `action` with a layout of the plan and gives the lock back; undefined where the store lays nothing out. */
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
