import type { ArrayStore, Series } from "@atc/contract";
import { mappingBackend, mmapStore, type SegmentBackend } from "../src/index.ts";

/** The speed of one backend. */
export interface ScanThroughput {
  readonly backend: SegmentBackend;
  /** Millions of bytes of a float64 column summed per second, the best of all rounds. */
  readonly megabytesPerSecond: number;
}

/** Sums a float64 column block by block; four sums let the processor overlap the additions. */
function sumOf(series: Series, column: string): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (const block of series.blocks({ columns: [column] })) {
    const values = block.values(column);
    const whole = values.length & ~3;
    for (let i = 0; i < whole; i += 4) {
      a += values[i] as number;
      b += values[i + 1] as number;
      c += values[i + 2] as number;
      d += values[i + 3] as number;
    }
    for (let i = whole; i < values.length; i++) a += values[i] as number;
  }
  return a + b + c + d;
}

async function writeRows(store: ArrayStore, rows: number): Promise<void> {
  const lock = await store.lock("scan");
  try {
    const columns = [
      { name: "timestamp", type: "timestamp[ms]" },
      { name: "close", type: "float64" },
    ] as const;
    const plan = { schema: { kind: "bars", columns }, fingerprint: "", series: [{ symbol: "A", rows }] } as const;
    const writer = await store.create(lock, plan);
    const slice = 2 ** 20;
    for (let row = 0; row < rows; row += slice) {
      const length = Math.min(slice, rows - row);
      const timestamp = BigInt64Array.from({ length }, (_, i) => BigInt(row + i) * 60_000n);
      await writer.write("A", row, {
        timestamp,
        close: Float64Array.from({ length }, (_, i) => ((row + i) % 1000) / 8),
      });
    }
    await writer.publish();
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

/**
 * Writes a dataset of `rows` rows into `directory`, which is left there, and sums its float64 column `rounds` times
 * with each backend. The backends alternate, so that noise affects both. The first round does not count: it
 * warms the page cache and the compiler.
 */
export async function measureScan(
  directory: string,
  { rows = 16_000_000, rounds = 7 }: { readonly rows?: number; readonly rounds?: number } = {},
): Promise<readonly ScanThroughput[]> {
  const backends: readonly SegmentBackend[] = mappingBackend().available ? ["mmap", "read"] : ["read"];
  await writeRows(mmapStore({ directory }), rows);
  const best = new Map<SegmentBackend, number>();
  for (let round = 0; round <= rounds; round++) {
    for (const backend of backends) {
      const dataset = await mmapStore({ directory, backend }).open("scan");
      const start = performance.now();
      const sum = sumOf(dataset.series("A"), "close");
      const speed = (rows * 8) / 1000 / (performance.now() - start);
      dataset[Symbol.dispose]();
      if (!Number.isFinite(sum)) throw new RangeError(`the sum is ${sum}`);
      if (round > 0) best.set(backend, Math.max(best.get(backend) ?? 0, speed));
    }
  }
  return [...best].map(([backend, megabytesPerSecond]) => ({ backend, megabytesPerSecond }));
}
