// Scans and backtests a dataset of 3 GB in 256 MiB of memory, with its pages first dropped from the page cache. The
// results must equal those without a limit. For comparison, an in-memory approach runs under the same limit. Then
// `atc backtest` runs with its cache, cold and from the cache. ATC_BENCH_BARS=300000000 uses that many bars instead of
// 60 million (52 bytes each on the disk, and half of that again for the cache).
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mmapStore } from "@atc/mmap-store";
import { hashOf, runCommand } from "../command-run.js";
import { walk } from "../market.js";
import { report, withFolder } from "../measure.js";
import { dropFromCache, runFreely, runWithin } from "../memory-limit.js";

const symbols = 120;
const bars = Math.ceil(Number(process.env.ATC_BENCH_BARS ?? 60e6) / symbols);
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

/** One run of the command over the dataset, with its outputs as one hash. `keepsCache` does not clear the cache. */
async function commandRun(directory, { limitBytes: limit, keepsCache = false }) {
  const cwd = join(directory, "command");
  if (!keepsCache) rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd, { recursive: true });
  const stdout = join(cwd, "report.json");
  const curves = ["--portfolio", "portfolio.arrow", "--trades", "trades.arrow"];
  const folders = ["--data-dir", directory, "--cache-dir", "cache"];
  const args = ["backtest", "market", ...folders, "--use-memory-mapped=true", "--threads", "2", "--json", ...curves];
  for (const file of ["portfolio.arrow", "trades.arrow"]) rmSync(join(cwd, file), { force: true });
  const run = await runCommand({ args, cwd, stdout, limitBytes: limit });
  const outputs = [];
  if (run.status === 0)
    for (const file of ["report.json", "portfolio.arrow", "trades.arrow"]) outputs.push(await hashOf(join(cwd, file)));
  return { ...run, outputs: outputs.join(" ") };
}

/**
 * Runs the command without a limit, then under it, cold and from its cache. Its outputs must be equal and its memory
 * bounded.
 */
async function compareCommand(directory, files, bytes) {
  const rows = {};
  let expected;
  for (const [name, options] of [
    ["no limit, cold", {}],
    ["limited, cold", { limitBytes }],
    ["limited, from the cache", { limitBytes, keepsCache: true }],
  ]) {
    dropFromCache(files);
    const run = await commandRun(directory, options);
    expected ??= run.outputs;
    const faults = [];
    if (run.status !== 0) faults.push(`ended with ${run.signal ?? `exit code ${run.status}: ${run.stderr}`}`);
    else if (run.outputs !== expected) faults.push("other outputs");
    if (run.anonymousMb > mostAnonymousMb) faults.push(`${Math.round(run.anonymousMb)} MB of its own`);
    if (faults.length > 0) process.exitCode = 1;
    rows[`atc backtest, ${name}`] = {
      "dataset GB": +(bytes / 1e9).toFixed(2),
      limit: run.peakBytes === undefined ? "-" : "cgroup",
      "peak MiB": run.peakBytes === undefined ? "-" : Math.round(run.peakBytes / 2 ** 20),
      "anonymous MB": Math.round(run.anonymousMb),
      [options.limitBytes === undefined ? "s unlimited" : "s limited"]: +(run.ms / 1000).toFixed(2),
      result: faults.length === 0 ? "equal" : `FAIL: ${faults.join("; ")}`,
    };
  }
  rmSync(join(directory, "command"), { recursive: true, force: true });
  return rows;
}

await withFolder(async (directory) => {
  const bytes = await writeMarketDataset(mmapStore({ directory }));
  assert.ok(bytes >= 48 * symbols * bars, `the dataset has only ${bytes} bytes`);
  // With fewer bars, for a trial run, the limit has no effect.
  const isBeyond = bytes >= 3e9;
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
    assert.deepEqual(limited.result, free.result, `${task} with ${backend}: the result differs under the limit`);
    assert.ok(limited.anonymousMb <= mostAnonymousMb, `${task} with ${backend}: ${limited.anonymousMb} MB of its own`);
    // Windows need few pages and must not use others.
    if (isBeyond && run.peakBytes !== undefined && task !== "windows")
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
  assert.ok(!isBeyond || inMemory.status !== 0, "loading all columns into memory was expected to fail under the limit");
  rows["load-all, read"] = {
    "dataset GB": +(bytes / 1e9).toFixed(2),
    limit: inMemory.limitedBy,
    "peak MiB": inMemory.peakBytes === undefined ? "-" : Math.round(inMemory.peakBytes / 2 ** 20),
    result: inMemory.status === 0 ? "fits" : `fails (${inMemory.signal ?? `exit code ${inMemory.status}`})`,
  };
  report({ ...rows, ...(await compareCommand(directory, files, bytes)) });
});
