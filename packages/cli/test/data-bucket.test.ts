import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { QueueRun } from "@atc/contract";
import { type BucketServer, bucketServer } from "@atc/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { hasRedis, startRedis, type TestRedis } from "../../executor-bullmq/test/redis-server.mjs";
import { barsCsv, bin, type Run, runAtc, type Workshop, workshop } from "./atc.ts";

const place = "s3://market/team";
const grid = ["--grid", "emaLength=10..40:5", "--grid", "lambda=0.01,0.03", "--by-symbol", "--force", "--no-cache"];
/** Answers requests instead of the bucket. */
let fault: Parameters<typeof bucketServer>[0]["fault"];
let bucket: BucketServer;
let near: Workshop;
const shops: Workshop[] = [];

const atc = (...args: readonly string[]): Promise<Run> => runAtc(near.path, args, bucket.env);
const keys = (): readonly string[] => [...bucket.objects.keys()];
const manifests = (name: string): readonly string[] =>
  keys().filter((key) => key.startsWith(`team/data/${name}/manifest-`));
const pieces = (name: string): readonly string[] => keys().filter((key) => key.startsWith(`team/data/${name}/seg-`));
const kept = async (name: string): Promise<string> => await readFile(join(near.path, name), "utf8");

/** A machine, which shares no folder with others. */
async function machine(...packages: string[]): Promise<Workshop> {
  const shop = await workshop();
  shops.push(shop);
  await shop.install(...packages);
  return shop;
}

/** Makes a dataset of two segments: the second one has the symbol CCC only. */
async function twoSegments(name: string): Promise<void> {
  await near.file(`${name}.csv`, barsCsv(["AAA", "BBB"], 1500));
  await near.file(`${name}-more.csv`, barsCsv(["CCC"], 1500));
  expect(await near.atc("ingest", `${name}.csv`, "--name", name)).toMatchObject({ code: 0 });
  expect(await near.atc("data", "append", name, `${name}-more.csv`)).toMatchObject({ code: 0 });
}

beforeAll(async () => {
  bucket = await bucketServer({ bucket: "market", fault: (request, answer) => fault?.(request, answer) === true });
  near = await machine("executor-bullmq", "store-s3");
}, 60_000);

afterEach(() => {
  fault = undefined;
});

afterAll(async () => {
  for (const shop of shops) await shop[Symbol.asyncDispose]();
  await bucket[Symbol.asyncDispose]();
});

