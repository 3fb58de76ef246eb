import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openRuntime } from "@atc/runtime";
import { hashOf, runCommand } from "./command-run.js";
import { uniform } from "./market.js";

/**
 * How many configurations a cache has stored, from the lengths of its entries. A configuration that was computed again
 * counts twice.
 */
async function storedConfigurations(cwd, cacheDir) {
  const config = { dataDir: join(cwd, "data"), cacheDir: join(cwd, cacheDir) };
  const runtime = await openRuntime({ cwd, config, env: {} });
  let stored = 0;
  for await (const { metadata } of (await runtime.cache()).entries()) {
    if (metadata?.key.kind !== "sweep") continue;
    // Two words of 64 bits identify a configuration.
    stored += (metadata.arrays.find(({ name }) => name === "digests")?.length ?? 0) / 2;
  }
  await runtime[Symbol.asyncDispose]();
  return stored;
}

/**
 * Kills a sweep at random moments with SIGKILL and runs it again until it ends by itself, then again with an empty
 * cache, until it was killed `kills` times. Each finished table must be that of an undisturbed sweep, byte for byte, a
 * sweep must compute exactly what no killed run stored, and nothing but the cache may remain.
 *
 * @param {object} options `cwd` (a folder), `data` (a file or a dataset in it), `kills`, `axes` (arguments), `earliest`
 *   (the part of the time in which no run is killed), `seed`, `onRun` (is called after each run)
 */
export async function killedSweep({ cwd, data, kills, axes, earliest = 0, seed = 7, onRun = () => undefined }) {
  mkdirSync(cwd, { recursive: true });
  const stdout = join(cwd, "report.json");
  // The judgement of the winner stores nothing, and would take most of the time in which runs are killed.
  const common = [
    "sweep",
    data,
    "--data-dir",
    "data",
    "--threads",
    "2",
    "--executor",
    "worker",
    "--json",
    "--no-validate",
  ];
  const run = async (cache, table, killAfterMs) => {
    const args = [...common, ...axes, "--cache-dir", cache, "-o", table, "--force"];
    const outcome = await runCommand({ cwd, stdout, args, killAfterMs });
    onRun(outcome);
    if (outcome.status !== 0 && outcome.signal === null)
      throw new Error(`ended with ${outcome.status}: ${outcome.stderr}`);
    return { ...outcome, wasKilled: outcome.signal === "SIGKILL" };
  };
  const lastReport = () => JSON.parse(readFileSync(stdout, "utf8"));
  const clear = (cache) => rmSync(join(cwd, cache), { recursive: true, force: true });

  const undisturbed = await run("cache-whole", "whole.arrow");
  const { evaluations } = lastReport();
  const expected = await hashOf(join(cwd, "whole.arrow"));
  clear("cache-whole");
  const next = uniform(seed);
  const faults = new Set();
  const check = (isRight, fault) => {
    if (!isRight) faults.add(fault);
  };
  let killed = 0;
  let ended = 0;
  let kept = 0;
  let resumed = 0;
  let stored = 0;

  /** Checks a sweep that ended by itself after others were killed, and runs it once more. */
  async function checkEnd(before) {
    const { computed, cached } = lastReport();
    check(cached === before, `a sweep found ${cached} of ${before} stored configurations`);
    check(computed === evaluations - before, `a sweep computed ${computed} of ${evaluations - before} missing ones`);
    check((await hashOf(join(cwd, "killed.arrow"))) === expected, "a table differs from that of an undisturbed sweep");
    await run("cache-killed", "again.arrow");
    check(lastReport().computed === 0, `${lastReport().computed} finished configurations were computed again`);
    check((await hashOf(join(cwd, "again.arrow"))) === expected, "a table from the cache differs");
    const after = await storedConfigurations(cwd, "cache-killed");
    check(after === evaluations, `${after} configurations were stored instead of ${evaluations}`);
    clear("cache-killed");
    stored = 0;
  }

  for (let isPending = true; killed < kills || isPending; ) {
    const moment = earliest + (1 - earliest) * next();
    const killAfterMs = killed < kills ? Math.round(undisturbed.ms * moment) : undefined;
    const { wasKilled } = await run("cache-killed", "killed.arrow", killAfterMs);
    isPending = wasKilled;
    if (!wasKilled) {
      ended++;
      await checkEnd(stored);
      continue;
    }
    killed++;
    const now = await storedConfigurations(cwd, "cache-killed");
    check(now >= stored, `${stored - now} stored configurations were lost`);
    check(now <= evaluations, `${now - evaluations} configurations were stored twice`);
    kept += now - stored;
    if (now > 0) resumed++;
    stored = now;
  }
  const left = readdirSync(cwd, { recursive: true })
    .map(String)
    .filter((name) => /\.(?:tmp|store)$|\.curves-/.test(name));
  check(left.length === 0, `there remain ${left.join(", ")}`);
  return {
    configurations: evaluations,
    kills: killed,
    "kills with stored results": resumed,
    "sweeps that ended": ended,
    "stored per kill": Math.round(kept / Math.max(1, killed)),
    "undisturbed, s": +(undisturbed.ms / 1000).toFixed(1),
    faults: [...faults],
  };
}
