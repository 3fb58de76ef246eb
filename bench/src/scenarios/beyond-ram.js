// A dataset of 3 GB scanned and backtested in 256 MiB of memory, its pages out of the cache at first: same results as without a limit, and what an
// in-memory approach does under the same limit.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mmapStore } from "@atc/mmap-store";
import { walk } from "../market.js";
import { report, withFolder } from "../measure.js";
import { dropFromCache, runFreely, runWithin } from "../memory-limit.js";

const symbols = 120;
const bars = 500_000;
const limitBytes = 256 * 2 ** 20;
const mostAnonymousMb = 150;
const prices = ["open", "high", "low", "close", "volume"];
const script = fileURLToPath(new URL("../beyond-ram-task.js", import.meta.url));

async function writeMarketDataset(store) {
  const close = walk(bars);
  const open = Float64Array.from(close, (_, i) => close[Math.max(i - 1, 0)]);
  const base = {
    open,
    high: Float64Array.from(close, (value, i) => Math.max(value, open[i]) * 1.0005),
    low: Float64Array.from(close, (value, i) => Math.min(value, open[i]) * 0.9995),
    close,
  };
  const volume = Float64Array.from(close, (_, i) => 1 + (i % 1000));
  const timestamp = BigInt64Array.from({ length: bars }, (_, i) => BigInt(i) * 60_000n);
  const columns = [{ name: "timestamp", type: "timestamp[ms]" }, ...prices.map((name) => ({ name, type: "float64" }))];
  const series = Array.from({ length: symbols }, (_, i) => ({ symbol: `S${String(i).padStart(3, "0")}`, rows: bars }));
  const lock = await store.lock("market");
  const writer = await store.create(lock, { schema: { kind: "bars", columns }, fingerprint: "bench", series });
  for (const [i, { symbol }] of series.entries()) {
    const scaled = Object.entries(base).map(([name, values]) => [name, values.map((value) => value * (1 + i / 7))]);
    await writer.write(symbol, 0, { timestamp, volume, ...Object.fromEntries(scaled) });
  }
  const { bytes } = await writer.publish();
  await lock[Symbol.asyncDispose]();
  return bytes;
}

function answerOf({ status, signal, stdout, stderr }) {
  assert.equal(status, 0, `ended with ${status ?? signal}: ${stderr}`);
  return JSON.parse(stdout);
}

await withFolder(async (directory) => {
  const bytes = await writeMarketDataset(mmapStore({ directory }));
  assert.ok(bytes >= 3e9, `the dataset has ${bytes} bytes only`);
  const files = readdirSync(join(directory, "market")).map((file) => join(directory, "market", file));
  const rows = {};
  for (const [task, backend] of [
    ["sum-of-close", "mmap"],
    ["sum-of-all", "mmap"],
    ["sum-of-all", "read"],
    ["backtest", "mmap"],
    ["backtest", "read"],
    ["windows", "mmap"],
    ["windows", "read"],
  ]) {
    const args = [script, task, backend, directory];
    dropFromCache(files);
    const free = answerOf(runFreely(args));
    dropFromCache(files);
    const run = runWithin(limitBytes, args);
    const limited = answerOf(run);
    assert.deepEqual(limited.result, free.result, `${task} with ${backend}: another result under the limit`);
    assert.ok(limited.anonymousMb <= mostAnonymousMb, `${task} with ${backend}: ${limited.anonymousMb} MB of its own`);
    // Windows need few pages: that they take no others is the point.
    if (run.peakBytes !== undefined && task !== "windows")
      assert.ok(run.peakBytes >= 0.95 * limitBytes, `${task} with ${backend}: the limit was never reached`);
    rows[`${task}, ${backend}`] = {
      "dataset GB": +(bytes / 1e9).toFixed(2),
      limit: run.limitedBy,
      "peak MiB": run.peakBytes === undefined ? "-" : Math.round(run.peakBytes / 2 ** 20),
      "anonymous MB": Math.round(limited.anonymousMb),
      "s limited": +(limited.ms / 1000).toFixed(2),
      "s unlimited": +(free.ms / 1000).toFixed(2),
      result: "equal",
    };
  }
  dropFromCache(files);
  const inMemory = runWithin(limitBytes, [script, "load-all", "read", directory]);
  assert.ok(inMemory.status !== 0, "loading all columns into memory was expected to fail under the limit");
  rows["load-all, read"] = {
    "dataset GB": +(bytes / 1e9).toFixed(2),
    limit: inMemory.limitedBy,
    "peak MiB": inMemory.peakBytes === undefined ? "-" : Math.round(inMemory.peakBytes / 2 ** 20),
    result: `fails (${inMemory.signal ?? `exit code ${inMemory.status}`})`,
  };
  report(rows);
});