describe("atc data push", () => {
  it("sends a dataset once, and resumes where it was ended", async () => {
    await twoSegments("pushed");
    const dry = await atc("data", "push", "pushed", place, "--dry-run", "--json");
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.json()).toMatchObject({ dataset: "pushed", segments: 2, sentSegments: 2, isDry: true });
    expect(keys()).toEqual([]);

    let puts = 0;
    fault = ({ method }, answer) => {
      if (method !== "PUT" || puts++ === 0) return false;
      answer.writeHead(403, { "content-type": "application/xml" }).end("<Error><Code>AccessDenied</Code></Error>");
      return true;
    };
    const ended = await atc("data", "push", "pushed", place);
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toContain("s3:PutObject");
    expect(pieces("pushed").length).toBe(1);
    expect(manifests("pushed")).toEqual([]);
    fault = undefined;

    const resumed = await atc("data", "push", "pushed", place, "--json");
    expect(resumed.json()).toMatchObject({ segments: 2, sentSegments: 1 });
    expect(manifests("pushed").length).toBe(1);
    const from = bucket.requests.length;
    const again = await runAtc(near.path, ["data", "push", "pushed"], { ...bucket.env, ATC_DATA_URL: place });
    expect(again.stdout).toContain("nothing was missing");
    expect(bucket.requests.slice(from).filter((one) => one.startsWith("PUT"))).toEqual([]);
    expect((await atc("data", "push", "pushed", place, "--force", "--json")).json()).toMatchObject({ sentSegments: 2 });
  }, 60_000);

  it("leaves no manifest if it is killed, and the next one sends the rest", async () => {
    await twoSegments("killed");
    for (let sent = 0; sent < 3; sent++) {
      for (const key of [...pieces("killed"), ...manifests("killed")]) bucket.objects.delete(key);
      const args = [bin, "data", "push", "killed", place];
      const child = spawn(process.execPath, args, { cwd: near.path, env: { ...process.env, ...bucket.env } });
      let puts = 0;
      fault = ({ method }) => {
        if (method !== "PUT" || puts++ < sent) return false;
        child.kill("SIGKILL");
        return true;
      };
      await once(child, "exit");
      fault = undefined;
      expect(child.signalCode).toBe("SIGKILL");
      expect([pieces("killed").length, manifests("killed").length]).toEqual([sent, 0]);
      const rest = await atc("data", "push", "killed", place, "--json");
      expect(rest.json()).toMatchObject({ segments: 2, sentSegments: 2 - sent });
      expect([pieces("killed").length, manifests("killed").length]).toEqual([2, 1]);
    }
  }, 60_000);

  it("reports what is wrong, and never a secret", async () => {
    const env = { ...bucket.env, AWS_SECRET_ACCESS_KEY: "another-secret" };
    const runs = [
      [await atc("data", "push", "nothing", place), 4, "nothing"],
      [await atc("data", "push", "pushed"), 2, "ATC_DATA_URL"],
      [await atc("data", "push", "pushed", "http://127.0.0.1:1"), 2, "s3://bucket/prefix"],
      [await atc("data", "push", "pushed", "s3://absent/team"), 4, "no such bucket"],
      [await runAtc(near.path, ["data", "push", "pushed", place], env), 2, "AWS_SECRET_ACCESS_KEY"],
      [await runAtc(near.path, ["data", "push", "pushed", place], {}), 2, "AWS_ACCESS_KEY_ID"],
    ] as const;
    for (const [run, code, words] of runs) {
      expect(run).toMatchObject({ code });
      expect(run.stderr).toContain(words);
      expect(run.stderr).not.toContain("another-secret");
    }
    const bare = await machine("executor-bullmq");
    await bare.file("bars.csv", barsCsv(["AAA"], 100));
    expect(await bare.atc("ingest", "bars.csv", "--name", "bars")).toMatchObject({ code: 0 });
    const missing = await runAtc(bare.path, ["data", "push", "bars", place], bucket.env, "/nowhere/atc");
    expect(missing).toMatchObject({ code: 5 });
    expect(missing.stderr).toMatch(/npm i.* @atc\/store-s3/);
  }, 60_000);
});

/** A command that runs until it is stopped. */
interface Process {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  text(): string;
}

