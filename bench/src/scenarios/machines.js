// Tasks over Redis and BullMQ, with four worker processes on this machine. ATC_BENCH_PART selects parts by name:
// - faults: ATC_BENCH_SEEDS (20) seeded runs of 500 tasks with two killed workers, a stopped one, a late one, and a
//   killed Redis;
// - overhead: the best of six rounds of 10,000 tasks that do nothing;
// - scaling: one sweep over ATC_BENCH_SYMBOLS (50) symbols on 1, 2 and 4 workers;
// - encodings: results of tasks as the executor writes them, and as Arrow files;
// - namespaces: submitter and workers in two network namespaces, whose link is cut for ATC_BENCH_CUT (30) seconds.
// Every result is compared with that of one process.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { bullmqExecutor } from "@atc/executor-bullmq";
import { runChaos } from "../../../packages/executor-bullmq/test/chaos.mjs";
import { startWorkerProcess } from "../../../packages/executor-bullmq/test/cluster.mjs";
import { hasRedis, startRedis } from "../../../packages/executor-bullmq/test/redis-server.mjs";
import { median, report, withFolder } from "../measure.js";
import { namespaces } from "../namespaces.js";
import { resultEncodings } from "../result-encodings.js";
import { marketOf, writeMarketCsv } from "../synthetic-market.js";

const wanted = process.env.ATC_BENCH_PART?.split(",");
const seeds = Number(process.env.ATC_BENCH_SEEDS ?? 20);
const tasks = Number(process.env.ATC_BENCH_TASKS ?? 10_000);
const symbols = Number(process.env.ATC_BENCH_SYMBOLS ?? 50);
const bin = fileURLToPath(new URL("../../../packages/cli/dist/bundle/bin.js", import.meta.url));
const silent = { warn: () => undefined };

/** Milliseconds of processor time of a process and its ended children. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

/** Resident memory of a process, in MB. */
function memoryOf(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1000;
}

/** How busy the machine was in the last minute: figures of time depend on it. */
function load() {
  return loadavg()[0].toFixed(1);
}

async function faults() {
  const runs = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const { settled, expected, ...run } = await runChaos({ seed });
    const failed = settled.filter(({ status }) => status === "rejected").length;
    const differing = settled.filter((one, i) => !isDeepStrictEqual(one.value, expected[i])).length;
    runs.push({ ...run, failed, differing, results: settled.length });
    const { wallMs, executions, hung } = run;
    const seconds = Math.round(wallMs / 1000);
    process.stderr.write(
      `seed ${seed}: ${seconds} s, ${executions} executions, ${failed} failed, ${differing} differ, ${hung} hang, load ${load()}\n`,
    );
  }
  const most = (name) => Math.max(...runs.map((run) => run[name]));
  const bad = runs.filter(({ failed, differing, hung }) => failed + differing + hung > 0).length;
  if (bad > 0) process.exitCode = 1;
  return {
    runs: runs.length,
    "results of each": most("results"),
    "runs with a lost or differing result, or a worker that did not end": bad,
    "executions, least to most": `${Math.min(...runs.map(({ executions }) => executions))} to ${most("executions")}`,
    "tasks submitted again, most": most("repeated"),
    "s until all workers had ended, most": Math.round(most("endingMs") / 100) / 10,
    "wall s, median": Math.round(median(runs.map(({ wallMs }) => wallMs)) / 100) / 10,
    "wall s, most": Math.round(most("wallMs") / 100) / 10,
    "longest pause between results s, median": Math.round(median(runs.map((run) => run.longestPauseMs)) / 100) / 10,
    "longest pause between results s, most": Math.round(most("longestPauseMs") / 100) / 10,
    load: load(),
  };
}

async function overhead() {
  const redis = await startRedis();
  return await withFolder(async (folder) => {
    const options = { redis: redis.url, directory: folder, queue: "overhead" };
    const workers = await Promise.all(Array.from({ length: 4 }, () => startWorkerProcess(options)));
    const executor = await bullmqExecutor(options, silent);
    const pids = [process.pid, redis.pid, ...workers.map(({ pid }) => pid)];
    let next = 0;
    async function run(count) {
      const to = next + count;
      const lane = async () => {
        while (next < to) await executor.submit({ task: "@atc/chaos#echo", version: 1 }, next++);
      };
      await Promise.all(Array.from({ length: 16 }, lane));
    }
    await run(1000);
    let memory = [];
    const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);
    let us = pids.map(() => Number.POSITIVE_INFINITY);
    let wall = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 6; round++) {
      const before = pids.map(cpuOf);
      const startedAt = performance.now();
      await run(tasks);
      const taken = pids.map((pid, i) => ((cpuOf(pid) - before[i]) * 1000) / tasks);
      if (sum(taken) < sum(us)) us = taken;
      wall = Math.min(wall, performance.now() - startedAt);
      if (round === 2) memory = pids.map(memoryOf);
    }
    const grown = pids.map((pid, i) => Math.round(memoryOf(pid) - memory[i]));
    await executor[Symbol.asyncDispose]();
    await Promise.all(workers.map((worker) => worker.end()));
    await redis[Symbol.asyncDispose]();
    return {
      tasks,
      "us CPU per task": Math.round(sum(us)),
      "of the submitter": Math.round(us[0]),
      "of Redis": Math.round(us[1]),
      "of the workers": Math.round(sum(us.slice(2))),
      load: load(),
      "tasks per s": Math.round(tasks / (wall / 1000)),
      "MB more in the last three rounds: submitter, Redis, workers": grown.join(" "),
    };
  });
}

