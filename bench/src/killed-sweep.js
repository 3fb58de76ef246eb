import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hashOf, runCommand } from "./command-run.js";
import { writeMarketCsv } from "./synthetic-market.js";

/** Numbers from 0 to 1, the same in every run. */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/**
 * Kills a sweep at random moments with SIGKILL and runs it again until it ends by itself. Its table must be that of an
 * undisturbed sweep, byte for byte, configurations that a killed run stored must not be computed again, and nothing but
 * the cache may remain.
 *
 * @param {object} options `folder`, `market`, `kills`, `axes` (arguments), `seed`
 */
export async function killedSweep({ folder, market, kills, axes, seed = 7 }) {
  const cwd = join(folder, "killed-sweep");
  mkdirSync(cwd);
  writeMarketCsv(join(cwd, "market.csv"), market);
  const stdout = join(cwd, "report.json");
  const common = ["sweep", "market.csv", "--data-dir", "data", "--threads", "2", "--executor", "worker", "--json"];
  const run = (cache, table, more = {}) =>
    runCommand({ cwd, stdout, args: [...common, ...axes, "--cache-dir", cache, "-o", table, "--force"], ...more });
  const ended = async (cache, table) => {
    const { status, stderr, ms } = await run(cache, table);
    if (status !== 0) throw new Error(`ended with ${status}: ${stderr}`);
    return { ms, report: JSON.parse(readFileSync(stdout, "utf8")) };
  };
  const undisturbed = await ended("cache-whole", "whole.arrow");
  const next = randomNumbers(seed);
  const faults = [];
  const moments = [];
  for (let kill = 0; kill < kills; kill++) {
    // A sweep whose cache is full of results ends at once, so most moments are early ones.
    const killAfterMs = Math.round(undisturbed.ms * next() ** 2);
    const { signal } = await run("cache-killed", "killed.arrow", { killAfterMs });
    moments.push({ killAfterMs, wasKilled: signal === "SIGKILL" });
  }
  const last = await ended("cache-killed", "killed.arrow");
  const again = await ended("cache-killed", "again.arrow");
  const hashes = await Promise.all(["whole", "killed", "again"].map((name) => hashOf(join(cwd, `${name}.arrow`))));
  if (hashes[1] !== hashes[0]) faults.push("the table differs from that of an undisturbed sweep");
  if (hashes[2] !== hashes[0]) faults.push("the table from the cache differs from that of an undisturbed sweep");
  if (again.report.computed !== 0) faults.push(`${again.report.computed} finished configurations were computed again`);
  const left = readdirSync(cwd, { recursive: true })
    .map(String)
    .filter((name) => /\.(?:tmp|store)$|\.curves-/.test(name));
  if (left.length > 0) faults.push(`there remain ${left.join(", ")}`);
  const killed = moments.filter(({ wasKilled }) => wasKilled).length;
  const { evaluations, cached } = last.report;
  rmSync(cwd, { recursive: true });
  return { evaluations, kills: killed, ended: moments.length - killed, cachedAtTheEnd: cached, faults };
}
