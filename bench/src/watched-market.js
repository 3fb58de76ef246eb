import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { openRuntime, scanSignals } from "@atc/runtime";
import { fetchDataset } from "@atc/runtime/market";
import { createStream } from "@atc/signals";
import { exchangeServer } from "@atc/testing";
import { coinName, hour, projectIn, start, truthOf, withAll } from "./exchange-market.js";
import { uniform } from "./market.js";

const history = 500;
const task = fileURLToPath(new URL("watch-task.js", import.meta.url));

/** Directions of all bars of each symbol, as one batch computes them. */
function batchOf(server) {
  return new Map(
    server.candles.symbols.map(({ symbol }) => {
      const close = Float64Array.from(truthOf(server, symbol), (row) => row[4]);
      const stream = createStream({}, { outputs: ["direction"] });
      return [symbol, Int8Array.from(stream.push({ close }).direction)];
    }),
  );
}

/**
 * Watches symbols in another process over some bars, and kills it with SIGKILL at random moments. Each step must have
 * the directions of a batch, all events together those of one batch, and the memory of the process must not grow.
 */
export async function watchedMarket({ folder, symbols, bars, kills }) {
  const names = Array.from({ length: symbols }, (_, i) => ({ symbol: `${coinName(i)}/USDT` }));
  const server = await exchangeServer("binance", names, start + (history + 0.5) * hour);
  const runtime = await openRuntime({ cwd: projectIn(folder), env: {} });
  return await withAll([server, runtime], async () => {
    const settings = { ...server.settings, rateLimit: 1 };
    const wish = { exchange: "binance", settings, timeframe: "1h", since: start };
    await fetchDataset(runtime, "coins", { ...wish, symbols: names.map(({ symbol }) => symbol) });
    const seen = await watchAll({ server, folder, bars, kills });
    const scan = await scanSignals(runtime, "coins");
    return judged({ server, bars, seen, scan });
  });
}

/** Runs watches until the clock is `bars` after the fetch. Returns their steps and the kills. */
async function watchAll({ server, folder, bars, kills }) {
  const end = start + (history + bars) * hour;
  const next = uniform(11);
  const moments = Array.from({ length: kills }, () => Math.floor(next() * bars)).sort((a, b) => a - b);
  const seen = { steps: [], repeats: 0, killed: 0 };
  while (server.now < end || seen.steps.length === 0) await watchOnce({ server, folder, end, moments, seen, next });
  return seen;
}

/** Runs one watch until it is killed or at the end. */
async function watchOnce({ server, folder, end, moments, seen, next }) {
  const child = fork(task, [folder], { execArgv: ["--expose-gc"] });
  const life = [];
  let isStopped = false;
  child.on("message", (message) => {
    if (message.wait === undefined) {
      life.push(message);
      seen.steps.push({ ...message, life });
      return;
    }
    if (server.now >= end) {
      isStopped = true;
      child.kill();
      return;
    }
    server.now += message.wait;
    child.send("over");
    const bar = (server.now - start) / hour - history;
    if (moments.length === 0 || bar < moments[0]) return;
    moments.shift();
    setTimeout(() => child.kill("SIGKILL"), next() * 600);
  });
  const [code, signal] = await new Promise((resolve) => child.on("close", (...ended) => resolve(ended)));
  if (code !== null && code !== 0) throw new Error(`a watch ended with ${code}`);
  if (signal === "SIGKILL" && !isStopped) seen.killed++;
}

function judged({ server, bars, seen, scan }) {
  const batch = batchOf(server);
  const faults = new Set();
  let compared = 0;
  for (const { directions, last } of seen.steps) {
    const bar = Math.round((last - start) / hour);
    compared++;
    for (const [symbol, direction] of directions)
      if (batch.get(symbol)[bar] !== direction)
        faults.add(`${symbol} has another direction at bar ${bar} than a batch`);
  }
  for (const { symbol, direction } of scan.symbols)
    if (batch.get(symbol).at(-1) !== direction) faults.add(`a scan has another direction of ${symbol}`);
  const wanted = [...batch].flatMap(([symbol, directions]) =>
    Array.from(directions, (_, i) => i)
      .filter((i) => i >= history && directions[i] !== directions[i - 1])
      .map((i) => `${start + i * hour} ${symbol} ${directions[i]}`),
  );
  const got = seen.steps.flatMap(({ events }) => events.map((one) => `${one.time} ${one.symbol} ${one.direction}`));
  const unique = new Set(got);
  const missed = wanted.filter((one) => !unique.has(one)).length;
  if (missed > 0) faults.add(`${missed} changes were missed`);
  if (unique.size + missed > wanted.length)
    faults.add(`${unique.size + missed - wanted.length} changes are not those of a batch`);
  // A watch that is killed after it gave its step, and before it kept its state, gives the step again.
  const repeated = got.length - unique.size;
  const atKills = seen.steps.filter(({ life }, i) => i + 1 < seen.steps.length && seen.steps[i + 1].life !== life);
  const allowed = atKills.reduce((sum, { events }) => sum + events.length, 0);
  if (repeated > allowed) faults.add(`${repeated} changes were repeated`);
  const longest = seen.steps.map(({ life }) => life).reduce((a, b) => (b.length > a.length ? b : a));
  // A dataset is compacted every 64 updates, so memory rises and falls: peaks are compared.
  const peakOf = (from, to) =>
    Math.max(
      ...longest.slice(Math.floor(from * longest.length), Math.ceil(to * longest.length)).map((one) => one.memory),
    );
  const settled = peakOf(0.2, 0.4);
  const later = peakOf(0.8, 1);
  if (later > 1.1 * settled + 2e6) faults.add(`the memory grew from ${settled} to ${later} bytes`);
  const mb = (bytes) => +(bytes / 1e6).toFixed(1);
  return {
    figures: {
      symbols: batch.size,
      bars,
      "steps compared": compared,
      changes: wanted.length,
      missed,
      repeated,
      kills: seen.killed,
      "steps of the longest": longest.length,
      "memory from 20 to 40 %, MB": mb(settled),
      "memory from 80 %, MB": mb(later),
      "RSS at the end, MB": mb(longest.at(-1).rss),
    },
    faults: [...faults],
  };
}
