import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { QueueRun, QueueWorker } from "@atc/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasRedis, startRedis, type TestRedis } from "../../executor-bullmq/test/redis-server.mjs";
import { barsCsv, bin, runAtc, type Workshop, workshop } from "./atc.ts";

let redis: TestRedis;
let shop: Workshop;
const workers: Worker[] = [];

interface Worker {
  readonly exited: Promise<unknown>;
  stop(): void;
  /** What it printed on standard output and standard error. */
  text(): string;
}

/** Starts a worker as a process, and waits until it serves the queue. */
async function startWorker(...args: readonly string[]): Promise<Worker> {
  const child = spawn(process.execPath, [bin, "worker", "--redis", redis.url, ...args], { cwd: shop.path });
  let text = "";
  const exited = once(child, "exit");
  const serves = new Promise<void>((resolve, reject) => {
    const hear = (data: Buffer): void => {
      text += String(data);
      if (text.includes("serves")) resolve();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    void exited.then(() => reject(new Error(text)));
  });
  const worker = { exited, stop: () => void child.kill("SIGTERM"), text: () => text };
  workers.push(worker);
  await serves;
  return worker;
}

const grid = ["--grid", "emaLength=10..40:5", "--grid", "lambda=0.01,0.03", "--by-symbol", "--force"];
const atc = (...args: readonly string[]) => runAtc(shop.path, [...args, "--redis", redis.url]);

beforeAll(async () => {
  if (!hasRedis) return;
  redis = await startRedis();
  shop = await workshop();
  await shop.install("executor-bullmq");
  await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 500));
}, 60_000);

