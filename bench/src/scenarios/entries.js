// The compression ratio of each kind of cache entry under each algorithm at level 5: bytes of the arrays divided by
// bytes of the files. The data is synthetic minute bars with prices of 2 decimals, and a CSV in ATC_BENCH_CSV.
import { join } from "node:path";
import { computeSignals, ingestFile, openRuntime, runBacktest } from "@atc/runtime";
import { writeMarket } from "../market.js";
import { report, withFolder } from "../measure.js";

const bars = 100_000;
const algorithms = ["blosclz", "lz4", "zlib", "zstd", "numeric"];

/** Bytes of arrays and of files by kind of entry and size of its elements. */
async function shrunk(runtime) {
  const sums = {};
  for await (const { size, metadata } of (await runtime.cache()).entries()) {
    if (metadata === undefined || metadata.arrays.length === 0) continue;
    const kind = `${metadata.key.kind}, ${[...new Set(metadata.arrays.map(({ dtype }) => dtype))].join(" and ")}`;
    const sum = sums[kind] ?? { stored: 0, raw: 0 };
    sums[kind] = sum;
    sum.stored += size;
    sum.raw += metadata.arrays.reduce((total, { length }) => total + length * metadata.itemsize, 0);
  }
  return sums;
}

async function measure(folder, file, name, rows) {
  const dataDir = join(folder, `${name}-data`);
  for (const compressionAlgorithm of algorithms) {
    const cacheDir = join(folder, `${name}-${compressionAlgorithm}`);
    const config = { dataDir, cacheDir, useMemoryMapped: true, useCompression: true, compressionAlgorithm };
    const runtime = await openRuntime({ cwd: process.cwd(), config, env: {} });
    await ingestFile(runtime, file, { name: "market" });
    await runBacktest(runtime, "market");
    const dataset = await runtime.store.open("market");
    const [symbol] = dataset.symbols();
    dataset[Symbol.dispose]();
    await computeSignals(runtime, "market", { symbol });
    for (const [kind, { raw, stored }] of Object.entries(await shrunk(runtime))) {
      rows[`${name}: ${kind}`] ??= { "MB of arrays": +(raw / 1e6).toFixed(1) };
      rows[`${name}: ${kind}`][compressionAlgorithm] = +(raw / stored).toFixed(2);
    }
    await runtime[Symbol.asyncDispose]();
  }
}

await withFolder(async (folder) => {
  const rows = {};
  const file = join(folder, "bars.csv");
  writeMarket(file, 2, bars);
  await measure(folder, file, "synthetic", rows);
  const real = process.env.ATC_BENCH_CSV;
  if (real !== undefined) await measure(folder, real, "real", rows);
  report(rows);
});
