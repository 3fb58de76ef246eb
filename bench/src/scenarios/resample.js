// Minute bars of ten symbols to longer bars, compared with polars if a Python has it (ATC_PYTHON names one). Both read
// the same Arrow file on one thread and write the result.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { mmapStore } from "@atc/mmap-store";
import { resample } from "@atc/resample";
import { walk } from "../market.js";
import { cpuMs, median, report, withFolder } from "../measure.js";
import { startPeer } from "../peer.js";

const symbols = 10;
const bars = 500_000;
const rounds = 3;
const rules = { "5m": "5m", "1h": "1h", "1d": "1d" };
const others = {
  "1h of a session": { to: "1h", timeZone: "America/New_York", session: { start: "09:30", end: "16:00" } },
  "1e7dollars": { to: "1e7dollars" },
};

const polars = `
import sys, time, polars as pl
source, target = sys.argv[1:]
for line in sys.stdin:
    every = line.strip()
    cpu = time.process_time()
    frame = pl.scan_ipc(source).with_columns(pl.col("symbol").cast(pl.String)).group_by_dynamic("timestamp", every=every, group_by="symbol").agg(
        pl.col("open").first(), pl.col("high").max(), pl.col("low").min(), pl.col("close").last(), pl.col("volume").sum(), pl.len().alias("count")
    ).collect()
    frame.write_ipc(target)
    print(f"{time.process_time() - cpu} {frame.height} {frame['close'].sum()} {frame['volume'].sum()}", flush=True)
`;

async function writeMinutes(store) {
  const close = walk(bars);
  const open = Float64Array.from(close, (_, i) => close[Math.max(i - 1, 0)]);
  const prices = {
    open,
    high: Float64Array.from(close, (value, i) => Math.max(value, open[i]) * 1.0005),
    low: Float64Array.from(close, (value, i) => Math.min(value, open[i]) * 0.9995),
    close,
    volume: Float64Array.from(close, (_, i) => 1 + (i % 1000)),
  };
  const timestamp = BigInt64Array.from({ length: bars }, (_, i) => BigInt(Date.UTC(2020, 0, 1) + i * 60_000));
  const columns = [{ name: "timestamp", type: "timestamp[ms]" }];
  for (const name of Object.keys(prices)) columns.push({ name, type: "float64" });
  const series = Array.from({ length: symbols }, (_, i) => ({ symbol: `S${i}`, rows: bars }));
  const lock = await store.lock("minutes");
  const writer = await store.create(lock, { schema: { kind: "bars", columns }, fingerprint: "bench", series });
  for (const { symbol } of series) await writer.write(symbol, 0, { timestamp, ...prices });
  await writer.publish();
  await lock[Symbol.asyncDispose]();
}

/** Bars, the sum of their closes and of their volumes. */
function sums(dataset) {
  let close = 0;
  let volume = 0;
  for (const symbol of dataset.symbols())
    for (const block of dataset.series(symbol).blocks({ columns: ["close", "volume"] })) {
      for (const value of block.values("close")) close += value;
      for (const value of block.values("volume")) volume += value;
    }
  return { rows: dataset.manifest.rows, close, volume };
}

function pythonWithPolars() {
  const candidates = [process.env.ATC_PYTHON, "python3"].filter(Boolean);
  return candidates.find((python) => spawnSync(python, ["-c", "import polars"]).status === 0);
}

const near = (a, b) => Math.abs(a - b) <= 1e-9 * Math.abs(b);

await withFolder(async (directory) => {
  const store = mmapStore({ directory });
  await writeMinutes(store);
  const minutes = await store.open("minutes");
  const python = pythonWithPolars();
  const segment = readdirSync(join(directory, "minutes")).find((name) => name.endsWith(".arrow"));
  const args = ["-c", polars, join(directory, "minutes", segment), join(directory, "polars.arrow")];
  const peer = python === undefined ? undefined : startPeer(python, args, { POLARS_MAX_THREADS: "1" });
  const rows = {};
  for (const [name, options] of [
    ...Object.entries(rules).map(([name, to]) => [name, { to }]),
    ...Object.entries(others),
  ]) {
    const own = [];
    const theirs = [];
    for (let round = 0; round <= rounds; round++) {
      const ms = await cpuMs(() => resample(minutes, store, { ...options, name: "bars", force: true }));
      if (round > 0) own.push(ms);
      if (peer === undefined || rules[name] === undefined) continue;
      const [seconds, height, close, volume] = (await peer.ask(name)).split(" ").map(Number);
      if (round > 0) theirs.push(1000 * seconds);
      const made = await store.open("bars");
      const found = sums(made);
      made[Symbol.dispose]();
      assert.equal(found.rows, height);
      assert.ok(near(found.close, close) && near(found.volume, volume), "the bars differ from those of polars");
    }
    const millions = (symbols * bars) / 1e6;
    rows[name] = {
      "million rows per processor second": +(millions / (median(own) / 1000)).toFixed(1),
      "polars, million rows per processor second":
        theirs.length === 0 ? "-" : +(millions / (median(theirs) / 1000)).toFixed(1),
      "resident MB, including mapped pages": Math.round(process.memoryUsage().rss / 1e6),
    };
  }
  peer?.close();
  minutes[Symbol.dispose]();
  report(rows);
});
