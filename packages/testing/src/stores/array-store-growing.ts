import assert from "node:assert/strict";
import {
  type ArrayStore,
  type DatasetManifest,
  dtypeOf,
  type SeriesAppend,
  type SeriesColumns,
  type TypedArray,
} from "@atc/contract";
import { allocate } from "@atc/plugin-kit";
import { seededRandom } from "../base/sample-bytes.ts";
import { assertContent } from "./array-store-content.ts";
import { assertRejects, onlySymbol, type StoreLaw } from "./array-store-laws.ts";
import { assertShows, type SampleDataset, sampleDataset, sliceOf, writeSample } from "./array-store-samples.ts";

/** Laws of the optional operations of an array store. */
export const growingLaws: Readonly<Record<string, StoreLaw>> = {
  "finds no fault in what was written, if it supports verify": async ({ store, maxRows }) => {
    if (store.verify === undefined) return;
    await assertRejects(store.verify("d"), "ATC_NOT_FOUND", "verify without a dataset");
    const { generation, bytes } = await writeSample(store, "d", sampleDataset(61, 5, maxRows));
    const report = await store.verify("d");
    assert.deepEqual({ ...report, segments: 0 }, { name: "d", generation, segments: 0, bytes, faults: [] });
    assert.ok(report.segments >= 1);
    await assertRejects(store.verify("../d"), "ATC_INVALID_ARGUMENT", "verify of a name that leaves the store");
    await assertRejects(store.verify("d", { signal: AbortSignal.abort() }), "ATC_ABORTED", "an aborted verify");
  },
  "shows the result of random appends to each series, before and after compaction": async ({ store, maxRows }) => {
    if (store.append === undefined) return;
    for (let seed = 62; seed < 66; seed++) {
      const next = seededRandom(seed);
      let sample = sampleDataset(seed, 1 + (next() % 6), maxRows);
      await writeSample(store, "d", sample);
      for (let step = 0; step < 6; step++) {
        const former = await store.open("d");
        const grown = grownSample(sample, next, maxRows);
        const manifest = await appendSample(store, "d", grown.series, grown.sample);
        assert.equal(manifest.generation, former.manifest.generation + 1);
        assert.equal(manifest.fingerprint, "appended");
        assertShows(former, sample);
        former[Symbol.dispose]();
        sample = grown.sample;
        await assertNewest(store, sample);
        if (step % 3 === 2) await compacted(store, sample);
      }
    }
  },
  "refuses appended rows that do not follow the kept ones, and shows nothing before publish": async (bench) => {
    const { store } = bench;
    if (store.append === undefined) return;
    const sample = sampleDataset(67, 1, bench.maxRows);
    const { symbol, rows } = onlySymbol(sample);
    const columns = sample.values.get(symbol) ?? {};
    const lock = await store.lock("d");
    await assertRejects(store.append(lock, { fingerprint: "", series: [] }), "ATC_NOT_FOUND", "without a dataset");
    await lock[Symbol.asyncDispose]();
    await writeSample(store, "d", sample);
    const held = await store.lock("d");
    const refused = (series: readonly SeriesAppend[], what: string): Promise<void> =>
      assertRejects(
        store.append?.(held, { fingerprint: "", series }) ?? Promise.resolve(),
        "ATC_INVALID_ARGUMENT",
        what,
      );
    await refused([{ symbol, rows: -1 }], "-1 rows");
    await refused([{ symbol, rows: 1, keepRows: rows + 1 }], "more kept rows than there are");
    await refused([{ symbol, rows: 0, keepRows: 0 }], "a dataset without rows");
    const writer = await store.append(held, { fingerprint: "", series: [{ symbol, rows: 1 }] });
    const later = shifted(columns, 10n ** 12n);
    await assertRejects(writer.write(symbol, 0, sliceOf(later, 0, 1)), "ATC_INVALID_ARGUMENT", "a stored row");
    const earlier = sliceOf(shifted(columns, -(10n ** 12n)), rows - 1, rows);
    await assertRejects(writer.write(symbol, rows, earlier), "ATC_INVALID_ARGUMENT", "an earlier time");
    await writer.write(symbol, rows, sliceOf(later, rows - 1, rows));
    await assertNewest(store, sample);
    await writer.abort();
    await assertNewest(store, sample);
    await held[Symbol.asyncDispose]();
  },
};

