import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
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
async function killedAfter(
  { directory, keep }: { readonly directory: string; readonly keep: number },
  lines: number,
  turns: number,
): Promise<string> {
  const script = fileURLToPath(new URL("growth-process.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, directory, String(keep)], { stdio: ["ignore", "pipe", "inherit"] });
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

/** Asserts that the dataset is one complete generation, the newest one by default, and returns it. */
async function wholeGeneration(store: MmapStore, former?: number): Promise<number> {
  const dataset = await store.open("d", former === undefined ? {} : { generation: former });
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

/** The segments that a manifest names. */
function segmentsIn(path: string): readonly string[] {
  const { segments } = JSON.parse(readFileSync(path, "utf8")) as { segments: readonly { file: string }[] };
  return segments.map(({ file }) => file);
}

it.each([0, 1])(
  `${kills} kills within append and compact leave the old or the new dataset, %i former generations, and no other file after the next lock`,
  {
    timeout: 5000 * kills,
  },
  async (keep) => {
    const directory = newDirectory();
    const store = mmapStore({ directory, keepGenerations: keep });
    const next = (): number => randomInt(2 ** 31);
    const last = new Map<string, number>();
    let former = 0;
    let seen = 0;
    for (let kill = 0; kill < kills; kill++) {
      const [step, before] = (await killedAfter({ directory, keep }, 1 + (next() % 4), next() % 400)).split(" ");
      last.set(step ?? "", 1 + (last.get(step ?? "") ?? 0));
      const generation = await wholeGeneration(store);
      expect(generation).toBeGreaterThanOrEqual(Math.max(former, Number(before)));
      former = generation;
      const lock = await store.lock("d");
      const scratch = lock.scratch?.split("/").at(-1);
      const left = readdirSync(join(directory, "d")).filter((entry) => entry !== scratch && entry !== "LOCK");
      const segments = (await store.verify("d")).segments;
      const kept = left.filter((entry) => /^manifest-\d+\.json$/.test(entry));
      expect(kept.length).toBeLessThanOrEqual(keep);
      for (const name of kept) await wholeGeneration(store, Number(/\d+/.exec(name)?.[0]));
      seen += kept.length;
      const named = new Set([...kept, "manifest.json"].flatMap((name) => segmentsIn(join(directory, "d", name))));
      expect(left.filter((entry) => !/^(manifest\.json|seg-.*)$/.test(entry))).toEqual(kept);
      expect(new Set(left.filter((entry) => entry.startsWith("seg-")))).toEqual(named);
      if (kept.length === 0) expect(left).toHaveLength(1 + segments);
      await lock[Symbol.asyncDispose]();
    }
    expect(seen > 0).toBe(keep > 0);
    expect(last.get("append")).toBeGreaterThan(0);
    expect(last.get("compact")).toBeGreaterThan(0);
  },
);
