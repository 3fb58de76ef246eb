// A second identical run against the first on 50 symbols x 200,000 bars.
import { join } from "node:path";
import { openRuntime, runBacktest } from "@atc/runtime";
import { walk } from "../market.js";
import { report, withFolder } from "../measure.js";

const symbols = Array.from({ length: 50 }, (_, i) => `S${i}`);
const bars = 200_000;

async function writeDataset(store) {
  const lock = await store.lock("market");
  const columns = ["timestamp", "open", "high", "low", "close", "volume"].map((name) => ({
    name,
    type: name === "timestamp" ? "timestamp[ms]" : "float64",
  }));
  const plan = {
    schema: { kind: "bars", columns },
    fingerprint: "bench",
    series: symbols.map((symbol) => ({ symbol, rows: bars })),
  };
  const writer = await store.create(lock, plan);
  const timestamp = BigInt64Array.from({ length: bars }, (_, i) => BigInt(Date.UTC(2015, 0, 1) + i * 60_000));
  for (const [i, symbol] of symbols.entries()) {
    const close = walk(bars, i + 1);
    await writer.write(symbol, 0, {
      timestamp,
      open: close,
      high: close,
      low: close,
      close,
      volume: new Float64Array(bars).fill(1000),
    });
  }
  await writer.publish();
  await lock[Symbol.asyncDispose]();
}

async function timed(config, action) {
  const runtime = await openRuntime({ config, env: {} });
  const startedAt = performance.now();
  await action(runtime);
  const ms = performance.now() - startedAt;
  await runtime[Symbol.asyncDispose]();
  return ms;
}

await withFolder(async (folder) => {
  const dataDir = join(folder, "data");
  const base = { dataDir, useMemoryMapped: true };
  const plain = { ...base, cacheDir: join(folder, "plain") };
  await timed(plain, ({ store }) => writeDataset(store));
  const first = await timed(plain, (runtime) => runBacktest(runtime, "market"));
  const figures = [];
  const curves = [];
  for (let round = 0; round < 3; round++) {
    figures.push(await timed(plain, (runtime) => runBacktest(runtime, "market")));
    curves.push(await timed(plain, (runtime) => runBacktest(runtime, "market", { curves: true })));
  }
  const rows = {
    "first run": { ms: Math.round(first) },
    "second run": { ms: Math.round(Math.min(...figures)), "times faster": +(first / Math.min(...figures)).toFixed(1) },
    "second run, with every curve and trade": {
      ms: Math.round(Math.min(...curves)),
      "times faster": +(first / Math.min(...curves)).toFixed(1),
    },
  };
  report(rows);
});
