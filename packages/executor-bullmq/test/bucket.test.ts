import { AtcError, type ByteStore, type Executor, type PluginHost } from "@atc/contract";
import { workerExecutor } from "@atc/executor-worker";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type BullmqExecutorOptions, bullmqExecutor } from "../src/index.ts";
import { hasRedis, startRedis, type TestRedis } from "./redis-server.mjs";

const modules = { "@atc/chaos": new URL("chaos-tasks.mjs", import.meta.url).href };
const echo = { task: "@atc/chaos#echo", version: 1 };
const large = (seed: number): Float64Array => Float64Array.from({ length: 4000 }, (_, i) => i / 7 + seed);

let redis: TestRedis;
let queues = 0;
const values = new Map<string, Uint8Array>();
const open: AsyncDisposable[] = [];

/** A bucket in memory; `check` may throw for a key. */
function bucket(check: (key: string) => void = () => undefined): ByteStore {
  return {
    async get(key) {
      check(key);
      return values.get(key);
    },
    async set(key, value) {
      check(key);
      values.set(key, value.slice());
    },
    delete: async (key) => values.delete(key),
    async *list() {
      for (const [key, { length }] of values) yield { key, size: length, accessedAt: 0 };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A host that finds one store, and records how it was asked. */
function hostOf(store: ByteStore, asked: unknown[] = []): Pick<PluginHost, "warn" | "find"> {
  const find = (kind: string, name: string, options: unknown): Promise<ByteStore> => {
    asked.push([kind, name, options]);
    return Promise.resolve(store);
  };
  return { warn: () => undefined, find: find as unknown as PluginHost["find"] };
}

async function executorOf(store: ByteStore, queue: string, more: BullmqExecutorOptions = {}): Promise<Executor> {
  const options = { redis: redis.url, server: "s3://market/team/tasks", queue, lockMs: 1000, ...more };
  const executor = await bullmqExecutor(options, hostOf(store));
  open.push(executor);
  return executor;
}

/** A worker in this process. */
async function worker(store: ByteStore, queue: string): Promise<void> {
  const threads = workerExecutor({ modules, threads: 1, graceMs: 50 });
  open.push(threads);
  const server = await (await executorOf(store, queue)).queue?.serve({ runner: threads });
  if (server !== undefined) open.push(server);
}

beforeAll(async () => {
  if (hasRedis) redis = await startRedis();
}, 60_000);
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
  values.clear();
});
afterAll(async () => {
  if (hasRedis) await redis[Symbol.asyncDispose]();
});

describe.skipIf(!hasRedis)("a bucket of tasks", () => {
  it("has large inputs and results, without a permit, and is opened with the environment", async () => {
    const queue = `b${queues++}`;
    await worker(bucket(), queue);
    const asked: unknown[] = [];
    const env = { AWS_REGION: "eu-test-1" };
    const options = { redis: redis.url, server: "s3://market/team/tasks", token: "unused", env, queue };
    const executor = await bullmqExecutor(options, hostOf(bucket(), asked));
    open.push(executor);
    expect(asked).toEqual([["byte-store", "s3", { bucket: "market", prefix: "team/tasks", env }]]);
    expect(await executor.submit(echo, large(1))).toEqual(large(1));
    expect(new Set([...values.keys()].map((key) => key.split("/")[0]))).toEqual(new Set(["input", "result"]));
    // Nobody serves the other queue: the bucket has the result.
    const other = await executorOf(bucket(), `b${queues++}`);
    expect(await other.submit(echo, large(1))).toEqual(large(1));
  }, 60_000);

  it("that a worker cannot reach makes the task go to workers again, and the run ends with ATC_NETWORK at last", async () => {
    const away = new AtcError("ATC_NETWORK", "no answer", { details: { system: "ECONNREFUSED" } });
    let failures = 0;
    let most = 2;
    const store = bucket(() => {
      if (failures++ < most) throw away;
    });
    const queue = `b${queues++}`;
    await worker(store, queue);
    const executor = await executorOf(bucket(), queue);
    expect(await executor.submit(echo, large(2))).toEqual(large(2));
    expect(executor.queue?.ownRun()).toMatchObject({ done: 1, repeated: 2 });
    failures = 0;
    most = Number.POSITIVE_INFINITY;
    await expect(executor.submit(echo, large(3))).rejects.toMatchObject({ code: "ATC_NETWORK" });
    expect(failures).toBe(3);
  }, 60_000);

  it("is named by a URL of http, https or s3", async () => {
    for (const server of ["ftp://market", "s3://", "s3://id:secret@market"]) {
      const error = await bullmqExecutor({ redis: redis.url, server }, hostOf(bucket())).then(
        () => expect.fail("it did not reject"),
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ code: "ATC_INVALID_ARGUMENT", details: { option: "server" } });
      expect(String(error)).not.toContain("secret");
    }
  });
});
