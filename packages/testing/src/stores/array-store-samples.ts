import assert from "node:assert/strict";
import {
  type ArrayStore,
  type ColumnMetadata,
  type Dataset,
  type DatasetManifest,
  type DatasetPlan,
  dtypeOf,
  type JsonObject,
  type ReadonlyTypedArray,
  type RowKind,
  type SeriesColumns,
  type TypedArray,
} from "@atc/contract";
import { allocate } from "@atc/plugin-kit";
import { seededRandom } from "../base/sample-bytes.ts";

/** A dataset in memory: a plan and the values of each symbol. */
export interface SampleDataset {
  readonly plan: DatasetPlan;
  readonly values: ReadonlyMap<string, SeriesColumns>;
}

const symbolPool = ["NAN", "TRUE", "BRK.B", "a/b", "..", "😀", "é", "btc", "BTC", " ", "x".repeat(300)] as const;
const typePool = ["int8", "uint8", "int32", "uint32", "float32", "float64"] as const;

function columnsOf(kind: RowKind, next: () => number): readonly ColumnMetadata[] {
  const columns: ColumnMetadata[] = [{ name: "timestamp", type: kind === "bars" ? "timestamp[ms]" : "timestamp[ns]" }];
  const count = 1 + (next() % 5);
  for (let i = 0; i < count; i++)
    columns.push({ name: `c${i}`, type: typePool[next() % typePool.length] ?? "float64" });
  return columns;
}

function valuesOf(columns: readonly ColumnMetadata[], kind: RowKind, rows: number, next: () => number): SeriesColumns {
  const values: Record<string, TypedArray> = {};
  for (const { name, type } of columns) {
    const array = allocate(dtypeOf(type), rows);
    // Negative times are before 1970; ticks share times.
    let time = BigInt(next() - 2 ** 31) * 1_000_000_007n;
    for (let i = 0; i < rows; i++) {
      time += BigInt(kind === "bars" ? 1 + (next() % 1000) : next() % 3);
      if (array instanceof BigInt64Array) array[i] = time;
      else array[i] = type.startsWith("float") ? (next() % 7 === 0 ? Number.NaN : next() / 8) : next();
    }
    values[name] = array;
  }
  return values;
}

/** A dataset of `series` symbols with 1 to `maxRows` rows each, the same for the same seed. */
export function sampleDataset(seed: number, series: number, maxRows: number): SampleDataset {
  const next = seededRandom(seed);
  const kind = next() % 2 === 0 ? "bars" : "ticks";
  const columns = columnsOf(kind, next);
  const values = new Map<string, SeriesColumns>();
  const planned: { symbol: string; rows: number }[] = [];
  for (let i = 0; i < series; i++) {
    const symbol = i < symbolPool.length && next() % 2 === 0 ? (symbolPool[i] as string) : `S${i}`;
    const rows = 1 + (next() % maxRows);
    planned.push({ symbol, rows });
    values.set(symbol, valuesOf(columns, kind, rows, next));
  }
  return { plan: { schema: { kind, columns }, fingerprint: `seed ${seed}`, series: planned }, values };
}

/** Rows `from` to `to` of columns. */
export function sliceOf(columns: SeriesColumns, from: number, to: number): SeriesColumns {
  return Object.fromEntries(Object.entries(columns).map(([name, array]) => [name, array.slice(from, to)]));
}

/** How to write a sample. */
export interface WriteSampleOptions {
  /** Rows per slice; default: all rows of a symbol at once. */
  readonly sliceRows?: number;
  /** Whether the slices of symbols alternate. */
  readonly isInterleaved?: boolean;
  readonly attributes?: JsonObject;
}

/** Locks, writes and publishes a sample. */
export async function writeSample(
  store: ArrayStore,
  name: string,
  sample: SampleDataset,
  options: WriteSampleOptions = {},
): Promise<DatasetManifest> {
  const { sliceRows = Number.POSITIVE_INFINITY, isInterleaved = false } = options;
  const slices = sample.plan.series.flatMap(({ symbol, rows }, place) => {
    const count = Math.ceil(rows / sliceRows) || 1;
    return Array.from({ length: count }, (_, turn) => ({
      symbol,
      from: turn === 0 ? 0 : turn * sliceRows,
      to: Math.min(rows, (turn + 1) * sliceRows),
      order: isInterleaved ? turn : place,
    }));
  });
  slices.sort((a, b) => a.order - b.order);
  const lock = await store.lock(name);
  try {
    const writer = await store.create(lock, sample.plan);
    for (const { symbol, from, to } of slices)
      await writer.write(symbol, from, sliceOf(sample.values.get(symbol) ?? {}, from, to));
    return await writer.publish(options.attributes);
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

/** The symbols of a sample by UTF-16 code unit. */
export function sortedSymbols(sample: SampleDataset): readonly string[] {
  return [...sample.values.keys()].sort((a, b) => (a < b ? -1 : 1));
}

/** Asserts that a dataset holds exactly the sample, read in blocks of `blockLength` rows. */
export function assertShows(dataset: Dataset, sample: SampleDataset, blockLength?: number): void {
  assert.deepEqual(dataset.symbols(), sortedSymbols(sample), "the symbols");
  const names = sample.plan.schema.columns.map(({ name }) => name);
  for (const [symbol, columns] of sample.values) {
    const series = dataset.series(symbol);
    const rows = columns["timestamp"]?.length ?? 0;
    assert.equal(series.length, rows, `the rows of "${symbol}"`);
    let row = 0;
    for (const block of series.blocks({ columns: names, ...(blockLength === undefined ? {} : { blockLength }) })) {
      assert.equal(block.row, row, "blocks follow each other");
      assert.ok(block.length >= 1 && block.length <= (blockLength ?? rows), `a block of ${block.length} rows`);
      for (const name of names) {
        const actual = name === "timestamp" ? block.times() : block.values(name);
        const expected = columns[name]?.subarray(row, row + block.length);
        assert.deepEqual(
          Array.from<unknown>(toArrayLike(actual)),
          Array.from<unknown>(expected ?? []),
          `"${symbol}" ${name}`,
        );
      }
      row += block.length;
    }
    assert.equal(row, rows, `blocks end at the end of "${symbol}"`);
  }
}

/** The elements of a read-only typed array, which TypeScript does not accept as an ArrayLike. */
export function toArrayLike(array: ReadonlyTypedArray<number> | ReadonlyTypedArray<bigint>): ArrayLike<unknown> {
  return array;
}