/** Asserts that the newest generation holds a sample, and that it verifies. */
async function assertNewest(store: ArrayStore, sample: SampleDataset): Promise<void> {
  const dataset = await store.open("d");
  assertShows(dataset, sample);
  assertContent(dataset.manifest, sample);
  dataset[Symbol.dispose]();
  if (store.verify !== undefined) assert.deepEqual((await store.verify("d")).faults, []);
}

async function compacted(store: ArrayStore, sample: SampleDataset): Promise<void> {
  if (store.compact === undefined) return;
  const before = await store.find("d");
  const lock = await store.lock("d");
  const after = await store.compact(lock);
  assert.deepEqual(await store.compact(lock), after, "a second compaction has nothing to gain");
  await lock[Symbol.asyncDispose]();
  assert.deepEqual(after.series, before?.series);
  const facts = (manifest: DatasetManifest | undefined): readonly unknown[] => [
    manifest?.fingerprint,
    manifest?.attributes,
    manifest?.content,
  ];
  assert.deepEqual(facts(after), facts(before));
  await assertNewest(store, sample);
}

/** A sample after a random append: some symbols grow, some are cut first, some are new, some are removed. */
function grownSample(
  { plan, values }: SampleDataset,
  next: () => number,
  maxRows: number,
): { readonly series: readonly SeriesAppend[]; readonly sample: SampleDataset } {
  const grown = new Map(values);
  const series: SeriesAppend[] = [];
  const symbols = [...values.keys(), `new ${next() % 1000}`];
  for (const [place, symbol] of symbols.entries()) {
    if (next() % 3 === 0) continue;
    const old = values.get(symbol);
    const length = old?.["timestamp"]?.length ?? 0;
    const isWhole = next() % 2 === 0;
    // The first symbol stays, so that the dataset always has a row.
    const keepRows = isWhole ? length : Math.max(next() % (length + 1), place === 0 ? 1 : 0);
    const rows = next() % 4 === 0 ? 0 : 1 + (next() % maxRows);
    series.push({ symbol, rows, ...(isWhole ? {} : { keepRows }) });
    if (keepRows + rows === 0) grown.delete(symbol);
    else grown.set(symbol, extended(plan.schema.columns, old, keepRows, rows, next));
  }
  const planned = [...grown].map(([symbol, columns]) => ({ symbol, rows: columns["timestamp"]?.length ?? 0 }));
  return { series, sample: { plan: { ...plan, series: planned }, values: grown } };
}

function extended(
  columns: SampleDataset["plan"]["schema"]["columns"],
  old: SeriesColumns | undefined,
  keepRows: number,
  rows: number,
  next: () => number,
): SeriesColumns {
  const kept = old?.["timestamp"]?.[keepRows - 1];
  let time = (typeof kept === "bigint" ? kept : 0n) + 1n;
  const result: Record<string, TypedArray> = {};
  for (const { name, type } of columns) {
    const array = allocate(dtypeOf(type), keepRows + rows);
    if (old?.[name] !== undefined) array.set(old[name].subarray(0, keepRows) as never);
    for (let i = keepRows; i < keepRows + rows; i++) {
      if (array instanceof BigInt64Array) {
        array[i] = time;
        time += BigInt(1 + (next() % 1000));
      } else array[i] = next();
    }
    result[name] = array;
  }
  return result;
}

/** The same rows at other times. */
function shifted(columns: SeriesColumns, by: bigint): SeriesColumns {
  return { ...columns, timestamp: (columns["timestamp"] as BigInt64Array).map((time) => time + by) };
}

/** Appends the rows of `grown` beyond those that the plan keeps. */
async function appendSample(
  store: ArrayStore,
  name: string,
  series: readonly SeriesAppend[],
  grown: SampleDataset,
): Promise<DatasetManifest> {
  const lock = await store.lock(name);
  try {
    const writer = await store.append?.(lock, { fingerprint: "appended", series });
    assert.ok(writer !== undefined);
    for (const { symbol, rows } of series) {
      const columns = grown.values.get(symbol) ?? {};
      const length = columns["timestamp"]?.length ?? 0;
      if (rows > 0) await writer.write(symbol, length - rows, sliceOf(columns, length - rows, length));
    }
    return await writer.publish();
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}
