import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Executor } from "@atc/contract";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, it } from "vitest";
import { bullmqExecutor } from "../src/index.ts";
import { startWorkerProcess, type WorkerProcess } from "./cluster.mjs";
import { hasRedis, startRedis } from "./redis-server.mjs";

const task = (name: string) => ({ task: `@atc/chaos#${name}`, version: 1 });
const patient = { timeout: 30_000 };
const lockMs = 2_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "atc-full-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A server of its own with submitters and workers, since the tests run at the same time. */
async function scene(name: string) {
  const redis = await startRedis();
  const client = new Redis(redis.url);
  const workers: WorkerProcess[] = [];
  const warnings: string[] = [];
  const options = { redis: redis.url, directory: join(folder, name), queue: name, lockMs };
  const log = join(folder, `${name}.log`);
  writeFileSync(log, "");
  const gateOf = (i: number): string => join(folder, `${name}-${i}.gate`);
  const setRoom = async (bytes: string): Promise<void> => void (await client.config("SET", "maxmemory", bytes));
  return {
    client,
    warnings,
    setRoom,
    submitter: (): Promise<Executor> => bullmqExecutor(options, { warn: (message) => void warnings.push(message) }),
    async worker(): Promise<WorkerProcess> {
      const started = await startWorkerProcess(options);
      workers.push(started);
      return started;
    },
    gated: (executor: Executor, i: number): Promise<number> =>
      executor.submit(task("gated"), { i, log, gate: gateOf(i) }),
    open: (i: number): void => writeFileSync(gateOf(i), ""),
    noted: (): string => readFileSync(log, "utf8"),
    keyOf: (executor: Executor, i: number): string => `{atc}:${name}-1-any:${executor.queue?.ownId}-${i}-1`,
    /** Scripts of BullMQ that the server has run. */
    scriptCount: async (): Promise<number> =>
      Number(/cmdstat_evalsha:calls=(\d+)/.exec(await client.info("commandstats"))?.[1] ?? 0),
    async [Symbol.asyncDispose](): Promise<void> {
      await Promise.all(workers.map((one) => one.kill()));
      client.disconnect();
      await redis[Symbol.asyncDispose]();
    },
  };
}

describe.skipIf(!hasRedis).concurrent("a server that becomes full", () => {
  it("refuses new tasks; those that it has end, however long it stays full, and the submitter warns", async ({
    expect,
  }) => {
    await using set = await scene("refuses");
    const { client, warnings, setRoom, submitter, worker, gated, open, noted, keyOf } = set;
    await worker();
    const executor = await submitter();
    const results = [gated(executor, 0)];
    await expect.poll(noted, patient).toBe("starts 0\n");
    results.push(gated(executor, 1));
    await expect.poll(() => client.exists(keyOf(executor, 1)), patient).toBe(1);
    await setRoom("1");
    await expect(executor.submit(task("echo"), 1)).rejects.toMatchObject({ code: "ATC_NO_SPACE" });
    await expect.poll(() => warnings.join(), patient).toContain("maxmemory");
    await delay(1.5 * lockMs);
    expect(await client.exists(`${keyOf(executor, 0)}:lock`)).toBe(1);
    expect(await executor.queue?.workers()).toMatchObject([{ running: 1 }]);
    expect(await executor.queue?.runs()).toMatchObject([{ state: "running", failed: 1 }]);
    open(0);
    open(1);
    expect(await Promise.all(results)).toEqual([0, 1]);
    await executor[Symbol.asyncDispose]();
    expect(warnings.filter((message) => message.includes("maxmemory")).length).toBe(1);
    expect(warnings.join()).not.toContain("no worker");
    const later = await submitter();
    expect(await later.queue?.runs()).toMatchObject([{ state: "done", done: 2, failed: 1 }]);
    await setRoom("0");
    expect(await later.submit(task("echo"), 1)).toBe(1);
    await later[Symbol.asyncDispose]();
    expect(noted()).toBe("starts 0\nends 0\nstarts 1\nends 1\n");
  }, 90_000);

  it("gets the result of a task whose worker lost its lock, and stops a run", async ({ expect }) => {
    await using set = await scene("lost-lock");
    const { client, setRoom, submitter, worker, gated, open, noted, keyOf } = set;
    const stopped = await worker();
    const executor = await submitter();
    const first = gated(executor, 0);
    await expect.poll(noted, patient).toBe("starts 0\n");
    const end = Promise.allSettled([first, gated(executor, 1)]);
    await expect.poll(() => client.exists(keyOf(executor, 1)), patient).toBe(1);
    await setRoom("1");
    stopped.signal("SIGSTOP");
    await expect.poll(() => client.exists(`${keyOf(executor, 0)}:lock`), patient).toBe(0);
    stopped.signal("SIGCONT");
    open(0);
    expect(await first).toBe(0);
    expect(await executor.queue?.cancel(executor.queue.ownId)).toBe(true);
    expect(await end).toMatchObject([{ value: 0 }, { reason: { code: "ATC_ABORTED" } }]);
    await executor[Symbol.asyncDispose]();
    expect(noted()).toBe("starts 0\nends 0\n");
  }, 90_000);

  it("keeps a waiting task for a worker that starts meanwhile, which asks for it a few times per second", async ({
    expect,
  }) => {
    await using set = await scene("waiting");
    const { client, setRoom, submitter, worker, keyOf, scriptCount } = set;
    const executor = await submitter();
    const result = executor.submit(task("echo"), 7);
    await expect.poll(() => client.exists(keyOf(executor, 0)), patient).toBe(1);
    await setRoom("1");
    const started = await worker();
    expect(await executor.queue?.workers()).toMatchObject([{ slots: 1 }]);
    await expect.poll(started.events, patient).toContain("maxmemory");
    const before = await scriptCount();
    const startedAt = performance.now();
    await delay(1000);
    const perSecond = (1000 * ((await scriptCount()) - before)) / (performance.now() - startedAt);
    // Without a pause, it is as often as the machine can.
    expect(perSecond).toBeLessThan(12);
    await setRoom("0");
    expect(await result).toBe(7);
    await executor[Symbol.asyncDispose]();
  }, 90_000);

  it("lets a worker end that receives SIGTERM, after its task", async ({ expect }) => {
    await using set = await scene("ending");
    const { setRoom, submitter, worker, gated, open, noted } = set;
    const ending = await worker();
    const executor = await submitter();
    const result = gated(executor, 0);
    await expect.poll(noted, patient).toBe("starts 0\n");
    await setRoom("1");
    const end = ending.end();
    await delay(500);
    open(0);
    expect(await result).toBe(0);
    await end;
    expect(await executor.queue?.workers()).toEqual([]);
    await executor[Symbol.asyncDispose]();
  }, 90_000);
});
