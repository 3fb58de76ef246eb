// Milliseconds to open a dataset of 5,000 symbols and read one window of one of them, in new processes without compiled
// or loaded code.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mmapStore } from "@atc/mmap-store";
import { median, report, withFolder } from "../measure.js";

const symbols = 5000;
const bars = 500;
const rounds = 15;
const script = fileURLToPath(new URL("../open-task.js", import.meta.url));

async function write(store) {
  const names = ["open", "high", "low", "close", "volume"];
  const columns = [{ name: "timestamp", type: "timestamp[ms]" }, ...names.map((name) => ({ name, type: "float64" }))];
  const series = Array.from({ length: symbols }, (_, i) => ({ symbol: `S${String(i).padStart(4, "0")}`, rows: bars }));
  const values = Float64Array.from({ length: bars }, (_, i) => i);
  const timestamp = BigInt64Array.from({ length: bars }, (_, i) => 1_704_067_200_000n + BigInt(i) * 60_000n);
  const lock = await store.lock("market");
  const writer = await store.create(lock, { schema: { kind: "bars", columns }, fingerprint: "bench", series });
  const slice = { timestamp, ...Object.fromEntries(names.map((name) => [name, values])) };
  for (const { symbol } of series) await writer.write(symbol, 0, slice);
  await writer.publish();
  await lock[Symbol.asyncDispose]();
}

await withFolder(async (directory) => {
  await write(mmapStore({ directory }));
  const runs = Array.from({ length: rounds }, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, directory], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
  });
  const row = (values) => ({ least: +Math.min(...values).toFixed(1), median: +median(values).toFixed(1) });
  report({
    "CPU ms": row(runs.map(({ cpuMs }) => cpuMs)),
    "wall ms": row(runs.map(({ ms }) => ms)),
    "manifest KB": { least: Math.round(statSync(join(directory, "market", "manifest.json")).size / 1000) },
  });
});