describe.skipIf(!hasRedis)("workers over a bucket", () => {
  let redis: TestRedis;
  const running: Process[] = [];
  const there = (...args: readonly string[]): Promise<Run> =>
    atc(...args, "--executor", "bullmq", "--redis", redis.url, "--data", place);

  function launch(shop: Workshop, env: Record<string, string> = {}, ...args: readonly string[]): Process {
    const child = spawn(
      process.execPath,
      [bin, "worker", "--redis", redis.url, "--concurrency", "1", "--data", place, ...args],
      { cwd: shop.path, env: { ...process.env, ...bucket.env, ...env } },
    );
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data: Buffer) => {
        text += String(data);
      });
    const one = { child, exited: once(child, "exit"), text: () => text };
    running.push(one);
    return one;
  }

  /** Starts a worker and waits until it serves the queue. */
  async function start(shop: Workshop): Promise<Process> {
    const worker = launch(shop);
    await Promise.race([once(worker.child.stdout ?? worker.child, "data"), worker.exited]);
    expect(worker.text()).toContain("serves");
    return worker;
  }

  async function stop(worker: Process): Promise<void> {
    worker.child.kill("SIGTERM");
    await worker.exited;
  }

  beforeAll(async () => {
    redis = await startRedis();
    await twoSegments("bars");
  }, 60_000);

  afterEach(async () => {
    for (const one of running.splice(0)) await stop(one);
  }, 60_000);

  afterAll(() => redis[Symbol.asyncDispose]());

  it("write the table of one process, and each fetches the segments that it needs once", async () => {
    const here = await near.atc("sweep", "bars", ...grid, "--symbols", "AAA,BBB", "-o", "here.csv");
    expect(here).toMatchObject({ code: 0 });
    const machines = [await machine("executor-bullmq", "store-s3"), await machine("executor-bullmq", "store-s3")];
    await Promise.all(machines.map(start));
    const from = bucket.requests.length;
    const run = await there("sweep", "bars", ...grid, "--symbols", "AAA,BBB", "-o", "there.csv");
    expect(run).toMatchObject({ code: 0 });
    expect(await kept("there.csv")).toBe(await kept("here.csv"));
    expect(manifests("bars").length).toBe(1);
    expect(pieces("bars").length).toBe(2);
    const pushed = bucket.requests.slice(from).filter((one) => one.startsWith("PUT team/data/"));
    expect(pushed.length).toBe(3);

    const fetched = bucket.requests.slice(from).filter((one) => one.startsWith("GET team/data/bars/seg-"));
    expect(fetched.length).toBeGreaterThan(0);
    expect(fetched.length).toBeLessThanOrEqual(machines.length);
    expect(new Set(fetched).size).toBe(1);
    for (const shop of machines) expect(await readdir(join(shop.path, ".cache"))).toEqual(["copies"]);
    expect(keys().some((key) => key.startsWith("team/tasks/result/"))).toBe(true);
    expect(await readdir(join(near.path, ".cache"))).not.toContain("tasks");

    // What one machine submitted is known to the next run, and the generation is not sent again.
    const known = bucket.requests.length;
    const args = ["sweep", "bars", ...grid, "--symbols", "AAA,BBB", "-o", "again.csv", "--executor", "bullmq"];
    const again = await runAtc(near.path, args, { ...bucket.env, ATC_DATA_URL: place, ATC_REDIS: redis.url });
    expect(again).toMatchObject({ code: 0 });
    expect(await kept("again.csv")).toBe(await kept("here.csv"));
    expect(bucket.requests.slice(known).filter((one) => /^PUT team\/data/.test(one))).toEqual([]);
  }, 120_000);

  it("write the windows of a walk-forward, and the report and curves of a backtest, of one process", async () => {
    await Promise.all([start(await machine("executor-bullmq", "store-s3"))]);
    const windows = ["walk-forward", "bars", "--train", "300", "--test", "200", ...grid.slice(0, 4), "--force"];
    expect(await near.atc(...windows, "--no-cache", "-o", "windows-here.csv")).toMatchObject({ code: 0 });
    expect(await there(...windows, "--no-cache", "-o", "windows-there.csv")).toMatchObject({ code: 0 });
    expect(await kept("windows-there.csv")).toBe(await kept("windows-here.csv"));
    const common = ["backtest", "bars", "--batch-size", "1", "--no-save", "--no-cache", "--json", "--force"];
    const here = await near.atc(...common, "--equity", "here.arrow");
    const far = await there(...common, "--equity", "there.arrow");
    expect(far).toMatchObject({ code: 0 });
    expect(far.stdout.replaceAll("there", "here")).toBe(here.stdout);
    expect(await kept("there.arrow")).toBe(await kept("here.arrow"));
  }, 120_000);

  it("read the submitter's generation, also after rows were appended", async () => {
    await start(await machine("executor-bullmq", "store-s3"));
    await near.file("late.csv", barsCsv(["DDD"], 900));
    const { length } = pieces("bars");
    expect(await near.atc("data", "append", "bars", "late.csv")).toMatchObject({ code: 0 });
    const here = await near.atc("sweep", "bars", ...grid, "-o", "more-here.csv");
    expect(here).toMatchObject({ code: 0 });
    expect(await there("sweep", "bars", ...grid, "-o", "more-there.csv")).toMatchObject({ code: 0 });
    expect(await kept("more-there.csv")).toBe(await kept("more-here.csv"));
    expect(pieces("bars").length).toBe(length + 1);
    expect(manifests("bars").length).toBe(2);
  }, 120_000);

  it("name the command if the bucket lacks the dataset, and compute nothing on a damaged segment", async () => {
    await start(await machine("executor-bullmq", "store-s3"));
    await near.file("rare.csv", barsCsv(["RRR"], 1500));
    expect(await near.atc("ingest", "rare.csv", "--name", "rare")).toMatchObject({ code: 0 });
    // Somebody removes what the submitter has just sent.
    fault = ({ method, url }) => {
      if (method === "GET" && url?.includes("/team/tasks/") !== true)
        for (const key of manifests("rare")) if (url?.includes(key) === true) bucket.objects.delete(key);
      return false;
    };
    const lost = await there("sweep", "rare", ...grid, "-o", "lost.csv");
    fault = undefined;
    expect(lost).toMatchObject({ code: 4 });
    expect(lost.stderr).toContain(`atc data push rare ${place}`);

    expect(await atc("data", "push", "rare", place)).toMatchObject({ code: 0 });
    const [key = ""] = pieces("rare");
    const { bytes } = bucket.objects.get(key) as { bytes: Uint8Array };
    bytes[bytes.length >> 1] = ~(bytes[bytes.length >> 1] ?? 0);
    const from = bucket.requests.length;
    const damaged = await there("sweep", "rare", ...grid, "-o", "damaged.csv");
    expect(damaged).toMatchObject({ code: 3 });
    expect(damaged.stderr).toContain("ATC_CORRUPT_DATA");
    expect(damaged.stderr).toContain(`atc data push rare ${place} --force`);
    expect(bucket.requests.slice(from).filter((one) => one.startsWith(`GET ${key}`)).length).toBeGreaterThan(1);
    expect(await atc("data", "push", "rare", place, "--force")).toMatchObject({ code: 0 });
    expect(await there("sweep", "rare", ...grid, "-o", "repaired.csv")).toMatchObject({ code: 0 });
  }, 120_000);

  it("wait for a bucket that is away for a while", async () => {
    await start(await machine("executor-bullmq", "store-s3"));
    let refused = 0;
    fault = ({ url }, answer) => {
      // Each request for bytes fails twice.
      if (refused++ % 3 === 2 || url?.includes("list-type") === true) return false;
      answer.writeHead(503, { "content-type": "application/xml" }).end("<Error><Code>SlowDown</Code></Error>");
      return true;
    };
    const common = ["backtest", "bars", "--batch-size", "2", "--no-save", "--no-cache", "--json", "--force"];
    const far = await there(...common, "--equity", "slow.arrow");
    fault = undefined;
    expect(far).toMatchObject({ code: 0 });
    const here = await near.atc(...common, "--equity", "here.arrow");
    expect(far.stdout.replaceAll("slow", "here")).toBe(here.stdout);
    const { runs } = (await atc("jobs", "list", "--redis", redis.url, "--json")).json<{ runs: QueueRun[] }>();
    expect(runs[0]).toMatchObject({ state: "done", failed: 0 });
  }, 120_000);

  it("end at once with what is wrong with the bucket, and never show a secret", async () => {
    const shop = await machine("executor-bullmq", "store-s3");
    const bare = await machine("executor-bullmq");
    const starts = [
      [launch(shop, { AWS_SECRET_ACCESS_KEY: "another-secret" }), 2, "AWS_SECRET_ACCESS_KEY"],
      [launch(shop, { AWS_ACCESS_KEY_ID: "" }), 2, "AWS_ACCESS_KEY_ID"],
      [launch(shop, { AWS_REGION: "eu-other-1" }), 2, "eu-test-1"],
      [launch(shop, {}, "--data", "s3://absent/team"), 4, "no such bucket"],
      [launch(shop, {}, "--data", "ftp://nothing"), 2, "s3://bucket/prefix"],
      [launch(bare), 5, "@atc/store-s3"],
    ] as const;
    for (const [{ child, exited, text }, code, words] of starts) {
      await exited;
      expect([child.exitCode, text()]).toEqual([code, expect.stringContaining(words)]);
      expect(text()).not.toContain("another-secret");
    }
    const wrong = await atc("sweep", "bars", ...grid, "--redis", redis.url, "--data", "http://127.0.0.1:1");
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.stderr).toContain("atc data serve");
    await bare.file("bars.csv", barsCsv(["AAA"], 200));
    const missing = await runAtc(
      bare.path,
      ["sweep", "bars.csv", ...grid, "-o", "none.csv", "--executor", "bullmq", "--redis", redis.url, "--data", place],
      bucket.env,
      "/nowhere/atc",
    );
    expect(missing).toMatchObject({ code: 5 });
    expect(missing.stderr).toContain("@atc/store-s3");
    const denied = await runAtc(
      near.path,
      ["sweep", "bars", ...grid, "-o", "none.csv", "--executor", "bullmq", "--redis", redis.url, "--data", place],
      { ...bucket.env, AWS_SECRET_ACCESS_KEY: "another-secret" },
    );
    expect(denied).toMatchObject({ code: 2 });
    expect(denied.stderr).toContain("AWS_SECRET_ACCESS_KEY");
    expect(denied.stderr).not.toContain("another-secret");
  }, 120_000);

  it("leave inputs and results that atc jobs clean removes", async () => {
    const tasks = (): number => keys().filter((key) => key.startsWith("team/tasks/")).length;
    expect(tasks()).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const cleaned = await atc("jobs", "clean", "--older-than", "0s", "--redis", redis.url, "--data", place);
    expect(cleaned).toMatchObject({ code: 0 });
    expect(tasks()).toBe(0);
    expect(pieces("bars").length).toBeGreaterThan(0);
  }, 60_000);
});
