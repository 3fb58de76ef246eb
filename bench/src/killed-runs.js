import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hashOf, runCommand } from "./command-run.js";
import { writeMarketCsv } from "./synthetic-market.js";

const moments = [0.2, 0.4, 0.6, 0.8, 0.9, 0.97];

function filesIn(folder) {
  return readdirSync(folder, { recursive: true }).map(String).sort();
}

/** The entries of `after` that `before` does not have. */
function added(before, after) {
  const known = new Set(before);
  return after.filter((name) => !known.has(name));
}

/**
 * Kills backtests at several moments with SIGKILL. The data folder must not change, and the next run must give the
 * results of an undisturbed one.
 */
export async function killedRuns(folder, market) {
  const cwd = join(folder, "killed");
  mkdirSync(cwd);
  const [data, cache] = [join(cwd, "data"), join(cwd, "cache")];
  const stdout = join(cwd, "report.json");
  // Its own temporary folder: other programs write to the machine's.
  const env = { TMPDIR: join(cwd, "temporary") };
  mkdirSync(env.TMPDIR);
  writeMarketCsv(join(cwd, "market.csv"), market);
  const common = [
    "market.csv",
    "--data-dir",
    "data",
    "--cache-dir",
    "cache",
    "--use-memory-mapped=true",
    "--threads",
    "2",
    "--json",
  ];
  const files = ["--trades", "trades.csv", "--equity", "equity.csv", "--portfolio", "portfolio.csv"];
  const backtest = (more = {}) => runCommand({ cwd, stdout, env, args: ["backtest", ...common, ...files], ...more });
  const ended = async (run) => {
    const { status, stderr, ms } = await run;
    if (status !== 0) throw new Error(`ended with ${status}: ${stderr}`);
    return ms;
  };
  const outputs = () =>
    Promise.all(["report.json", "trades.csv", "equity.csv", "portfolio.csv"].map((name) => hashOf(join(cwd, name))));
  await ended(runCommand({ cwd, stdout, args: ["ingest", ...common] }));
  const ms = await ended(backtest());
  const [expected, before] = [await outputs(), filesIn(data)];
  const lines = [];
  for (const moment of moments) {
    rmSync(cache, { recursive: true, force: true });
    for (const name of ["trades.csv", "equity.csv", "portfolio.csv"]) rmSync(join(cwd, name), { force: true });
    const { signal } = await backtest({ killAfterMs: Math.round(moment * ms) });
    const faults = [];
    const inData = added(before, filesIn(data));
    if (inData.length > 0) faults.push(`the data folder has ${inData.join(", ")}`);
    const inTemporary = filesIn(env.TMPDIR);
    if (inTemporary.length > 0) faults.push(`the temporary folder has ${inTemporary.join(", ")}`);
    await ended(backtest());
    if ((await outputs()).some((hash, i) => hash !== expected[i])) faults.push("the outputs of the next run differ");
    const halves = filesIn(cache).filter((name) => name.endsWith(".tmp"));
    if (halves.length > 0) faults.push(`the cache keeps ${halves.length} temporary files after the next run`);
    const when =
      signal === "SIGKILL"
        ? `killed at ${Math.round(100 * moment)} %`
        : `not killed at ${Math.round(100 * moment)} %, it ended before`;
    lines.push({ name: `kill -9, ${when}`, bound: "nothing is left", faults });
  }
  rmSync(cwd, { recursive: true });
  return lines;
}
