import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { QueueRun } from "@atc/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasRedis, startRedis, type TestRedis } from "../../executor-bullmq/test/redis-server.mjs";
import { barsCsv, bin, runAtc, type Workshop, workshop } from "./atc.ts";

const token = "a-token-of-these-tests-0123456789";
let near: Workshop;
let far: Workshop;
const running: Process[] = [];

interface Process {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  text(): string;
}

interface Served {
  readonly url: string;
  readonly method: string;
  readonly key: string;
  readonly status: number;
  readonly bytes: number;
}

/** Starts a command that runs until it is stopped, and waits for its first words on standard output. */
async function start(cwd: string, args: readonly string[], env: Record<string, string> = {}): Promise<Process> {
  const child = spawn(process.execPath, [bin, ...args], { cwd, env: { ...process.env, ...env } });
  let text = "";
  const hear = (data: Buffer): void => {
    text += String(data);
  };
  child.stderr.on("data", hear);
  const exited = once(child, "exit");
  const one = { child, exited, text: () => text };
  running.push(one);
  const begun = new Promise<void>((resolve) =>
    child.stdout.on("data", (data: Buffer) => {
      hear(data);
      resolve();
    }),
  );
  await Promise.race([begun, exited.then(() => Promise.reject(new Error(text)))]);
  return one;
}

async function stop({ child, exited }: Process): Promise<void> {
  child.kill("SIGTERM");
  await exited;
}

const recordsOf = (process: Process): readonly Served[] =>
  process
    .text()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));

beforeAll(async () => {
  near = await workshop();
  far = await workshop();
  await near.install("executor-bullmq");
  await far.install("executor-bullmq");
  await near.file("bars.csv", barsCsv(["AAA", "BBB"], 1500));
}, 60_000);

afterAll(async () => {
  for (const one of running) await stop(one);
  await near[Symbol.asyncDispose]();
  await far[Symbol.asyncDispose]();
}, 60_000);

describe("atc data serve", () => {
  it("gives datasets to programs of this machine, and ends on SIGTERM", async () => {
    expect(await near.atc("ingest", "bars.csv", "--name", "bars")).toMatchObject({ code: 0 });
    const server = await start(near.path, ["data", "serve", "--port", "0"], { ATC_DATA_TOKEN: "" });
    const [, url = ""] = /at (http:\/\/127\.0\.0\.1:\d+)/.exec(server.text()) ?? [];
    const manifest = await fetch(`${url}/data/bars/manifest.json`);
    expect(await manifest.json()).toMatchObject({ format: "atc-dataset" });
    for (const path of ["data/bars/..%2f..%2f..%2fbars.csv", "data/bars/LOCK", "tasks/issuer.key", "data/bars"])
      expect((await fetch(`${url}/${path}`)).ok).toBe(false);
    await stop(server);
    expect(server.text()).toMatch(/stopping: .*5 requests/);
    expect(server.child.exitCode).toBe(0);
  }, 60_000);

  it("refuses what other machines reach without a token, and never shows it", async () => {
    const bare = await near.atc("data", "serve", "--address", "0.0.0.0", "--port", "0");
    expect(bare).toMatchObject({ code: 2 });
    expect(bare.stderr).toContain("ATC_DATA_TOKEN");
    expect(await near.atc("data", "serve", "--port", "many")).toMatchObject({ code: 2 });
    expect(await near.atc("data", "serve", "--token-file", "nothing")).toMatchObject({ code: 4 });
    const file = await near.file("token", `${token}\n`);
    const server = await start(near.path, ["data", "serve", "--port", "0", "--token-file", file, "--json"]);
    const { url = "" } = recordsOf(server)[0] ?? {};
    expect((await fetch(`${url}/data/bars/manifest.json`)).status).toBe(401);
    const given = { headers: { authorization: `Bearer ${token}` } };
    expect((await fetch(`${url}/data/bars/manifest.json`, given)).status).toBe(200);
    await stop(server);
    expect(recordsOf(server).map(({ status }) => status)).toEqual([undefined, 401, 200]);
    expect(server.text()).not.toContain(token);
  }, 60_000);
});

