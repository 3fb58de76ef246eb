import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The median of some numbers. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/**
 * Runs named actions in turn, `rounds` times after one round of warm-up, and returns the median milliseconds of each.
 *
 * @param {Record<string, () => unknown>} actions
 */
export async function alternate(actions, rounds = 5) {
  const times = Object.fromEntries(Object.keys(actions).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, action] of Object.entries(actions)) {
      const startedAt = performance.now();
      await action();
      if (round > 0) times[name].push(performance.now() - startedAt);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
}

/** Milliseconds of processor time of an action in this process. */
export async function cpuMs(action) {
  const before = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/**
 * The least nanoseconds of processor time per unit of named actions, which run in turns: ATC_BENCH_ROUNDS rounds, 9 or
 * more, after two for the compiler.
 *
 * @param {Record<string, () => unknown>} actions
 */
export async function leastOf(actions, units) {
  const rounds = Math.max(Number(process.env.ATC_BENCH_ROUNDS ?? 9), 9);
  const least = Object.fromEntries(Object.keys(actions).map((name) => [name, Number.POSITIVE_INFINITY]));
  for (let round = 0; round < rounds + 2; round++)
    for (const [name, action] of Object.entries(actions)) {
      const ns = ((await cpuMs(action)) * 1e6) / units;
      if (round > 1) least[name] = Math.min(least[name], ns);
    }
  return least;
}

/** Peak resident memory of this process so far, in MB. */
export function peakMb() {
  return Math.round(process.resourceUsage().maxRSS / 1000);
}

/** Prints a scenario's rows for `start.js`. */
export function report(rows) {
  process.stdout.write(JSON.stringify(rows));
}

/** Runs `use` with a new folder in ATC_BENCH_FOLDER or the temporary folder, and deletes it afterwards. */
export async function withFolder(use) {
  const folder = mkdtempSync(join(process.env.ATC_BENCH_FOLDER ?? tmpdir(), "atc-bench-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
