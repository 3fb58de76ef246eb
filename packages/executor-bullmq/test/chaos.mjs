/**
 * A run with faults: two workers are killed, one is stopped for longer than the lock, Redis is killed and restarted
 * from its append-only file, and a worker starts late. The tests and the bench share it.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { inlineExecutor } from "@atc/executor-worker";
import { bullmqExecutor } from "../dist/bundle/index.js";
import { startWorkerProcess } from "./cluster.mjs";
import { startRedis } from "./redis-server.mjs";

const modules = { "@atc/chaos": new URL("chaos-tasks.mjs", import.meta.url).href };
const ref = { task: "@atc/chaos#compute", version: 1 };

/** Numbers from 0 to 1 (exclusive), the same for a seed. */
function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The faults of a seed, each with the number of results after which it happens. */
function plan(seed, tasks) {
  const next = random(seed);
  const at = (from, to) => Math.floor(tasks * (from + (to - from) * next()));
  const order = [0, 1, 2].sort(() => next() - 0.5);
  return [
    { after: at(0.05, 0.3), what: "kill", worker: order[0] },
    { after: at(0.1, 0.4), what: "late" },
    { after: at(0.15, 0.6), what: "stop", worker: order[1] },
    { after: at(0.2, 0.7), what: "redis" },
    { after: at(0.3, 0.8), what: "kill", worker: order[2] },
  ].sort((a, b) => a.after - b.after);
}

/** Starts a worker, again if Redis is away, as a service manager does. */
async function startedWorker(options) {
  for (let attempt = 1; ; attempt++)
    try {
      return await startWorkerProcess(options);
    } catch (error) {
      if (attempt === 20) throw error;
      await delay(200);
    }
}

/** Whether a worker that receives SIGTERM ends by itself. */
async function endWorker(worker) {
  const ended = await Promise.race([worker.end().then(() => true), delay(60_000, false, { ref: false })]);
  if (!ended) await worker.kill();
  return ended;
}

/** Runs `tasks` tasks on four workers with the faults of a seed. */
export async function runChaos({ seed, tasks = 500, lockMs = 3000, ms = 25 }) {
  const folder = mkdtempSync(join(tmpdir(), "atc-chaos-"));
  const redis = await startRedis();
  const options = { redis: redis.url, directory: join(folder, "plane"), queue: `chaos-${seed}`, lockMs };
  const workers = await Promise.all(Array.from({ length: 4 }, () => startWorkerProcess(options)));
  const executor = await bullmqExecutor(options, { warn: () => undefined });
  const log = join(folder, "log");
  const inputs = Array.from({ length: tasks }, (_, i) => ({ i, ms, log }));
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  let done = 0;
  let lastAt = startedAt;
  let longestPauseMs = 0;
  const inject = async ({ what, worker }) => {
    if (what === "kill") await workers[worker].kill();
    else if (what === "late") workers.push(await startedWorker(options));
    else if (what === "stop") {
      workers[worker].signal("SIGSTOP");
      await delay(2.2 * lockMs);
      workers[worker].signal("SIGCONT");
    } else {
      await redis.kill();
      await delay(300);
      await redis.start();
    }
  };
  const faults = plan(seed, tasks);
  const injected = [];
  const settled = await Promise.allSettled(
    inputs.map(async (input) => {
      const result = await executor.submit(ref, input);
      done++;
      longestPauseMs = Math.max(longestPauseMs, performance.now() - lastAt);
      lastAt = performance.now();
      while (faults[0] !== undefined && done >= faults[0].after) injected.push(inject(faults.shift()));
      return result;
    }),
  );
  const wallMs = performance.now() - startedAt;
  await Promise.all(injected);
  const { repeated } = executor.queue.ownRun();
  const cpu = process.cpuUsage(cpuBefore);
  await executor[Symbol.asyncDispose]();
  const endsAt = performance.now();
  const hung = (await Promise.all(workers.map(endWorker))).filter((ended) => !ended).length;
  const endingMs = performance.now() - endsAt;
  const executions = readFileSync(log, "utf8").trim().split("\n").length;
  // The local executor notes its executions in the same file, so it comes last.
  const local = inlineExecutor({ modules });
  const expected = [];
  for (const input of inputs) expected.push(await local.submit(ref, { ...input, ms: 0 }));
  await local[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
  return {
    faults: injected.length,
    settled,
    expected,
    wallMs,
    longestPauseMs,
    hung,
    endingMs,
    executions,
    repeated,
    submitterCpuMs: (cpu.user + cpu.system) / 1000,
  };
}