describe.skipIf(!hasRedis)("a worker that shares no folder with the submitter", () => {
  let redis: TestRedis;
  let server: Process;
  let url = "";
  const env = { ATC_DATA_TOKEN: token };
  const atc = (...args: readonly string[]) => runAtc(near.path, [...args, "--redis", redis.url]);
  const worker = (more: Record<string, string> = {}, ...args: readonly string[]): Promise<Process> =>
    start(far.path, ["worker", "--redis", redis.url, "--concurrency", "1", ...args], {
      ...env,
      ATC_DATA_URL: url,
      ...more,
    });

  beforeAll(async () => {
    redis = await startRedis();
    server = await start(near.path, ["data", "serve", "--port", "0", "--json"], env);
    url = recordsOf(server)[0]?.url ?? "";
  }, 60_000);

  afterAll(async () => {
    for (const one of running.splice(0)) await stop(one);
    await redis[Symbol.asyncDispose]();
  }, 60_000);

  it("fetches what it needs once, and its results come back through the server", async () => {
    await Promise.all([worker(), worker()]);
    const common = ["backtest", "bars.csv", "--batch-size", "1", "--no-save", "--no-cache", "--json", "--force"];
    const here = await near.atc(...common, "--equity", "here.arrow");
    const there = await atc(...common, "--equity", "there.arrow", "--executor", "bullmq");
    expect(there).toMatchObject({ code: 0 });
    const curve = (name: string): Promise<string> => readFile(join(near.path, `${name}.arrow`), "hex");
    expect(await curve("there")).toBe(await curve("here"));
    expect(there.stdout.replaceAll("there", "here")).toBe(here.stdout);

    const requests = recordsOf(server);
    const segments = requests.filter(({ key }) => key?.endsWith(".arrow"));
    expect(segments.length).toBe(new Set(segments.map(({ key }) => key)).size);
    expect(segments.length).toBeGreaterThan(0);
    const results = requests.filter(({ method }) => method === "PUT");
    expect(results.map(({ status }) => status)).toEqual([204, 204]);
    const run = (await atc("jobs", "list", "--json")).json<{ runs: QueueRun[] }>().runs[0];
    expect(run).toMatchObject({ done: 2, repeated: 0 });
    expect(await readdir(join(far.path, ".cache"))).toEqual(["copies"]);
  }, 120_000);

  it("is refused with another token, and without its own server", async () => {
    for (const [more, code] of [
      [{ ATC_DATA_TOKEN: "another-token-0123456789" }, 2],
      [{ ATC_DATA_URL: "ftp://nothing" }, 2],
    ] as const) {
      const child = spawn(process.execPath, [bin, "worker", "--redis", redis.url, "--json"], {
        cwd: far.path,
        env: { ...process.env, ...env, ATC_DATA_URL: url, ...more },
      });
      let text = "";
      child.stderr.on("data", (data: Buffer) => {
        text += String(data);
      });
      const [exit] = await once(child, "exit");
      expect(exit).toBe(code);
      expect(text).not.toContain("token-0123456789");
    }
  }, 60_000);

  it("computes nothing on a segment that differs from its manifest", async () => {
    await near.file("more.csv", barsCsv(["CCC", "DDD"], 1500));
    expect(await near.atc("ingest", "more.csv", "--name", "more")).toMatchObject({ code: 0 });
    const folder = join(near.path, ".cache", "mmap", "more");
    const [segment = ""] = (await readdir(folder)).filter((name) => name.endsWith(".arrow"));
    const bytes = await readFile(join(folder, segment));
    const good = Buffer.from(bytes);
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    const { chmod } = await import("node:fs/promises");
    await chmod(join(folder, segment), 0o644);
    await writeFile(join(folder, segment), bytes);
    const common = ["sweep", "more.csv", "--name", "more", "--grid", "emaLength=10..40:5", "--no-validate", "--force"];
    const run = await atc(...common, "--no-cache", "--executor", "bullmq", "-o", "none.csv", "--json");
    expect(run.code).toBe(3);
    expect(run.stderr).toContain("ATC_CORRUPT_DATA");
    expect(run.stderr).toContain("atc data verify more");
    await writeFile(join(folder, segment), good);
    expect(await atc(...common, "--no-cache", "--executor", "bullmq", "-o", "some.csv")).toMatchObject({ code: 0 });
  }, 120_000);
});
