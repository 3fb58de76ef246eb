import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Executor } from "@atc/contract";
import { workerExecutor } from "@atc/executor-worker";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type BullmqExecutorOptions, bullmqExecutor } from "../src/index.ts";
import { hasRedis, startRedis, type TestRedis } from "./redis-server.mjs";

const modules = { "@atc/chaos": new URL("chaos-tasks.mjs", import.meta.url).href };
const task = (name: string) => ({ task: `@atc/chaos#${name}`, version: 1 });

let redis: TestRedis;
let folder: string;
let queues = 0;
let queue: string;
let warnings: string[];
const open: AsyncDisposable[] = [];

beforeAll(async () => {
  if (hasRedis) redis = await startRedis();
}, 60_000);
afterAll(async () => {
  if (hasRedis) await redis[Symbol.asyncDispose]();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "atc-queue-"));
  queue = `q${queues++}`;
  warnings = [];
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const optionsOf = (more: BullmqExecutorOptions = {}): BullmqExecutorOptions => ({
  redis: redis.url,
  directory: join(folder, "plane"),
  queue,
  lockMs: 1000,
  ...more,
});

async function submitter(more: BullmqExecutorOptions = {}): Promise<Executor> {
  const executor = await bullmqExecutor(optionsOf(more), { warn: (message) => void warnings.push(message) });
  open.push(executor);
  return executor;
}

/** A worker in this process. */
async function worker(
  more: BullmqExecutorOptions = {},
  onEvent?: (line: string) => void,
  slots: number = 1,
): Promise<void> {
  const threads = workerExecutor({ modules, threads: slots, graceMs: 50 });
  open.push(threads);
  const executor = await submitter(more);
  const server = await executor.queue?.serve({ runner: threads, onEvent });
  if (server !== undefined) open.push(server);
}

const results = (): readonly string[] => {
  const root = join(folder, "plane", "result");
  return readdirSync(root, { recursive: true })
    .map((name) => join(root, String(name)))
    .filter((path) => statSync(path).isFile());
};

describe.skipIf(!hasRedis)("a task", () => {
  it("that passes its deadline is ended", async () => {
    await worker();
    const hurried = await submitter({ deadlineMs: 200 });
    await expect(hurried.submit(task("spin"), 1)).rejects.toMatchObject({ code: "ATC_TIMEOUT" });
    const executor = await submitter();
    expect(await executor.submit(task("echo"), 1)).toBe(1);
  }, 60_000);

  it("that was computed before returns its stored result, without a worker", async () => {
    const log = join(folder, "log");
    const input = { i: 7, ms: 25, log };
    {
      const threads = workerExecutor({ modules, threads: 1 });
      const serving = await bullmqExecutor(optionsOf(), { warn: () => undefined });
      const server = await serving.queue?.serve({ runner: threads });
      const executor = await submitter();
      await executor.submit(task("compute"), input);
      await server?.[Symbol.asyncDispose]();
      await serving[Symbol.asyncDispose]();
      await threads[Symbol.asyncDispose]();
    }
    const executor = await submitter();
    expect(await executor.submit(task("compute"), input)).toMatchObject({ i: 7 });
    expect(readFileSync(log, "utf8")).toBe("7\n");
    expect(executor.queue?.ownRun()).toMatchObject({ submitted: 1, done: 1, reused: 1 });
  }, 60_000);

  it("whose stored result is damaged is computed again", async () => {
    const log = join(folder, "log");
    await worker();
    const executor = await submitter();
    const first = await executor.submit(task("compute"), { i: 7, ms: 25, log });
    for (const path of results()) truncateSync(path, 20);
    expect(await executor.submit(task("compute"), { i: 7, ms: 25, log })).toEqual(first);
    expect(readFileSync(log, "utf8")).toBe("7\n7\n");
  }, 60_000);

  it("whose result cannot be stored is tried three times, then rejects with the fault of the storage", async () => {
    await worker();
    const executor = await submitter();
    await executor.submit(task("echo"), 1);
    rmSync(join(folder, "plane"), { recursive: true });
    writeFileSync(join(folder, "plane"), "a file in the way");
    await expect(executor.submit(task("compute"), { i: 2, ms: 25, log: join(folder, "log") })).rejects.toMatchObject({
      code: "ATC_NOT_FOUND",
      details: { system: "ENOTDIR" },
    });
    expect(executor.queue?.ownRun()).toMatchObject({ repeated: 2, failed: 1 });
  }, 60_000);

  it("with a large input needs a directory", async () => {
    const executor = await submitter({ directory: undefined });
    await expect(executor.submit(task("echo"), new Float64Array(5000))).rejects.toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
      message: expect.stringContaining("directory"),
    });
  });

  it("whose input is in another directory than the worker's is refused with both places", async () => {
    await worker({ directory: join(folder, "other") });
    const executor = await submitter();
    await expect(executor.submit(task("echo"), new Float64Array(5000))).rejects.toMatchObject({
      code: "ATC_NOT_FOUND",
      message: expect.stringContaining("other"),
    });
  }, 60_000);
});

