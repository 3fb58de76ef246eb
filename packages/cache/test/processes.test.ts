import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { cacheFs } from "../../cache-fs/src/index.ts";
import { createCache } from "../src/index.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const built = existsSync(here("../dist/bundle/index.js")) && existsSync(here("../../cache-fs/dist/bundle/index.js"));
const worker = fileURLToPath(new URL("./cache-worker.mjs", import.meta.url));
const maxBytes = 150_000;
const largestFile = 12_000;

interface Worker {
  readonly child: ChildProcess;
  readonly errors: string[];
  /** What it printed. */
  readonly lines: string[];
  readonly ended: Promise<number | null>;
}

function start(directory: string, seed: number): Worker {
  const child = spawn(process.execPath, [worker, directory, String(maxBytes), String(seed)]);
  const errors: string[] = [];
  const lines: string[] = [];
  child.stdout?.on("data", (data) => lines.push(String(data)));
  child.stderr?.on("data", (data) => errors.push(String(data)));
  const ended = once(child, "exit").then(([code]) => code as number | null);
  return { child, errors, lines, ended };
}

/** Resolves when the worker has reported `count` times more, or has ended. */
async function progress({ child, ended }: Worker, count: number): Promise<void> {
  const reported = (async () => {
    for (let i = 0; i < count; i++) await once(child.stdout as NodeJS.ReadableStream, "data");
  })();
  await Promise.race([reported, ended]);
}

/** Bytes of the entries while the other processes pause, since a sum over changing files has no meaning. */
async function bytesUnder(directory: string, workers: readonly Worker[] = []): Promise<number> {
  for (const { child } of workers) child.kill("SIGSTOP");
  let sum = 0;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.parentPath.includes("~store")) continue;
    sum += await stat(join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  for (const { child } of workers) child.kill("SIGCONT");
  return sum;
}

describe("4 processes on one directory", () => {
  const made: string[] = [];
  const started: Worker[] = [];
  const launch = (directory: string, seed: number): Worker => {
    const worker = start(directory, seed);
    started.push(worker);
    return worker;
  };
  afterAll(async () => {
    for (const { child, ended } of started) {
      child.kill("SIGKILL");
      await ended;
    }
    for (const directory of made) await rm(directory, { recursive: true, force: true });
  });

  it.skipIf(!built)(
    "never read a torn or wrong value while 10 of them are killed, and stay within the budget (needs pnpm build)",
    async () => {
      const directory = await mkdtemp(join(tmpdir(), "atc-processes-"));
      made.push(directory);
      const workers = [1, 2, 3, 4].map((seed) => launch(directory, seed));
      for (let kill = 0; kill < 10; kill++) {
        const worker = workers[kill % 4] as Worker;
        await progress(worker, 2 + (kill % 3));
        expect(worker.errors).toEqual([]);
        worker.child.kill("SIGKILL");
        expect(await worker.ended).toBeNull();
        // Each process may have one value of two files that was not renamed yet at the time of the sum.
        expect(await bytesUnder(directory)).toBeLessThanOrEqual(maxBytes + 4 * largestFile);
        workers[kill % 4] = launch(directory, 100 + kill);
      }
      for (const worker of workers) await progress(worker, 2);
      for (const { child } of workers) child.stdin?.end();
      for (const { ended, errors } of workers) {
        expect(await ended).toBe(0);
        expect(errors).toEqual([]);
      }
      expect(await bytesUnder(directory)).toBeLessThanOrEqual(maxBytes + largestFile);
      const store = await cacheFs({ directory, maxBytes });
      expect((await readdir(join(directory, "~store-v1"))).filter((name) => name.endsWith(".tmp"))).toEqual([]);
      const cache = createCache({ store });
      // Killed processes lose their last seconds, those that ended nothing.
      const [usage] = (await cache.stats()).usage.kinds;
      const own = workers.map(({ lines }) => Number(/lookups (\d+)/.exec(lines.join(""))?.[1]));
      const lookups = Number(usage?.diskHits) + Number(usage?.misses);
      expect(lookups).toBeGreaterThanOrEqual(own.reduce((sum, one) => sum + one, 0));
      const report = await cache.verify();
      expect(report).toMatchObject({ damaged: [], unreadable: [], newer: [] });
      expect(report.checked).toBeGreaterThan(10);
      expect(store.statistics.bytes).toBe(report.bytes);
      expect(report.bytes).toBe(await bytesUnder(directory));
      await store[Symbol.asyncDispose]();
    },
  );
});