async function atc(cwd, redis, args) {
  const child = spawn(process.execPath, [bin, ...args], { cwd, env: { ...process.env, ATC_REDIS: redis } });
  let text = "";
  child.stdout.on("data", (data) => {
    text += String(data);
  });
  let errors = "";
  child.stderr.on("data", (data) => {
    errors += String(data);
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`atc ${args.join(" ")} ended with ${code}: ${errors}`);
  return JSON.parse(text);
}

async function startCliWorker(cwd, redis, shared) {
  const child = spawn(process.execPath, [bin, "worker", "--concurrency", "1", ...shared], {
    cwd,
    env: { ...process.env, ATC_REDIS: redis },
  });
  child.stderr.resume();
  await once(child.stdout, "data");
  return {
    pid: child.pid,
    async end() {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

async function scaling() {
  const redis = await startRedis();
  return await withFolder(async (folder) => {
    writeMarketCsv(join(folder, "market.csv"), marketOf({ symbols, bars: 5000, interval: 86_400_000 }));
    writeFileSync(join(folder, "package.json"), '{ "dependencies": { "@atc/executor-bullmq": "*" } }');
    mkdirSync(join(folder, "node_modules", "@atc"), { recursive: true });
    const installed = fileURLToPath(new URL("../../../packages/executor-bullmq", import.meta.url));
    symlinkSync(installed, join(folder, "node_modules", "@atc", "executor-bullmq"));
    const axes = ["--grid", "emaLength=10..59", "--grid", "lambda=0.01..0.1:0.01", "--grid", "hmaLength=14..33"];
    const common = ["sweep", "market.csv", ...axes, "--no-cache", "--no-validate", "--force", "--json"];
    await atc(folder, redis.url, [...common, "--threads", "1", "-o", "local.csv"]);
    const expected = readFileSync(join(folder, "local.csv"), "utf8");
    const rows = {};
    for (const count of [1, 2, 4]) {
      // A shared directory of its own, so that no result of an earlier run is used.
      const shared = ["--shared", join(folder, `tasks-${count}`)];
      const workers = await Promise.all(Array.from({ length: count }, () => startCliWorker(folder, redis.url, shared)));
      const before = workers.map(({ pid }) => cpuOf(pid));
      const startedAt = performance.now();
      await atc(folder, redis.url, [...common, "--executor", "bullmq", ...shared, "-o", "table.csv"]);
      const wallMs = performance.now() - startedAt;
      const busyMs = workers.reduce((sum, { pid }, i) => sum + cpuOf(pid) - before[i], 0);
      await Promise.all(workers.map((worker) => worker.end()));
      const { runs } = await atc(folder, redis.url, ["jobs", "list", ...shared, "--json"]);
      const share = Math.round((100 * runs[0].costMs) / (count * wallMs));
      const isEqual = readFileSync(join(folder, "table.csv"), "utf8") === expected;
      if (!isEqual) process.exitCode = 1;
      rows[`${count} workers: s, CPU s of workers, % of their slots' time in tasks, equal`] =
        `${(wallMs / 1000).toFixed(1)}, ${(busyMs / 1000).toFixed(1)}, ${share}, ${isEqual}`;
    }
    await redis[Symbol.asyncDispose]();
    return { configurations: 10_000, symbols, ...rows, load: load() };
  });
}

async function separated() {
  return await withFolder(namespaces);
}

async function encodings() {
  return await withFolder(resultEncodings);
}

/** Those that have a row per run or per kind of result. */
const ofRows = new Set(["encodings", "namespaces"]);
const parts = { faults, overhead, scaling, encodings, namespaces: separated };
const rows = {};
if (!hasRedis) rows["no redis-server on this machine"] = {};
else
  for (const [name, part] of Object.entries(parts))
    if (wanted === undefined || wanted.includes(name)) {
      const found = await part();
      if (ofRows.has(name) && found["not measured"] === undefined) Object.assign(rows, found);
      else rows[name] = found;
    }
report(rows);
