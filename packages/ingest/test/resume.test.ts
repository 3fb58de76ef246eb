import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import type { Executor } from "@atc/contract";
import { inlineExecutor } from "@atc/executor-worker";
import { mmapStore } from "@atc/mmap-store";
import { csv } from "@atc/source-csv";
import { describe, expect, it } from "vitest";
import { ingest } from "../src/index.ts";
import { datasetBytes, epochLine, temporaryDirectories, writeBars, writePlainBars } from "./csv-files.ts";

const newDirectory = temporaryDirectories();
/** Set ATC_KILLS=200 for more. */
const kills = Number(process.env["ATC_KILLS"] ?? 8);
const memoryBytes = 1_000_000;

/** Starts ingest-process.mjs, which ends after `slices` slices, or is killed `ms` after its start. */
async function killed(
  directory: string,
  file: string,
  end: { readonly slices?: number; readonly ms?: number },
): Promise<void> {
  const script = fileURLToPath(new URL("ingest-process.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, directory, file, String(end.slices ?? 1e9)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) if (line === "started") break;
  if (end.ms !== undefined) {
    await setTimeout(end.ms);
    child.kill("SIGKILL");
  }
  const [code, signal] = (await exited) as [number | null, string | null];
  expect([code, signal]).toEqual([null, "SIGKILL"]);
}

/** How an ingest in this process is ended. */
interface Ending {
  /** Aborts when this many slices were started. */
  readonly abortAt: number;
  readonly onKept?: (finished: number, slices: number) => void;
}

/** Ingests in this process, and returns the number of slices that were read. */
async function ingestHere(
  directory: string,
  file: string,
  bytes: number = memoryBytes,
  ending?: Ending,
): Promise<number> {
  const stop = new AbortController();
  await using inline = inlineExecutor({
    modules: { "@atc/ingest": new URL("../dist/bundle/tasks.js", import.meta.url).href },
  });
  let slices = 0;
  const executor: Executor = {
    ...inline,
    // As many as the process has: slices are cut for them.
    concurrency: 2,
    submit: (task, ...rest) => {
      if (task.task === "@atc/ingest#readSlice" && ++slices === ending?.abortAt) stop.abort();
      return inline.submit(task, ...rest);
    },
  };
  await using source = await csv(file, { badRows: "skip" });
  const options = { name: "d", memoryBytes: bytes, executor, force: true, onKept: ending?.onKept };
  const done = ingest(source, mmapStore({ directory, keepGenerations: 0 }), { ...options, signal: stop.signal });
  if (ending === undefined) await done;
  else await expect(done).rejects.toMatchObject({ code: "ATC_ABORTED" });
  return slices;
}

/** The journal that a crash left. */
function journalOf(directory: string): string {
  const scratch = readdirSync(join(directory, "d")).find((entry) => entry.startsWith(".scratch-")) ?? "";
  return join(directory, "d", scratch, "runs", "journal.jsonl");
}

const leftovers = (directory: string): string[] =>
  readdirSync(join(directory, "d")).filter((entry) => !/^(manifest\.json|seg-.*\.arrow)$/.test(entry));

const files: Record<string, () => string> = {
  // Without quotes no slice is read twice.
  "in runs": () => writeBars(newDirectory(), 20_000, { quotes: false }),
  "in their places": () => writePlainBars(newDirectory(), { rows: 40_000, minute: (bar) => bar ^ 1 }),
  "with notes of the reading": () => writePlainBars(newDirectory(), { rows: 40_000, line: epochLine(5000) }),
  "in partitions": () => writePlainBars(newDirectory(), { rows: 40_000, symbols: 60 }),
};

describe("an ingest that was aborted", () => {
  for (const [what, write] of Object.entries(files))
    it(`resumes after its finished slices if they are to be kept, ${what}, with the same dataset`, async () => {
      const file = write();
      const whole = newDirectory();
      const all = await ingestHere(whole, file);
      const directory = newDirectory();
      const kept: number[] = [];
      const onKept = (...counts: readonly number[]): void => void kept.push(...counts);
      await ingestHere(directory, file, memoryBytes, { abortAt: 6, onKept });
      expect(kept).toEqual([expect.any(Number), all]);
      // Slices that were read when the abort came may have been finished after it.
      expect(kept[0]).toBeGreaterThan(0);
      const rest = await ingestHere(directory, file);
      expect(rest).toBeLessThanOrEqual(all - (kept[0] ?? 0));
      expect(rest).toBeGreaterThanOrEqual(all - 6);
      expect(datasetBytes(directory, "d")).toEqual(datasetBytes(whole, "d"));
      expect(leftovers(directory)).toEqual([]);
    });

  it("can be aborted again and again, and at last gives the same dataset", async () => {
    const file = writePlainBars(newDirectory(), { rows: 40_000, minute: (bar) => bar ^ 1 });
    const whole = newDirectory();
    const all = await ingestHere(whole, file);
    const directory = newDirectory();
    let read = 0;
    for (let attempt = 0; attempt < 3; attempt++)
      read += await ingestHere(directory, file, memoryBytes, { abortAt: 8, onKept: () => undefined });
    read += await ingestHere(directory, file);
    // Four slices are read at a time; without a journal it would be 24 more.
    expect(read).toBeLessThanOrEqual(all + 12);
    expect(datasetBytes(directory, "d")).toEqual(datasetBytes(whole, "d"));
    expect(leftovers(directory)).toEqual([]);
  });

  it("leaves nothing by default, or if no slice is finished", async () => {
    const file = writePlainBars(newDirectory(), { rows: 40_000 });
    const directory = newDirectory();
    await ingestHere(directory, file, memoryBytes, { abortAt: 6 });
    expect(existsSync(join(directory, "d"))).toBe(false);
    await ingestHere(directory, file, memoryBytes, { abortAt: 1, onKept: () => expect.unreachable() });
    expect(existsSync(join(directory, "d"))).toBe(false);
  });
});

describe("an ingest that was killed", () => {
  for (const [what, write] of Object.entries(files))
    it(`resumes after its finished slices, ${what}, with the same dataset`, async () => {
      const file = write();
      const whole = newDirectory();
      const all = await ingestHere(whole, file);
      expect(all).toBeGreaterThan(10);
      const directory = newDirectory();
      await killed(directory, file, { slices: 6 });
      appendFileSync(journalOf(directory), '\n[7,{"path":"cut by a cr');
      await killed(directory, file, { slices: 3 });
      expect(await ingestHere(directory, file)).toBe(all - 9);
      expect(datasetBytes(directory, "d")).toEqual(datasetBytes(whole, "d"));
      expect(leftovers(directory)).toEqual([]);
    });

  it("gives the same dataset with more memory or less than before the crash", async () => {
    const file = writePlainBars(newDirectory(), { rows: 40_000, symbols: 600 });
    const whole = newDirectory();
    const all = await ingestHere(whole, file);
    for (const bytes of [1_600_000, 500_000]) {
      const directory = newDirectory();
      await killed(directory, file, { slices: 6 });
      // Partitions differ, so the slices cannot be resumed.
      expect(await ingestHere(directory, file, bytes)).toBe(all);
      expect(datasetBytes(directory, "d")).toEqual(datasetBytes(whole, "d"));
      expect(leftovers(directory)).toEqual([]);
    }
  });

  it("starts from scratch if the file has changed or the runs are damaged", async () => {
    // Without quotes no slice is read twice.
    const file = writeBars(newDirectory(), 20_000, { quotes: false });
    const all = await ingestHere(newDirectory(), file);
    const changed = newDirectory();
    await killed(changed, file, { slices: 6 });
    appendFileSync(file, "S1,2025-01-01T00:00:00Z,1,1,1,1,1,plain\n");
    const again = await ingestHere(changed, file);
    expect(again).toBeGreaterThanOrEqual(all);
    const damaged = newDirectory();
    await killed(damaged, file, { slices: 6 });
    const scratch = readdirSync(join(damaged, "d")).find((entry) => entry.startsWith(".scratch-")) ?? "";
    const runs = join(damaged, "d", scratch, "runs");
    const [first] = readdirSync(runs).filter((entry) => entry.endsWith(".run"));
    appendFileSync(join(runs, first ?? ""), "x");
    expect(await ingestHere(damaged, file)).toBe(again - 5);
    expect(datasetBytes(damaged, "d")).toEqual(datasetBytes(changed, "d"));
    await killed(damaged, file, { slices: 6 });
    writeFileSync(journalOf(damaged), "{");
    expect(await ingestHere(damaged, file)).toBe(again);
    expect([leftovers(changed), leftovers(damaged)]).toEqual([[], []]);
  });

  it(
    `${kills} times at any moment leaves the old or the new dataset, and nothing else after the next ingest`,
    async () => {
      const minute = (bar: number): number => bar ^ 1;
      const files = [
        writeBars(newDirectory(), 9000),
        // Rows of these are placed: directly, and through partitions.
        writePlainBars(newDirectory(), { rows: 30_000, minute }),
        writeBars(newDirectory(), 10_000, { symbols: 9 }),
        writePlainBars(newDirectory(), { rows: 24_000, symbols: 60, minute }),
      ];
      const wanted: object[] = [];
      for (const file of files) {
        const whole = newDirectory();
        await ingestHere(whole, file);
        wanted.push(datasetBytes(whole, "d"));
      }
      const directory = newDirectory();
      const store = mmapStore({ directory, keepGenerations: 0 });
      await ingestHere(directory, files[0] ?? "");
      let former = 0;
      for (let kill = 0; kill < kills; kill++) {
        await killed(directory, files[kill % files.length] ?? "", { ms: randomInt(700) });
        expect((await store.verify("d")).faults).toEqual([]);
        const found = (await store.find("d"))?.attributes;
        const state = wanted.findIndex((dataset) =>
          isDeepStrictEqual("attributes" in dataset && dataset.attributes, found),
        );
        expect([former, kill % files.length]).toContain(state);
        former = state;
      }
      await ingestHere(directory, files[0] ?? "");
      expect(datasetBytes(directory, "d")).toEqual(wanted[0]);
      expect(leftovers(directory)).toEqual([]);
    },
    60_000 + 10_000 * kills,
  );
});
