import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Executor } from "@atc/contract";
import { afterAll, beforeAll, describe, it } from "vitest";
import { bullmqExecutor } from "../src/index.ts";
import { startWorkerProcess, type WorkerProcess } from "./cluster.mjs";
import { hasRedis, startRedis, type TestRedis } from "./redis-server.mjs";

/** What happens to the connections of a worker right before it receives SIGTERM. */
const faults: Readonly<Record<string, (redis: TestRedis, worker: WorkerProcess) => Promise<void>>> = {
  "Redis is healthy": () => Promise.resolve(),
  async "Redis is away"(redis) {
    await redis.kill();
    await delay(300);
  },
  "Redis is silent"(redis) {
    redis.signal("SIGSTOP");
    return Promise.resolve();
  },
  async "Redis restarted while the worker was stopped"(redis, worker) {
    worker.signal("SIGSTOP");
    await redis.kill();
    await redis.start();
    worker.signal("SIGCONT");
  },
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "atc-ending-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** How a worker with a fault ends. */
async function endOf(fault: (redis: TestRedis, worker: WorkerProcess) => Promise<void>, i: number): Promise<string> {
  const redis = await startRedis();
  const options = { redis: redis.url, directory: join(folder, `plane-${i}`), queue: "ending", lockMs: 1000 };
  const worker = await startWorkerProcess(options);
  await fault(redis, worker);
  const end = await Promise.race([worker.end().then(() => "ended"), delay(40_000, "hangs")]);
  await worker.kill();
  await redis[Symbol.asyncDispose]();
  return end;
}

describe.skipIf(!hasRedis).concurrent("a worker that receives SIGTERM", () => {
  it("ends, whatever its connections do", async ({ expect }) => {
    const ends = await Promise.all(
      Object.entries(faults).map(async ([name, fault], i) => [name, await endOf(fault, i)] as const),
    );
    expect(Object.fromEntries(ends)).toEqual(Object.fromEntries(Object.keys(faults).map((name) => [name, "ended"])));
  }, 60_000);

  it("first stores the result of its task, also while Redis is away", async ({ expect }) => {
    const redis = await startRedis();
    const options = { redis: redis.url, directory: join(folder, "plane"), queue: "ending", lockMs: 1000 };
    const log = join(folder, "log");
    const gate = join(folder, "gate");
    const gated = (executor: Executor) =>
      executor.submit({ task: "@atc/chaos#gated", version: 1 }, { i: 3, log, gate });
    const worker = await startWorkerProcess(options);
    const executor = await bullmqExecutor(options, { warn: () => undefined });
    const result = gated(executor);
    await expect.poll(() => readFileSync(log, { encoding: "utf8", flag: "a+" }), { timeout: 20_000 }).not.toBe("");
    await redis.kill();
    const end = worker.end();
    writeFileSync(gate, "");
    await end;
    await redis.start();
    // No worker is left, so this result is the stored one.
    const again = await bullmqExecutor(options, { warn: () => undefined });
    expect(await gated(again)).toBe(3);
    expect(again.queue?.ownRun()).toMatchObject({ reused: 1 });
    const successor = await startWorkerProcess(options);
    expect(await result).toBe(3);
    expect(readFileSync(log, "utf8")).toBe("starts 3\nends 3\n");
    await executor[Symbol.asyncDispose]();
    await again[Symbol.asyncDispose]();
    await successor.end();
    await redis[Symbol.asyncDispose]();
  }, 60_000);
});
