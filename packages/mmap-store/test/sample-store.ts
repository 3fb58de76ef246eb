import { crc32 } from "node:zlib";
import type {
  AppendPlan,
  ArrayStore,
  ColumnMetadata,
  Dataset,
  DatasetManifest,
  DatasetSchema,
  SeriesColumns,
  TypedArray,
} from "@atc/contract";
import type { MmapStore } from "../src/index.ts";

/** The columns of the samples. */
export const barSchema: DatasetSchema & { readonly columns: readonly ColumnMetadata[] } = {
  kind: "bars",
  columns: [
    { name: "timestamp", type: "timestamp[ms]" },
    { name: "close", type: "float64" },
    { name: "volume", type: "uint32" },
    { name: "vote", type: "int8" },
  ],
};

/** Rows whose values depend on their row number and `seed` only. */
export function barsOf(rows: number, seed: number): SeriesColumns {
  return {
    timestamp: BigInt64Array.from({ length: rows }, (_, i) => BigInt(i) * 60_000n + BigInt(seed)),
    close: Float64Array.from({ length: rows }, (_, i) => i / 8 + seed),
    volume: Uint32Array.from({ length: rows }, (_, i) => i * 7 + seed),
    vote: Int8Array.from({ length: rows }, (_, i) => i + seed),
  };
}

/** Publishes a dataset whose symbols have the given numbers of rows; the n-th symbol's seed is `seed + n`. */
export async function publishBars(
  store: ArrayStore,
  name: string,
  rows: Readonly<Record<string, number>>,
  seed = 0,
): Promise<DatasetManifest> {
  const lock = await store.lock(name);
  try {
    const series = Object.entries(rows).map(([symbol, count]) => ({ symbol, rows: count }));
    const writer = await store.create(lock, { schema: barSchema, fingerprint: `seed ${seed}`, series });
    for (const [place, { symbol, rows: count }] of series.entries())
      await writer.write(symbol, 0, barsOf(count, seed + place));
    return await writer.publish();
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

/** Rows `from` to `to` of the bars of a seed. */
export function barsBetween(from: number, to: number, seed: number): SeriesColumns {
  return Object.fromEntries(Object.entries(barsOf(to, seed)).map(([name, values]) => [name, values.slice(from)]));
}

/**
 * Appends rows to the dataset "d" whose values follow from their row number and their symbol's seed, as those of
 * {@link publishBars} do.
 */
export async function appendBars(
  store: MmapStore,
  series: AppendPlan["series"],
  seeds: Readonly<Record<string, number>>,
): Promise<DatasetManifest> {
  const lock = await store.lock("d");
  try {
    const lengths = new Map((await store.find("d"))?.series.map(({ symbol, rows }) => [symbol, rows]));
    const writer = await store.append(lock, { fingerprint: "appended", series });
    for (const { symbol, rows, keepRows = lengths.get(symbol) ?? 0 } of series)
      if (rows > 0) await writer.write(symbol, keepRows, barsBetween(keepRows, keepRows + rows, seeds[symbol] ?? 0));
    return await writer.publish();
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

/** The checksums of rows, column by column. */
export function checksumsOf(columns: SeriesColumns): readonly number[] {
  return Object.values(columns).map(({ buffer, byteOffset, byteLength }) =>
    crc32(new Uint8Array(buffer, byteOffset, byteLength)),
  );
}

/** Concatenated rows. */
export function joined(...parts: readonly SeriesColumns[]): SeriesColumns {
  const names = Object.keys(parts[0] ?? {});
  const join = (name: string): TypedArray => {
    const arrays = parts.map((part) => part[name] as TypedArray);
    const all = arrays[0]?.slice(0, 0) as TypedArray;
    const Type = all.constructor as new (length: number) => Float64Array;
    const whole = new Type(arrays.reduce((sum, { length }) => sum + length, 0));
    let row = 0;
    for (const array of arrays) {
      whole.set(array as never, row);
      row += array.length;
    }
    return whole;
  };
  return Object.fromEntries(names.map((name) => [name, join(name)]));
}

/** All values of a symbol's column `close`. */
export function closesOf(dataset: Dataset, symbol: string): number[] {
  const closes: number[] = [];
  for (const block of dataset.series(symbol).blocks({ columns: ["close"] }))
    closes.push(...(block.values("close") as Float64Array));
  return closes;
}
