import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, createReadStream, openSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeGroup } from "./memory-limit.js";

/** The checkout whose command is measured: ATC_CHECKOUT, or the one that contains this file. */
export const checkout = process.env.ATC_CHECKOUT ?? fileURLToPath(new URL("../..", import.meta.url));

const sampleMs = 5;

/** Current anonymous memory of a process in bytes, including all its threads; 0 if the system does not report it. */
function anonymousBytes(pid) {
  try {
    return 1024 * Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** The environment of the command, without the variables of the benchmark, which are not its keys. */
export const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^ATC_(BENCH_|BASELINE$|CHECKOUT$)/.test(name)),
);

/**
 * Runs the `atc` command of a checkout in `cwd` with its standard output to a file, and samples its anonymous memory.
 * `peakBytes` of the outcome is the peak of the cgroup, including pages of files. It is undefined without a limit, or
 * if no cgroup can be created (only root can).
 *
 * @param {object} options `args`, `cwd`, `stdout` (a file), `root` (a checkout), `limitBytes` (of a memory cgroup),
 *   `killAfterMs`, `nodeArgs`, `env`
 */
export async function runCommand({
  args,
  cwd,
  stdout,
  root = checkout,
  limitBytes,
  killAfterMs,
  nodeArgs = [],
  env = {},
}) {
  const group = limitBytes === undefined ? undefined : makeGroup(limitBytes);
  if (limitBytes !== undefined && group === undefined) throw new Error("cannot create a memory cgroup; run as root");
  const output = openSync(stdout, "w");
  const command = [process.execPath, ...nodeArgs, join(root, "packages/cli/dist/bundle/bin.js"), ...args];
  // The shell replaces itself by the command, so the samples are of the command.
  const script = group === undefined ? 'exec "$@"' : 'echo $$ > "$0/cgroup.procs" && exec "$@"';
  const startedAt = performance.now();
  const child = spawn("sh", ["-c", script, group?.group ?? "sh", ...command], {
    cwd,
    env: { ...environment, ...env },
    stdio: ["ignore", output, "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (text) => {
    stderr = (stderr + text).slice(-4000);
  });
  let peak = 0;
  const sampling = setInterval(() => {
    peak = Math.max(peak, anonymousBytes(child.pid));
  }, sampleMs);
  const killing = killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  const [status, signal] = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (...end) => resolve(end));
  });
  clearInterval(sampling);
  clearTimeout(killing);
  closeSync(output);
  const peakBytes = group?.peakBytes();
  if (group !== undefined) rmdirSync(group.group);
  return { status, signal, stderr, ms: performance.now() - startedAt, anonymousMb: peak / 1e6, peakBytes };
}

/** The SHA-256 of a file of any size. */
export async function hashOf(file) {
  const hash = createHash("sha256");
  for await (const bytes of createReadStream(file)) hash.update(bytes);
  return hash.digest("hex");
}

const peakReport = new URL("peak-report.js", import.meta.url).href;

/**
 * Runs the `atc` command of a checkout. Returns its elapsed and its processor time in ms, including threads, the peak
 * of its resident memory in MB, and what it printed. Throws if it fails.
 */
export function commandTimes({ args, cwd, root = checkout }) {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" > command-output.txt 2> command-errors.txt';
  const bin = join(root, "packages/cli/dist/bundle/bin.js");
  const command = [process.execPath, "--import", peakReport, bin, ...args];
  const { status, stderr } = spawnSync("bash", ["-c", script, "bash", ...command], {
    cwd,
    env: { ...environment, BENCH_PEAK_FILE: join(cwd, "command-peak.txt") },
    encoding: "utf8",
  });
  const read = (name) => readFileSync(join(cwd, name), "utf8");
  if (status !== 0) throw new Error(`${args.join(" ")}: ${read("command-errors.txt")}`);
  const [real, user, system] = stderr
    .trim()
    .split(" ")
    .map((seconds) => 1000 * Number(seconds));
  return {
    ms: real,
    cpuMs: user + system,
    peakMb: Number(read("command-peak.txt")),
    stdout: read("command-output.txt"),
  };
}
