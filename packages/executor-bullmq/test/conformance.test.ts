import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Executor } from "@atc/contract";
import { workerExecutor } from "@atc/executor-worker";
import { executorCases, executorTasks } from "@atc/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { bullmqExecutor } from "../src/index.ts";
import { hasRedis, startRedis, type TestRedis } from "./redis-server.mjs";

const modules = { [executorTasks.package]: executorTasks.url };
let redis: TestRedis;
let directory: string;
let queues = 0;

beforeAll(async () => {
  if (!hasRedis) return;
  redis = await startRedis();
  directory = mkdtempSync(join(tmpdir(), "atc-plane-"));
});

afterAll(async () => {
  if (!hasRedis) return;
  await redis[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

/** An executor with a queue and a worker of its own, whose threads end with it. */
async function cluster(): Promise<Executor> {
  const options = { redis: redis.url, directory, queue: `laws-${queues++}` };
  const host = { warn: () => undefined };
  const threads = workerExecutor({ modules, threads: 2 });
  const workerSide = await bullmqExecutor(options, host);
  const server = await workerSide.queue?.serve({ runner: threads });
  const executor = await bullmqExecutor(options, host);
  return {
    concurrency: executor.concurrency,
    submit: executor.submit,
    async [Symbol.asyncDispose]() {
      await executor[Symbol.asyncDispose]();
      await server?.[Symbol.asyncDispose]();
      await workerSide[Symbol.asyncDispose]();
      await threads[Symbol.asyncDispose]();
    },
  };
}

describe.skipIf(!hasRedis)("a queue with one worker of two threads", () => {
  for (const { name, run } of executorCases(cluster)) it(name, run);
});
