import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { type MmapStore, mmapStore } from "../src/index.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

const newDirectory = temporaryDirectories();
/** ATC_KILLS=200 raises the number. */
const kills = Number(process.env["ATC_KILLS"] ?? 50);

/**
 * Kills a process that grows the dataset in `directory`, after some lines of its output and some turns of this
 * process's event loop. Returns its last line.
 */
async function killedAfter(directory: string, lines: number, turns: number): Promise<string> {
  const script = fileURLToPath(new URL("growth-process.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, directory], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  let last = "";
  let left = lines;
  for await (const line of createInterface({ input: child.stdout })) {
    last = line;
    if (--left <= 0) break;
  }
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
  child.kill("SIGKILL");
  const [code] = (await exited) as [number | null];
  expect(code).toBeNull();
  return last;
}

/** Asserts that the dataset is one complete generation, and returns it. */
async function wholeGeneration(store: MmapStore): Promise<number> {
  const dataset = await store.open("d");
  const { generation, fingerprint, series } = dataset.manifest;
  for (const { symbol, rows } of series) {
    let row = 0;
    for (const block of dataset.series(symbol).blocks({ columns: ["timestamp", "close"] })) {
      const [times, close] = [block.times(), block.values("close")];
      for (let i = 0; i < block.length; i++, row++)
        if (times[i] !== BigInt(row) || close[i] !== row) expect([times[i], close[i]]).toEqual([BigInt(row), row]);
    }
    expect(row).toBe(rows);
  }
  if (generation > 1) expect(String(series[0]?.rows)).toBe(fingerprint);
  dataset[Symbol.dispose]();
  expect((await store.verify("d")).faults).toEqual([]);
  return generation;
}

it(`${kills} kills within append and compact leave the old or the new dataset, and no other file after the next lock`, {
  timeout: 5000 * kills,
}, async () => {
  const directory = newDirectory();
  const store = mmapStore({ directory });
  const next = (): number => randomInt(2 ** 31);
  const last = new Map<string, number>();
  let former = 0;
  for (let kill = 0; kill < kills; kill++) {
    const [step, before] = (await killedAfter(directory, 1 + (next() % 4), next() % 400)).split(" ");
    last.set(step ?? "", 1 + (last.get(step ?? "") ?? 0));
    const generation = await wholeGeneration(store);
    expect(generation).toBeGreaterThanOrEqual(Math.max(former, Number(before)));
    former = generation;
    const lock = await store.lock("d");
    const scratch = lock.scratch?.split("/").at(-1);
    const left = readdirSync(join(directory, "d")).filter((entry) => entry !== scratch && entry !== "LOCK");
    const segments = (await store.verify("d")).segments;
    expect(left.filter((entry) => !/^(manifest\.json|seg-.*)$/.test(entry))).toEqual([]);
    expect(left).toHaveLength(1 + segments);
    await lock[Symbol.asyncDispose]();
  }
  expect(last.get("append")).toBeGreaterThan(0);
  expect(last.get("compact")).toBeGreaterThan(0);
});
