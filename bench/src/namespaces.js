// A submitter and its workers in two network namespaces, which share no folder: the workers get segments and inputs
// from `atc data serve`, and their results come back to it.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { marketOf, writeMarketCsv } from "./synthetic-market.js";

const bin = fileURLToPath(new URL("../../packages/cli/dist/bundle/bin.js", import.meta.url));
const near = `atc-near-${process.pid}`;
const far = `atc-far-${process.pid}`;
const link = `atcn${process.pid}`.slice(0, 14);
const address = "10.77.31.1";
const token = "a-token-of-this-benchmark-only";
const cutSeconds = Number(process.env.ATC_BENCH_CUT ?? 30);

function ip(...args) {
  const { status, stderr } = spawnSync("ip", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr}`);
}

/** Connects two namespaces. Returns whether that is allowed. */
function connected() {
  try {
    for (const name of [near, far]) ip("netns", "add", name);
    ip("link", "add", `${link}a`, "netns", near, "type", "veth", "peer", "name", `${link}b`, "netns", far);
    ip("-n", near, "addr", "add", `${address}/24`, "dev", `${link}a`);
    ip("-n", far, "addr", "add", "10.77.31.2/24", "dev", `${link}b`);
    for (const [name, device] of [
      [near, "lo"],
      [far, "lo"],
      [near, `${link}a`],
      [far, `${link}b`],
    ])
      ip("-n", name, "link", "set", device, "up");
    return true;
  } catch {
    disconnect();
    return false;
  }
}

function disconnect() {
  for (const name of [near, far]) spawnSync("ip", ["netns", "del", name]);
}

/** Starts a program in a namespace and collects what it prints. */
function start(namespace, cwd, command, env = {}) {
  const child = spawn("ip", ["netns", "exec", namespace, ...command], { cwd, env: { ...process.env, ...env } });
  const texts = { out: "", err: "" };
  child.stdout.on("data", (data) => {
    texts.out += String(data);
  });
  child.stderr.on("data", (data) => {
    texts.err += String(data);
  });
  const exited = once(child, "close");
  return {
    texts,
    exited,
    async end() {
      child.kill("SIGTERM");
      await exited;
    },
    async heard(what) {
      while (!texts.out.includes(what)) {
        if (child.exitCode !== null) throw new Error(`${command.join(" ")}: ${texts.err}`);
        await delay(25);
      }
    },
  };
}

function folderWith(path) {
  mkdirSync(join(path, "node_modules", "@atc"), { recursive: true });
  writeFileSync(join(path, "package.json"), '{ "dependencies": { "@atc/executor-bullmq": "*" } }');
  const installed = fileURLToPath(new URL("../../packages/executor-bullmq", import.meta.url));
  symlinkSync(installed, join(path, "node_modules", "@atc", "executor-bullmq"));
  return path;
}

async function atc(cwd, args, env = {}) {
  const run = start(near, cwd, [process.execPath, bin, ...args], env);
  const [code] = await run.exited;
  if (code !== 0) throw new Error(`atc ${args.join(" ")} ended with ${code}: ${run.texts.err}`);
  return run.texts.out;
}

/** A dataset of four segments, of two symbols each. */
async function makeDataset(cwd) {
  const market = marketOf({ symbols: 8, bars: 20_000, interval: 3_600_000 });
  for (let place = 0; place < 4; place++) {
    writeMarketCsv(join(cwd, `part-${place}.csv`), market.slice(2 * place, 2 * place + 2));
    const first = place === 0;
    await atc(
      cwd,
      first ? ["ingest", "part-0.csv", "--name", "market"] : ["data", "append", "market", `part-${place}.csv`],
    );
  }
  return [market[2].symbol, market[3].symbol, market[6].symbol];
}

const recordsOf = ({ texts }) =>
  texts.out
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
const segmentsOf = (server) => recordsOf(server).filter(({ key, status }) => key?.endsWith(".arrow") && status === 206);

/** Runs a sweep on two new workers with an empty folder, and cuts the link once `isDue`. */
async function measured({ folder, redis, url, server, sweep, name, isDue }) {
  const place = folderWith(join(folder, name));
  const env = { ATC_REDIS: redis, ATC_DATA_URL: url, ATC_DATA_TOKEN: token };
  const before = segmentsOf(server).length;
  const command = [process.execPath, bin, "worker", "--concurrency", "1", "--json"];
  const workers = [1, 2].map(() => start(far, place, command, env));
  await Promise.all(workers.map((one) => one.heard("slots")));
  const startedAt = performance.now();
  const running = atc(join(folder, "near"), [...sweep, "--executor", "bullmq", "-o", `${name}.csv`], {
    ATC_REDIS: redis,
  });
  let isOver = false;
  void running
    .catch(() => undefined)
    .finally(() => {
      isOver = true;
    });
  if (isDue !== undefined) {
    while (!isDue(workers) && !isOver) await delay(20);
    if (isOver) throw new Error("the sweep was over before the link was cut");
    ip("-n", near, "link", "set", `${link}a`, "down");
    await delay(1000 * cutSeconds);
    ip("-n", near, "link", "set", `${link}a`, "up");
  }
  await running;
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  await Promise.all(workers.map((one) => one.end()));
  const listed = JSON.parse(await atc(join(folder, "near"), ["jobs", "list", "--json"], { ATC_REDIS: redis }));
  const { done, failed, repeated } = listed.runs[0];
  return { seconds, done, failed, repeated, segments: segmentsOf(server).slice(before) };
}

function row({ seconds, done, failed, repeated, segments }, isEqual) {
  const files = segments.map(({ key, bytes }) => `${key.split("/")[1]} ${bytes}`);
  if (!isEqual || failed > 0) process.exitCode = 1;
  return {
    s: seconds,
    tasks: done,
    failed,
    "added again": repeated,
    "segments (bytes)": files.join(", "),
    "equal to one process": isEqual,
  };
}

/** Measures both runs, or says why not. */
export async function namespaces(folder) {
  if (!connected()) return { "not measured": "network namespaces need root and iproute2" };
  const cwd = folderWith(join(folder, "near"));
  const open = [];
  try {
    const symbols = await makeDataset(cwd);
    const axes = ["--grid", "emaLength=10..59", "--grid", "lambda=0.01..0.1:0.01", "--grid", "hmaLength=14..17"];
    const sweep = [
      "sweep",
      "market",
      "--symbols",
      symbols.join(","),
      ...axes,
      "--no-cache",
      "--no-validate",
      "--force",
      "--json",
    ];
    await atc(cwd, [...sweep, "-o", "local.csv"]);
    const isEqual = (name) =>
      readFileSync(join(cwd, `${name}.csv`), "utf8") === readFileSync(join(cwd, "local.csv"), "utf8");
    const redisArgs = [
      "--port",
      "7379",
      "--bind",
      address,
      "--protected-mode",
      "no",
      "--dir",
      cwd,
      "--save",
      "",
      "--appendonly",
      "yes",
    ];
    const redis = start(near, cwd, ["redis-server", ...redisArgs]);
    open.push(redis);
    await redis.heard("Ready to accept connections");
    const serve = [process.execPath, bin, "data", "serve", "--address", address, "--port", "7400", "--json"];
    const server = start(near, cwd, serve, { ATC_DATA_TOKEN: token });
    open.push(server);
    await server.heard("url");
    const url = `http://${address}:7400`;
    const common = { folder, redis: `redis://${address}:7379`, url, server, sweep };
    const whole = await measured({ ...common, name: "whole" });
    // No result of the first run is used.
    rmSync(join(cwd, ".cache", "tasks", "result"), { recursive: true, force: true });
    const fetched = segmentsOf(server).length;
    const cut = await measured({ ...common, name: "cut", isDue: () => segmentsOf(server).length > fetched });
    return {
      "link up": row(whole, isEqual("whole")),
      [`link down for ${cutSeconds} s`]: row(cut, isEqual("cut")),
    };
  } finally {
    for (const one of open.reverse()) await one.end();
    disconnect();
  }
}