afterAll(async () => {
  if (!hasRedis) return;
  for (const worker of workers) worker.stop();
  await Promise.all(workers.map(({ exited }) => exited));
  await redis[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
}, 60_000);

describe.skipIf(!hasRedis)("a sweep over two workers", () => {
  it("writes the table of a sweep in one process, and its run is listed", async () => {
    const [first] = await Promise.all([startWorker("--concurrency", "1"), startWorker("--concurrency", "1")]);
    const there = await atc("sweep", "bars.csv", ...grid, "--executor", "bullmq", "-o", "there.csv");
    expect(there).toMatchObject({ code: 0 });
    const here = await shop.atc("sweep", "bars.csv", ...grid, "--no-cache", "-o", "here.csv");
    expect(here).toMatchObject({ code: 0 });
    const tables = await Promise.all(["there", "here"].map((name) => readFile(join(shop.path, `${name}.csv`), "utf8")));
    expect(tables[0]).toBe(tables[1]);

    const listed = (await atc("jobs", "list", "--json")).json<{ runs: QueueRun[]; workers: QueueWorker[] }>();
    expect(listed.workers.map(({ slots }) => slots)).toEqual([1, 1]);
    expect(listed.runs).toMatchObject([{ state: "done", failed: 0, repeated: 0 }]);
    const [run] = listed.runs;
    expect(run?.done).toBeGreaterThan(0);
    expect(run?.title).toContain("atc sweep bars.csv --grid emaLength=10..40:5");
    expect(run?.title).not.toContain("redis");
    expect(run?.workers).toBe(2);
    expect(run?.costMs).toBeGreaterThan(0);
    expect((await atc("jobs", "show", run?.id.slice(-8) ?? "")).stdout).toContain("done");

    first.stop();
    await first.exited;
    expect(first.text()).toContain("stopping");
    const rest = (await atc("jobs", "list", "--json")).json<{ workers: QueueWorker[] }>();
    expect(rest.workers.length).toBe(1);
  }, 120_000);

  it("writes the windows of a walk-forward in one process", async () => {
    const windows = ["walk-forward", "bars.csv", "--train", "200", "--test", "100", ...grid.slice(0, 4), "--force"];
    const there = await atc(...windows, "--executor", "bullmq", "-o", "windows-there.csv");
    expect(there).toMatchObject({ code: 0 });
    const here = await shop.atc(...windows, "--no-cache", "-o", "windows-here.csv");
    expect(here).toMatchObject({ code: 0 });
    const files = ["windows-there.csv", "windows-here.csv"].map((name) => readFile(join(shop.path, name), "utf8"));
    const [one, other] = await Promise.all(files);
    expect(one).toBe(other);
    const listed = (await atc("jobs", "list", "--json")).json<{ runs: QueueRun[] }>();
    expect(listed.runs.map(({ state }) => state)).toEqual(["done", "done"]);
  }, 120_000);

  it("writes the report and the curves of a backtest in one process", async () => {
    const common = ["backtest", "bars.csv", "--batch-size", "1", "--no-save", "--no-cache", "--json", "--force"];
    const files = (name: string): readonly string[] => [`${name}.arrow`, `${name}-trades.csv`, `${name}-fills.csv`];
    const outputs = (name: string): readonly string[] =>
      files(name).flatMap((file, i) => [["--equity", "--trades", "--fills"][i] ?? "", file]);
    const columns = ["--equity-columns", "cash,exposure"];
    const here = await shop.atc(...common, ...columns, ...outputs("here"));
    expect(here).toMatchObject({ code: 0 });
    const there = await atc(...common, ...columns, ...outputs("there"), "--executor", "bullmq");
    expect(there).toMatchObject({ code: 0 });
    expect(there.stdout.replaceAll("there", "here")).toBe(here.stdout);
    const contents = (name: string): Promise<readonly string[]> =>
      Promise.all(files(name).map((file) => readFile(join(shop.path, file), "hex")));
    expect(await contents("there")).toEqual(await contents("here"));
    expect((await atc("jobs", "list", "--json")).json<{ runs: QueueRun[] }>().runs[0]).toMatchObject({ done: 2 });
  }, 120_000);

  it("runs a strategy of a package, and refuses other code of it", async () => {
    const strategy = join(shop.path, "node_modules", "turtle");
    const code = (bars: number): string => `export default {
      name: "turtle", version: 1,
      parameters: { bars: { kind: "integer", minimum: 1, default: ${bars}, description: "Bars to look back" } },
      start(symbol, { bars }) {
        const past = [];
        return {
          decide({ close }, directions) {
            for (let i = 0; i < close.length; i++) {
              if (past.length >= bars) directions[i] = close[i] > past[past.length - bars] ? 1 : -1;
              past.push(close[i]);
            }
          },
          finish: () => [],
        };
      },
    };`;
    await mkdir(strategy, { recursive: true });
    await writeFile(join(strategy, "package.json"), '{ "name": "turtle", "type": "module", "exports": "./index.js" }');
    await writeFile(join(strategy, "index.js"), code(5));
    const dependencies = { "@atc/executor-bullmq": "*", turtle: "*" };
    await shop.file("package.json", JSON.stringify({ name: "shop", dependencies }));
    const strategySweep = ["--strategy", "turtle", "--grid", "parameters.bars=3..9", "--no-validate", "--force"];
    const sweep = ["sweep", "bars.csv", ...strategySweep];
    const here = await shop.atc(...sweep, "--no-cache", "-o", "turtle-here.csv");
    expect(here).toMatchObject({ code: 0 });
    const there = await atc(...sweep, "--no-cache", "--executor", "bullmq", "-o", "turtle-there.csv");
    expect(there).toMatchObject({ code: 0 });
    const files = ["turtle-there.csv", "turtle-here.csv"].map((name) => readFile(join(shop.path, name), "utf8"));
    const [one, other] = await Promise.all(files);
    expect(one).toBe(other);
    const [last] = (await atc("jobs", "list", "--json")).json<{ runs: QueueRun[] }>().runs;
    expect(last?.title).toContain("turtle");
    expect(last?.done).toBeGreaterThan(0);

    const elsewhere = await workshop();
    await elsewhere.install("executor-bullmq");
    // A dataset is named after its file, and the next test looks for that of "bars.csv".
    await elsewhere.file("others.csv", barsCsv(["AAA", "BBB"], 500));
    const otherSweep = ["sweep", "others.csv", ...strategySweep];
    const otherCode = join(elsewhere.path, "node_modules", "turtle");
    await mkdir(otherCode, { recursive: true });
    await writeFile(join(otherCode, "package.json"), '{ "name": "turtle", "type": "module", "exports": "./index.js" }');
    await writeFile(join(otherCode, "index.js"), code(6));
    await elsewhere.file("package.json", JSON.stringify({ name: "shop", dependencies }));
    const data = ["--data-dir", join(shop.path, ".cache", "mmap"), "--redis", redis.url];
    const run = await runAtc(elsewhere.path, [...otherSweep, ...data, "--no-cache", "--executor", "bullmq", "--json"]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("other code of the strategy");
    await rename(otherCode, join(elsewhere.path, "node_modules", "tortoise"));
    await elsewhere.file(
      "package.json",
      JSON.stringify({ name: "shop", dependencies: { ...dependencies, tortoise: "*" } }),
    );
    const without = otherSweep.map((word) => (word === "turtle" ? "tortoise" : word));
    const unknown = await runAtc(elsewhere.path, [...without, ...data, "--no-cache", "--executor", "bullmq", "--json"]);
    expect(unknown.code).toBe(5);
    expect(unknown.stderr).toContain("npm i tortoise");
    await elsewhere[Symbol.asyncDispose]();
  }, 120_000);

  it("fails with the name of the segment if it changed under a worker, and works again with the former bytes", async () => {
    const folder = join(shop.path, ".cache", "mmap");
    const names = await readdir(folder, { recursive: true });
    const segment = join(folder, names.find((name) => /^bars.*\.arrow$/.test(name)) ?? "");
    const bytes = await readFile(segment);
    const changed = Buffer.from(bytes);
    // Prices are in the middle of the file.
    changed.fill(63, bytes.length / 2, bytes.length / 2 + 64);
    await writeFile(segment, changed);
    const other = ["sweep", "bars.csv", "--grid", "emaLength=12..42:5", "--no-validate", "--executor", "bullmq"];
    const run = await atc(...other, "--json");
    expect(run.stderr).toContain("ATC_CORRUPT_DATA");
    expect(run.stderr).toContain(basename(segment));
    await writeFile(segment, bytes);
    expect(await atc(...other)).toMatchObject({ code: 0 });
  }, 120_000);

  it("fails with the name of the dataset if the workers have other data", async () => {
    await shop.file("more.csv", barsCsv(["CCC"], 500));
    for (const worker of workers.splice(0)) {
      worker.stop();
      await worker.exited;
    }
    await startWorker("--concurrency", "1", "--data-dir", "elsewhere");
    const run = await atc("sweep", "more.csv", ...grid, "--executor", "bullmq", "-o", "none.csv", "--json");
    expect(run.code).toBe(4);
    expect(run.stderr).toContain("ATC_NOT_FOUND");
    expect(run.stderr).toContain("elsewhere");
    expect(run.stderr).toContain("more");
  }, 120_000);

  it("is forgotten, with its inputs and results, when it has ended", async () => {
    const cleaned = (await atc("jobs", "clean", "--older-than", "0s", "--json")).json<{
      runs: number;
      files: number;
    }>();
    expect(cleaned.runs).toBeGreaterThan(0);
    expect(cleaned.files).toBeGreaterThan(0);
    expect((await atc("jobs", "list", "--json")).json<{ runs: QueueRun[] }>().runs).toEqual([]);
  });
});

/** The first commands of a page. */
async function commandsOf(page: string): Promise<string> {
  const text = await readFile(new URL(`../../../docs/${page}`, import.meta.url), "utf8");
  return /```sh\n(.*?)```/s.exec(text)?.[1] ?? "";
}

describe.skipIf(!hasRedis).concurrent("the five lines of the page", () => {
  it("run a sweep on two workers", async ({ expect }) => {
    const lines = await commandsOf("many-machines.md");
    expect(lines.trim().split("\n").length).toBe(5);
    const other = await startRedis();
    const { port } = other;
    await other.kill();
    await mkdir(join(shop.path, "bin"), { recursive: true });
    const shim = await shop.file("bin/atc", `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`);
    await chmod(shim, 0o755);
    const script = `trap 'kill $(jobs -p); wait' EXIT\n${lines.replace("redis-server", `redis-server --port ${port}`).replaceAll("6379", String(port))}`;
    const env = { ...process.env, PATH: `${dirname(shim)}:${process.env["PATH"]}` };
    const child = spawn("bash", ["-c", script], { cwd: shop.path, env });
    let text = "";
    child.stdout.on("data", (data: Buffer) => {
      text += String(data);
    });
    child.stderr.resume();
    await once(child, "exit");
    expect(text).toContain("2 workers");
    expect(text).toMatch(/r\w+ +done/);
    await other[Symbol.asyncDispose]();
  }, 120_000);
});

describe.skipIf(!hasRedis).concurrent("a sweep whose submitter was killed", () => {
  it("is resumed by its id, from its own folder, and no text has the password", async ({ expect }) => {
    const other = await startRedis("--requirepass", "s3cret");
    const server = ["--redis", `redis://:s3cret@127.0.0.1:${other.port}`];
    const sweep = ["sweep", "bars.csv", "--grid", "emaLength=11..41:5", "--no-validate"];
    const child = spawn(process.execPath, [bin, ...sweep, "-o", "resumed.csv", "--executor", "bullmq", ...server], {
      cwd: shop.path,
    });
    let text = "";
    child.stderr.on("data", (data: Buffer) => {
      text += String(data);
    });
    await expect.poll(() => text, { timeout: 60_000 }).toContain("no worker");
    const jobs = (...args: readonly string[]) => runAtc(shop.path, ["jobs", ...args, ...server]);
    const listed = (await jobs("list", "--json")).json<{ runs: QueueRun[] }>();
    const id = listed.runs[0]?.id ?? "";
    expect(await jobs("resume", id)).toMatchObject({ code: 7, stderr: expect.stringContaining("still running") });
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    const record = await readFile(join(shop.path, ".cache", "jobs", `${id}.json`), "utf8");
    expect(await jobs("resume", id, "--cache-dir", "elsewhere/cache")).toMatchObject({
      code: 4,
      stderr: expect.stringContaining("jobs show"),
    });
    const worker = await startWorker("--concurrency", "1", ...server);
    const resumed = await jobs("resume", id.slice(-8));
    expect(resumed).toMatchObject({ code: 0, stderr: expect.stringContaining("resuming") });
    const here = await shop.atc(...sweep, "--no-cache", "-o", "not-resumed.csv");
    expect(here).toMatchObject({ code: 0 });
    const files = ["resumed.csv", "not-resumed.csv"].map((name) => readFile(join(shop.path, name), "utf8"));
    const [one, two] = await Promise.all(files);
    expect(one).toBe(two);
    const last = (await jobs("list", "--json")).json<{ runs: QueueRun[] }>().runs[0]?.id ?? "";
    expect(await jobs("resume", last)).toMatchObject({ code: 2, stderr: expect.stringContaining("nothing to resume") });
    worker.stop();
    await worker.exited;
    expect(text + record + JSON.stringify(listed) + resumed.stdout + resumed.stderr + worker.text()).not.toContain(
      "s3cret",
    );
    await other[Symbol.asyncDispose]();
  }, 180_000);
});

describe.skipIf(!hasRedis)("commands of a queue", () => {
  it("explain what is missing", async () => {
    const nowhere = await runAtc(shop.path, ["jobs", "list", "--redis", "redis://:secret@127.0.0.1:1", "--json"]);
    expect(nowhere.code).toBe(6);
    expect(nowhere.stderr).toContain("redis://127.0.0.1:1");
    expect(nowhere.stderr).not.toContain("secret");
    const bare = await workshop();
    const missing = await runAtc(bare.path, ["worker", "--redis", redis.url, "--json"]);
    expect(missing.code).toBe(5);
    expect(missing.stderr).toContain("npm i @atc/executor-bullmq");
    await bare[Symbol.asyncDispose]();
    const unknown = await atc("jobs", "cancel", "r-none", "--json");
    expect(unknown.code).toBe(4);
    const none = await runAtc(shop.path, ["sweep", "bars.csv", ...grid.slice(0, 4), "--executor", "bullmq", "--json"]);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("--redis");
  });
});
