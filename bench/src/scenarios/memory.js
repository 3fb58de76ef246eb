// The memory of `atc backtest`: in memory cgroups, from a CSV with empty folders; and the peak of anonymous memory
// without a cgroup, for any number of bars. It also compares the outputs with those of another build. ATC_CHECKOUT is
// the checkout to measure, ATC_BASELINE the one to compare outputs with.
// ATC_BENCH_PART=limits,free,store,symbols,outputs,kill selects parts. ATC_BENCH_SCALE=0.01 makes everything smaller,
// for a trial.
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../command-run.js";
import { killedRuns } from "../killed-runs.js";
import { report, withFolder } from "../measure.js";
import { compareOutputs } from "../output-comparison.js";
import { marketOf, storeMarket, writeMarketCsv } from "../synthetic-market.js";

const scale = Number(process.env.ATC_BENCH_SCALE ?? 1);
const parts = process.env.ATC_BENCH_PART?.split(",");
const wants = (part) => parts === undefined || parts.includes(part);
const mebibyte = 2 ** 20;
const ends = "succeeds";
const mostMb = 150;
const mostMbOfManySymbols = 280;
const mostGrowthMb = 10;

const scaled = (bars) => Math.max(2000, Math.round(bars * scale));
const markets = [marketOf({ symbols: 4, bars: scaled(1e6) }), marketOf({ symbols: 10, bars: scaled(1.2e6) })];
const longMarket = marketOf({ symbols: 10, bars: scaled(6e6) });
const manySymbols = marketOf({
  symbols: 5000,
  bars: Math.max(20, Math.round(1200 * scale)),
  apart: true,
  interval: 3_600_000,
});

const rows = {};
let failures = 0;

/** The name of a market by its bars, also if it is scaled. */
function barsOf(market) {
  const bars = market.reduce((sum, one) => sum + one.rows, 0);
  return bars >= 1e6 ? `${+(bars / 1e6).toFixed(1)} million` : `${bars}`;
}

/** Adds a row; `faults` lists the bounds that it breaks. */
function add(name, { ms, anonymousMb, peakBytes, status, signal, stderr }, bound, faults) {
  const all = status === 0 ? faults : [`ended with ${signal ?? `exit code ${status}`}`];
  failures += all.length;
  rows[name] = {
    "anonymous MB": Math.round(anonymousMb),
    "cgroup peak MiB": peakBytes === undefined ? "-" : Math.round(peakBytes / mebibyte),
    s: +(ms / 1000).toFixed(2),
    bound,
    result:
      all.length === 0
        ? bound === ends && peakBytes === undefined
          ? "not limited: no cgroup"
          : "pass"
        : `FAIL: ${all.join("; ")}`,
  };
  process.stderr.write(`${name}: ${JSON.stringify(rows[name])}\n`);
  if (status !== 0 && stderr !== "") process.stderr.write(`${stderr.slice(-600)}\n`);
}

const curves = ["--equity", "equity.csv", "--trades", "trades.csv", "--portfolio", "portfolio.csv"];

/**
 * Runs a backtest with default settings in its own folders and removes them. `data` is a file, or a dataset of the
 * folder `dataDir`.
 */
async function run(folder, { data, dataDir, limitBytes }) {
  const cwd = join(folder, "run");
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd);
  const args = ["backtest", data, "--use-memory-mapped=true", "--threads", "2", "--json", ...curves];
  const folders = ["--data-dir", dataDir ?? "data", "--cache-dir", "cache"];
  const outcome = await runCommand({ args: [...args, ...folders], cwd, stdout: join(cwd, "report.json"), limitBytes });
  rmSync(cwd, { recursive: true, force: true });
  return outcome;
}

function above(anonymousMb, most) {
  return anonymousMb <= most ? [] : [`${Math.round(anonymousMb)} MB of anonymous memory, above ${most}`];
}

async function fromFiles(folder) {
  for (const market of markets) {
    const name = barsOf(market);
    const data = join(folder, "market.csv");
    writeMarketCsv(data, market);
    for (const mib of wants("limits") ? [192, 256] : []) {
      const outcome = await run(folder, { data, limitBytes: mib * mebibyte });
      add(`${name} bars, CSV, ${mib} MiB`, outcome, ends, []);
    }
    if (wants("free")) {
      const outcome = await run(folder, { data });
      add(`${name} bars, CSV, no limit`, outcome, `${mostMb} MB`, above(outcome.anonymousMb, mostMb));
    }
    rmSync(data);
  }
}

async function fromStore(folder) {
  const dataDir = join(folder, "store");
  const peaks = [];
  for (const market of [markets[1], longMarket]) {
    const name = barsOf(market);
    await storeMarket(dataDir, "market", market);
    for (const mib of [192, 256])
      add(
        `${name} bars, store, ${mib} MiB`,
        await run(folder, { data: "market", dataDir, limitBytes: mib * mebibyte }),
        ends,
        [],
      );
    const outcome = await run(folder, { data: "market", dataDir });
    const [before] = peaks;
    peaks.push(outcome.anonymousMb);
    const faults = above(outcome.anonymousMb, mostMb);
    if (before !== undefined) faults.push(...above(outcome.anonymousMb, Math.round(before + mostGrowthMb)));
    const bound = before === undefined ? `${mostMb} MB` : `${mostMb} MB, and ${Math.round(before)} + ${mostGrowthMb}`;
    add(`${name} bars, store, no limit`, outcome, bound, faults);
  }
  rmSync(dataDir, { recursive: true });
}

async function fromManySymbols(folder) {
  const data = join(folder, "symbols.csv");
  writeMarketCsv(data, manySymbols);
  const outcome = await run(folder, { data });
  const faults = above(outcome.anonymousMb, mostMbOfManySymbols);
  add("5,000 symbols of different times, CSV", outcome, `${mostMbOfManySymbols} MB`, faults);
  rmSync(data);
}

/** Adds lines of `{ name, faults }` that do not measure memory. */
function addChecks(lines) {
  for (const { name, faults, bound } of lines) {
    failures += faults.length;
    rows[name] = { bound, result: faults.length === 0 ? "pass" : `FAIL: ${faults.join("; ")}` };
    process.stderr.write(`${name}: ${rows[name].result}\n`);
  }
}

await withFolder(async (folder) => {
  if (!existsSync("/proc/self/status"))
    throw new Error("cannot read anonymous memory: /proc does not exist on this system");
  if (wants("outputs")) addChecks(await compareOutputs(folder, scale));
  if (wants("kill")) addChecks(await killedRuns(folder, markets[0]));
  if (wants("limits") || wants("free")) await fromFiles(folder);
  if (wants("symbols")) await fromManySymbols(folder);
  if (wants("store")) await fromStore(folder);
  const left = readdirSync(folder).filter((name) => name !== "run");
  if (left.length > 0) addChecks([{ name: "the benchmark's own folder", bound: "empty", faults: [`${left} remain`] }]);
});
report(rows);
if (failures > 0) process.exitCode = 1;
