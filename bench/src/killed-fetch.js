import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { openRuntime } from "@atc/runtime";
import { exchangeServer, mixedFaults } from "@atc/testing";
import { checkout, environment } from "./command-run.js";
import {
  differenceOf,
  hour,
  leastPages,
  projectIn,
  rowsHash,
  start,
  symbolsOf,
  truthOf,
  withAll,
} from "./exchange-market.js";
import { uniform } from "./market.js";

/** Symbols that the command fetches at once. Each loses at most the page under way when it is killed. */
const underWay = 4;

/** Fetches and updates are killed in turn. An update brings so many hours, which are several pages. */
const updatedHours = 5000;

/**
 * When a run is killed after its first request, as a part of the time of an undisturbed run. Most kills are early, so
 * that each fetch is killed several times; an eighth comes too late, or none would end on a machine that is busier now.
 */
const killMoment = (uniform) => 1.5 * uniform ** 3;

/** Runs the command with a folder, asking a server. `killAfterMs` counts from its first request on. */
async function runAtc(server, { cwd, args, killAfterMs }) {
  const child = spawn(process.execPath, [join(checkout, "packages/cli/dist/bundle/bin.js"), ...args, "--json"], {
    cwd,
    env: environment,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  const seen = server.paths.length;
  let firstAt;
  const watching = setInterval(() => {
    if (firstAt !== undefined || server.paths.length === seen) return;
    firstAt = performance.now();
    if (killAfterMs !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfterMs).unref();
  }, 1);
  const [status, signal] = await new Promise((resolve) => child.on("close", (...end) => resolve(end)));
  clearInterval(watching);
  if (status !== 0 && signal === null) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr}`);
  return { wasKilled: signal === "SIGKILL", ms: performance.now() - (firstAt ?? performance.now()) };
}

function commandsOf(server, now) {
  const settings = [`urls=${JSON.stringify(server.settings.urls)}`, "rateLimit=4"];
  const fetching = [
    ...["data", "fetch", "coins", "--exchange", "binance", "--timeframe", "1h", "--symbols", "*/USDT"],
    ...["--since", new Date(start).toISOString(), ...settings.flatMap((one) => ["--exchange-option", one])],
  ];
  return [
    { args: fetching, now },
    { args: ["data", "update", "coins"], now: now + updatedHours * hour },
  ];
}

/** What undisturbed commands take and give. */
async function undisturbed(server, cwd) {
  const steps = [];
  let before = 0;
  for (const step of commandsOf(server, server.now)) {
    server.now = step.now;
    const { ms } = await runAtc(server, { cwd, args: step.args });
    const pages = leastPages(server);
    steps.push({ ...step, ms, hash: rowsHash(cwd, "coins"), pages: pages - before });
    before = pages;
  }
  return steps;
}

/**
 * Kills fetches and updates of the command with SIGKILL at random moments after the first request, and runs them again
 * until they end, until they were killed `kills` times. Each dataset must be that of an undisturbed run, bit for bit.
 */
export async function killedFetch({ folder, symbols, candles, kills, seed = 7 }) {
  const now = start + (candles + 0.5) * hour;
  const server = await exchangeServer("binance", symbolsOf(symbols, candles), now);
  const cwd = projectIn(folder);
  const runtime = await openRuntime({ cwd, env: {} });
  return await withAll([server, runtime], async () => {
    server.fault = mixedFaults({ seed });
    const steps = await undisturbed(server, cwd);
    return await killAll({ server, runtime, cwd, steps, kills, next: uniform(seed) });
  });
}

async function killAll({ server, runtime, cwd, steps, kills, next }) {
  const faults = new Set();
  const check = (isRight, fault) => {
    if (!isRight) faults.add(fault);
  };
  const symbols = server.candles.symbols.length;
  const startedAt = performance.now();
  let [killed, late, ended, answered, least] = [0, 0, 0, 0, 0];
  for (let i = 0; killed < kills || i > 0; i = (i + 1) % steps.length) {
    if (i === 0) rmSync(join(cwd, ".cache"), { recursive: true, force: true });
    const { args, now, ms, hash, pages } = steps[i];
    server.now = now;
    const asked = server.requests.length - server.refused;
    const before = killed;
    // Kills after which no page was asked for, so that they came after the last page.
    let afterPages = 0;
    for (let wasKilled = true; wasKilled; ) {
      const requests = server.requests.length;
      const killAfterMs = killed < kills ? Math.round(killMoment(next()) * ms) : undefined;
      ({ wasKilled } = await runAtc(server, { cwd, args, killAfterMs }));
      if (server.requests.length > requests) afterPages = 0;
      if (!wasKilled) break;
      killed++;
      afterPages++;
    }
    late += afterPages;
    ended++;
    least += pages;
    const got = server.requests.length - server.refused - asked;
    answered += got;
    // The last stored page of each symbol is short, so an update may ask for one more.
    const bound = 1.01 * pages + symbols + underWay * (killed - before);
    check(got <= bound, `${got} pages were asked for after ${killed - before} kills, and ${pages} would do`);
    check(rowsHash(cwd, "coins") === hash, "the files of a dataset differ from those of an undisturbed run");
    const difference = await differenceOf(runtime, "coins", server);
    check(difference === undefined, `a dataset differs from the exchange: ${difference}`);
  }
  return {
    figures: {
      symbols,
      candles: server.candles.symbols.reduce((sum, { symbol }) => sum + truthOf(server, symbol).length, 0),
      kills: killed,
      "kills after the last page": late,
      "runs that ended": ended,
      "least pages": least,
      "pages answered": answered,
      "undisturbed fetch, s": +(steps[0].ms / 1000).toFixed(1),
      "elapsed with kills, s": +((performance.now() - startedAt) / 1000).toFixed(1),
    },
    faults: [...faults],
  };
}
