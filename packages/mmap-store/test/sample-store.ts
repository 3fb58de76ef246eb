import type { ArrayStore, ColumnMetadata, DatasetManifest, DatasetSchema, SeriesColumns } from "@atc/contract";

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

/** Rows whose values follow from their row number and `seed`. */
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
