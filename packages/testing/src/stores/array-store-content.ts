import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { DatasetManifest, SeriesExtent } from "@atc/contract";
import { datasetContent } from "@atc/plugin-kit";
import type { StoreLaw } from "./array-store-laws.ts";
import { piecesOf, put } from "./array-store-pieces.ts";
import { type SampleDataset, sampleDataset, sliceOf, writeSample } from "./array-store-samples.ts";

/** The part of a manifest about series, without checksums, which a store need not keep. */
export function boundsOf({ series }: DatasetManifest): readonly Omit<SeriesExtent, "crc32">[] {
  return series.map(({ crc32: _, ...bounds }) => bounds);
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The checksums of a symbol of a sample, one over all bytes of each column. */
function checksumsOf({ plan, values }: SampleDataset, symbol: string): readonly number[] {
  return plan.schema.columns.map(({ name }) => {
    const array = values.get(symbol)?.[name];
    return array === undefined ? 0 : crc32(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  });
}

/** Asserts that a manifest with a content has that of the sample's rows, and their checksums. */
export function assertContent({ schema, series, content }: DatasetManifest, sample: SampleDataset): void {
  if (content === undefined) {
    for (const { symbol, crc32: known } of series)
      assert.equal(known, undefined, `"${symbol}" has checksums, but the dataset has no content`);
    return;
  }
  for (const { symbol, crc32: known } of series)
    assert.deepEqual(known, checksumsOf(sample, symbol), `the checksums of "${symbol}"`);
  const naive = series.map((extent) => ({ ...extent, crc32: checksumsOf(sample, extent.symbol) }));
  assert.equal(content, datasetContent(schema, naive, sha256), "the content");
}

/** Laws of the content of a dataset, for stores that keep it. */
export const contentLaws: Readonly<Record<string, StoreLaw>> = {
  "has the content of its rows, independent of how they were sliced": async ({ store, maxRows }) => {
    const sample = sampleDataset(101, 6, maxRows);
    for (const sliceRows of [1, 7, maxRows]) {
      for (const isInterleaved of [false, true]) {
        const options = { sliceRows, isInterleaved };
        assertContent(await writeSample(store, `d${sliceRows}`, sample, options), sample);
      }
    }
  },
  "has the content of rows that were placed, if it supports layouts": async ({ store, maxRows }) => {
    if (store.layOut === undefined) return;
    const sample = sampleDataset(102, 6, maxRows);
    const { content } = await writeSample(store, "written", sample);
    const lock = await store.lock("d");
    try {
      const layout = await store.layOut(lock, sample.plan);
      for (const piece of piecesOf(layout, sample, 102)) layout.placed(await put(piece, sample));
      const manifest = await layout.publish();
      assertContent(manifest, sample);
      assert.equal(manifest.content, content, "the content does not depend on how rows were written");
    } finally {
      await lock[Symbol.asyncDispose]();
    }
  },
  "has another content if a value, a symbol or the schema differs": async ({ store, maxRows }) => {
    const sample = sampleDataset(103, 2, maxRows);
    const { content } = await writeSample(store, "d", sample);
    if (content === undefined) return;
    const [symbol, columns] = [...sample.values][0] as [string, ReturnType<typeof sliceOf>];
    const changed = sliceOf(columns, 0, columns["timestamp"]?.length ?? 0);
    const values = changed["c0"];
    if (values !== undefined && !(values instanceof BigInt64Array)) values[0] = values[0] === 1 ? 2 : 1;
    const [timestamp, ...others] = sample.plan.schema.columns;
    const withColumn = [timestamp, ...others, { name: "added", type: "int8" }] as typeof sample.plan.schema.columns;
    const added = ([name, own]: [string, typeof columns]): [string, typeof columns] => [
      name,
      { ...own, added: new Int8Array(own["timestamp"]?.length ?? 0) },
    ];
    const variants: readonly SampleDataset[] = [
      { plan: sample.plan, values: new Map([...sample.values, [symbol, changed]]) },
      renamed(sample, symbol),
      {
        plan: { ...sample.plan, schema: { ...sample.plan.schema, columns: withColumn } },
        values: new Map([...sample.values].map(added)),
      },
    ];
    for (const other of variants) {
      const manifest = await writeSample(store, "d", other);
      assertContent(manifest, other);
      assert.notEqual(manifest.content, content);
    }
  },
};

function renamed({ plan, values }: SampleDataset, symbol: string): SampleDataset {
  const name = (old: string): string => (old === symbol ? `${old}x` : old);
  return {
    plan: { ...plan, series: plan.series.map((series) => ({ ...series, symbol: name(series.symbol) })) },
    values: new Map([...values].map(([old, columns]) => [name(old), columns])),
  };
}
