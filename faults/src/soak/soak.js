import { fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { generator } from "../generator.js";
import { newFolder } from "../new-folder.js";
import { smallDisk } from "./small-disk.js";
import { makeDatasets, quietResults, worksOf, writeInputs } from "./work.js";

const script = fileURLToPath(new URL("worker.js", import.meta.url));

/** Errors that a full disk and a lock of another process explain. */
const expectedCodes = new Set(["ATC_NO_SPACE", "ATC_LOCKED"]);

const megabytes = 24;

/**
 * @typedef {object} SoakReport
 * @property {number} seconds
 * @property {Record<string, number>} works - finished works by name
 * @property {Record<string, number>} codes - refused works by the code of their error
 * @property {number} kills
 * @property {number} stops - processes that were stopped for a while
 * @property {number} fills - times at which the disk was full; 0 without a small disk
 * @property {boolean} isSmallDisk
 * @property {readonly object[]} samples - the resources of the process that is never killed, after its works
 * @property {readonly string[]} faults
 */

/** Starts a process that works. `onWork` receives what each work came to. */
function startWorker(options, onWork) {
  const child = fork(script, [JSON.stringify(options)], {
    execArgv: ["--expose-gc"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  child.on("message", onWork);
  return {
    isRunning: () => child.exitCode === null && child.signalCode === null,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    async stopFor(ms) {
      child.kill("SIGSTOP");
      await pause(ms);
      child.kill("SIGCONT");
    },
    /** Lets it finish its work. */
    async end() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/** Names of locks, temporary files and folders, which nobody needs after the last process. */
function leftoversIn(folder) {
  const names = readdirSync(folder, { recursive: true }).map(String);
  return names.filter((name) => /(^|\/)(\.(tmp|scratch|lock)-|LOCK$|\..*\.tmp$)/.test(name));
}

/** Kills, stops and fills until `until`, at random moments. */
async function disturb({ workers, restart, disk, random, report, until }) {
  while (performance.now() < until) {
    await pause(300 + random.below(1500));
    // The first process stays, so that its resources can be compared.
    const place = 1 + random.below(workers.length - 1);
    const kind = random.below(10);
    if (kind < 5) {
      await workers[place].kill();
      report.kills++;
      workers[place] = restart();
    } else if (kind < 7) {
      await workers[place].stopFor(100 + random.below(400));
      report.stops++;
    } else if (kind < 9 && disk !== undefined) {
      disk.fill();
      report.fills++;
      await pause(200 + random.below(800));
      disk.free();
    }
    if (!workers[0].isRunning()) throw new Error("the process that is never killed has ended");
  }
}

/** Each work once more, without disturbance: all must succeed, and nothing may be left. */
async function checkEnd({ folder, inputs, quiet, random }, report) {
  const works = worksOf({ folder, inputs, random, quiet });
  for (let round = 0; round < 4; round++)
    for (const [name, work] of Object.entries(works))
      await work().catch((error) => {
        report.faults.push(`at the end, ${name}: ${error?.stack ?? error}`);
      });
  for (const name of leftoversIn(folder)) report.faults.push(`at the end, "${name}" is left`);
}

/**
 * Ingests, appends, compacts, backtests, sweeps and caches in several processes on one folder, of which some are
 * killed, stopped, or find the disk full.
 *
 * @param {{ readonly seconds: number, readonly seed: number, readonly processes?: number }} options
 * @returns {Promise<SoakReport>}
 */
export async function soak({ seconds, seed, processes = 3 }) {
  const random = generator(seed);
  const base = await newFolder();
  const folder = join(base, "shared");
  const inputs = join(base, "inputs");
  const report = { seconds, works: {}, codes: {}, kills: 0, stops: 0, fills: 0, samples: [], faults: [] };
  let disk;
  const workers = [];
  try {
    await mkdir(folder);
    await writeInputs(inputs);
    const quiet = await quietResults(join(base, "quiet"), inputs);
    disk = smallDisk(folder, megabytes);
    report.isSmallDisk = disk !== undefined;
    await makeDatasets(folder, inputs);
    const onWork = (isKept) => (done) => {
      if (done.fault !== undefined) report.faults.push(`${done.name}: ${done.fault}`);
      else if (done.code === undefined) report.works[done.name] = (report.works[done.name] ?? 0) + 1;
      else report.codes[done.code] = (report.codes[done.code] ?? 0) + 1;
      if (done.code !== undefined && !expectedCodes.has(done.code))
        report.faults.push(`${done.name}: ${done.code}: ${done.message}`);
      if (isKept) report.samples.push(done.resources);
    };
    const start = (isKept) => startWorker({ folder, inputs, seed: random.next(), quiet }, onWork(isKept));
    for (let place = 0; place < processes; place++) workers.push(start(place === 0));
    const until = performance.now() + 1000 * seconds;
    await disturb({ workers, restart: () => start(false), disk, random, report, until });
    for (const worker of workers) await worker.end();
    await checkEnd({ folder, inputs, quiet, random }, report);
  } finally {
    for (const worker of workers) if (worker.isRunning()) await worker.kill();
    disk?.unmount();
    await rm(base, { recursive: true, force: true });
  }
  return report;
}