describe.skipIf(!hasRedis)("workers", () => {
  it("of another release do not get the tasks, and the submitter is told so", async () => {
    await worker({ release: "1.0.0" });
    const executor = await submitter({ release: "2.0.0", patienceMs: 2_000 });
    await expect(executor.submit(task("echo"), 1)).rejects.toMatchObject({
      code: "ATC_TIMEOUT",
      message: expect.stringMatching(/"2\.0\.0".*1\.0\.0/),
    });
    expect(warnings.some((message) => message.includes("1.0.0"))).toBe(true);
  }, 60_000);

  it("have on record what each slot runs, without a script per task, and nothing when they are idle", async () => {
    await worker({}, undefined, 2);
    const client = new Redis(redis.url);
    const executor = await submitter();
    const [{ id = "" } = {}] = (await executor.queue?.workers()) ?? [];
    const held = async (): Promise<readonly string[]> =>
      (await client.hvals(`{atc}:registry:${queue}:held:${id}`)).toSorted((a, b) => (a < b ? -1 : 1));
    const scripts = async (): Promise<number> =>
      Number(/cmdstat_eval:calls=(\d+)/.exec(await client.info("commandstats"))?.[1] ?? 0);
    const before = await scripts();
    for (let i = 0; i < 40; i++) await executor.submit(task("echo"), i);
    const gates = [40, 41].map((i) => join(folder, `${i}.gate`));
    const log = join(folder, "log");
    const results = gates.map((gate, i) => executor.submit(task("gated"), { i, log, gate }));
    const ids = [40, 41].map((number) => `${executor.queue?.ownId}-${number}-1`);
    await expect.poll(held, { timeout: 20_000 }).toEqual(ids);
    for (const gate of gates) writeFileSync(gate, "");
    expect(await Promise.all(results)).toEqual([0, 1]);
    await expect.poll(held, { timeout: 20_000 }).toEqual([]);
    // BullMQ loads each of its scripts once.
    expect((await scripts()) - before).toBeLessThan(20);
    client.disconnect();
  }, 60_000);

  it("refuse jobs that no submitter wrote, and run none of them", async () => {
    const events: string[] = [];
    await worker({}, (line) => void events.push(line));
    const client = new Redis(redis.url, { maxRetriesPerRequest: null });
    const foreign = new Queue(`${queue}-1-any`, { connection: client, prefix: "{atc}" });
    const bad = [
      {},
      { v: 1 },
      { v: 2 },
      "text",
      { v: 1, task: "node:fs#rm", version: 1, key: "../../etc/passwd", input: { inline: "" }, deadlineMs: 0 },
      { v: 1, task: "node:fs#rm", version: 1, key: "0".repeat(64), input: { digest: "../x" }, deadlineMs: 0 },
      { v: 1, task: "node:fs#rm", version: 1, key: "0".repeat(64), input: { inline: "AAAA" }, deadlineMs: 0 },
    ];
    for (const data of bad) await foreign.add("foreign", data);
    const executor = await submitter();
    expect(await executor.submit(task("echo"), 1)).toBe(1);
    await expect.poll(async () => await foreign.getFailedCount(), { timeout: 20_000 }).toBe(bad.length);
    expect(events.length).toBe(bad.length);
    await foreign.close();
    client.disconnect();
  }, 60_000);
});

describe.skipIf(!hasRedis)("a run", () => {
  it("that is cancelled ends its tasks with ATC_ABORTED", async () => {
    await worker();
    const executor = await submitter();
    const tasks = [1, 2, 3].map((i) => executor.submit(task("spin"), i));
    const ends = Promise.allSettled(tasks);
    const id = executor.queue?.ownRun()?.id ?? "";
    await expect.poll(async () => await executor.queue?.cancel(id), { timeout: 20_000 }).toBe(true);
    for (const end of await ends) expect(end).toMatchObject({ reason: { code: "ATC_ABORTED" } });
    await expect(executor.submit(task("echo"), 9)).rejects.toMatchObject({ code: "ATC_ABORTED" });
  }, 60_000);

  it("whose tasks its submitter aborts is cancelled, so that it can be resumed", async () => {
    await worker();
    const executor = await submitter();
    const stop = new AbortController();
    const end = executor.submit(task("spin"), 1, { signal: stop.signal });
    const id = executor.queue?.ownRun()?.id ?? "";
    stop.abort();
    await expect(end).rejects.toMatchObject({ code: "ATC_ABORTED" });
    await executor[Symbol.asyncDispose]();
    const other = await submitter();
    const runs = await other.queue?.runs();
    expect(runs?.find((run) => run.id === id)).toMatchObject({ state: "cancelled", failed: 1 });
  }, 60_000);

  it("is submitted again if Redis loses it", async () => {
    const executor = await submitter();
    const tasks = [1, 2, 3].map((i) => executor.submit(task("echo"), i));
    const client = new Redis(redis.url);
    await expect.poll(async () => (await client.keys(`{atc}:${queue}-1-any:*-1`)).length, { timeout: 20_000 }).toBe(3);
    await client.flushall();
    client.disconnect();
    await worker();
    expect(await Promise.all(tasks)).toEqual([1, 2, 3]);
    expect(executor.queue?.ownRun()?.repeated).toBe(3);
  }, 60_000);

  it("whose submitter was killed is listed as lost", async () => {
    const executor = await submitter();
    const client = new Redis(redis.url);
    const record = { id: "r1", title: "atc sweep", state: "running", submitted: 9, done: 3, writtenAt: 1 };
    await client.hset(`{atc}:registry:${queue}:runs`, "r1", JSON.stringify(record), "r2", "not JSON", "r3", "[]");
    expect(await executor.queue?.runs()).toMatchObject([{ id: "r1", state: "lost", submitted: 9, done: 3 }]);
    expect(await executor.queue?.clean(0)).toMatchObject({ runs: 1 });
    client.disconnect();
  });
});
