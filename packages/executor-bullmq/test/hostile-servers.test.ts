import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { bullmqExecutor } from "../src/index.ts";
import { startWorkerProcess } from "./cluster.mjs";
import { hasRedis, startRedis } from "./redis-server.mjs";

const task = (name: string) => ({ task: `@atc/chaos#${name}`, version: 1 });
const hour = 3_600_000;
const workerScript = fileURLToPath(new URL("worker-process.mjs", import.meta.url));

let folder: string;
const warnings: string[] = [];
const host = { warn: (message: string) => void warnings.push(message) };
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "atc-hostile-"));
});
afterEach(() => {
  warnings.length = 0;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe.skipIf(!hasRedis).concurrent("a server", () => {
  it("keeps no password in what it holds", async ({ expect }) => {
    const redis = await startRedis("--requirepass", "s3cret");
    const options = { redis: `redis://:s3cret@127.0.0.1:${redis.port}`, directory: join(folder, "secret") };
    const worker = await startWorkerProcess(options);
    const executor = await bullmqExecutor(options, host);
    expect(await executor.submit(task("echo"), 1)).toBe(1);
    await expect(executor.submit(task("unknown"), 1)).rejects.toMatchObject({ code: "ATC_NOT_FOUND" });
    await executor[Symbol.asyncDispose]();
    const client = new Redis(options.redis);
    const dumps = await Promise.all((await client.keys("*")).map((key) => client.dump(key)));
    expect(dumps.length).toBeGreaterThan(3);
    expect(dumps.join()).not.toContain("s3cret");
    client.disconnect();
    await redis.kill();
    await worker.end();
    expect(worker.events() + warnings.join()).not.toContain("s3cret");
    await redis[Symbol.asyncDispose]();
  }, 60_000);
});

describe.skipIf(!hasRedis).concurrent("workers whose clocks differ by two hours", () => {
  it("run each task once, and are not taken for dead", async ({ expect }) => {
    const redis = await startRedis();
    const options = { redis: redis.url, directory: join(folder, "clocks"), lockMs: 1000 };
    const workers = await Promise.all([-hour, hour].map((clockMs) => startWorkerProcess({ ...options, clockMs })));
    const executor = await bullmqExecutor(options, host);
    const log = join(folder, "clocks.log");
    const inputs = Array.from({ length: 40 }, (_, i) => ({ i, ms: 50, log }));
    const results = await Promise.all(
      inputs.map((input) => executor.submit<object, { i: number }>(task("compute"), input)),
    );
    expect(results.map(({ i }) => i)).toEqual(inputs.map(({ i }) => i));
    expect(readFileSync(log, "utf8").trim().split("\n").length).toBe(40);
    const present = await executor.queue?.workers();
    expect(present?.map(({ done }) => done > 0)).toEqual([true, true]);
    const starts = present?.map(({ startedAt }) => startedAt).sort() ?? [];
    expect((starts[1] ?? 0) - (starts[0] ?? 0)).toBeGreaterThan(1.9 * hour);
    expect(executor.queue?.ownRun()).toMatchObject({ done: 40, repeated: 0, workers: 2 });
    expect(executor.queue?.ownRun()?.costMs).toBeGreaterThanOrEqual(40 * 49);
    await executor[Symbol.asyncDispose]();
    expect(
      await bullmqExecutor(options, host).then(async (other) => {
        const runs = await other.queue?.runs();
        await other[Symbol.asyncDispose]();
        return runs;
      }),
    ).toMatchObject([{ state: "done" }]);
    await Promise.all(workers.map((worker) => worker.end()));
    await redis[Symbol.asyncDispose]();
  }, 60_000);
});

const hasTls = hasRedis && spawnSync("openssl", ["version"]).status === 0;

/** A certificate of its own authority for the loopback address. */
function certificate(): { readonly key: string; readonly cert: string } {
  const key = join(folder, "tls.key");
  const cert = join(folder, "tls.crt");
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  expect(spawnSync("openssl", [...made, "-keyout", key, "-out", cert, ...subject]).status).toBe(0);
  return { key, cert };
}

describe.skipIf(!hasTls).concurrent("a server with TLS", () => {
  it("is used if its certificate is trusted, and refused with the remedy if it is not", async ({ expect }) => {
    const { key, cert } = certificate();
    const files = ["--tls-cert-file", cert, "--tls-key-file", key, "--tls-auth-clients", "no"];
    const redis = await startRedis("--tls-port", "0", ...files);
    const plain = new Redis(redis.url);
    const port = redis.port + 1 > 65_535 ? redis.port - 1 : redis.port + 1;
    await plain.config("SET", "tls-port", String(port));
    plain.disconnect();
    const url = `rediss://:unused@127.0.0.1:${port}`;
    await expect(bullmqExecutor({ redis: url }, host)).rejects.toMatchObject({
      code: "ATC_IO",
      message: expect.stringMatching(/rediss:\/\/127\.0\.0\.1.*NODE_EXTRA_CA_CERTS/s),
    });
    // The authorities of a process are read when it starts.
    const child = spawn(process.execPath, [workerScript, JSON.stringify({ redis: `rediss://127.0.0.1:${port}` })], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: cert },
      stdio: ["ignore", "pipe", "inherit"],
    });
    expect(String((await once(child.stdout, "data"))[0])).toBe("ready\n");
    const executor = await bullmqExecutor({ redis: redis.url }, host);
    expect(await executor.submit(task("echo"), 7)).toBe(7);
    await executor[Symbol.asyncDispose]();
    child.kill("SIGTERM");
    await once(child, "exit");
    await redis[Symbol.asyncDispose]();
  }, 60_000);
});
