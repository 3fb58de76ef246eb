import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const version1 = "/sys/fs/cgroup/memory";
const version2 = "/sys/fs/cgroup";

/** The files of a memory cgroup, by version of the cgroup interface. */
const interfaces = [
  {
    parent: version1,
    limit: "memory.limit_in_bytes",
    swap: "memory.memsw.limit_in_bytes",
    peak: "memory.max_usage_in_bytes",
  },
  { parent: version2, limit: "memory.max", swap: "memory.swap.max", peak: "memory.peak" },
];

/**
 * Creates a memory cgroup of `bytes` bytes: a folder that is removed when no process is left in it. Undefined if that
 * is not allowed.
 */
export function makeGroup(bytes) {
  for (const { parent, limit, swap, peak } of interfaces) {
    const group = join(parent, `atc-bench-${process.pid}-${Date.now()}`);
    try {
      mkdirSync(group);
    } catch {
      continue;
    }
    try {
      writeFileSync(join(group, limit), String(bytes));
    } catch {
      rmdirSync(group);
      continue;
    }
    // Without swap accounting this file does not exist. Without swap it is not needed.
    if (existsSync(join(group, swap)))
      writeFileSync(join(group, swap), swap === "memory.swap.max" ? "0" : String(bytes));
    return { group, peakBytes: () => Number(readFileSync(join(group, peak), "utf8")) };
  }
  return undefined;
}

/**
 * Runs Node with at most `bytes` of memory. If a cgroup can be created (as root), this includes the page cache;
 * otherwise it is twice as many bytes of private memory (`prlimit --data`). Returns the exit status, the output and the
 * peak memory of the cgroup.
 */
export function runWithin(bytes, args) {
  const made = makeGroup(bytes);
  const options = { encoding: "utf8", maxBuffer: 1 << 26 };
  if (made === undefined) {
    const script = 'exec prlimit "--data=$0" "$@"';
    const run = spawnSync("sh", ["-c", script, String(2 * bytes), process.execPath, ...args], options);
    return { ...run, peakBytes: undefined, limitedBy: "prlimit" };
  }
  try {
    const script = 'echo $$ > "$0/cgroup.procs" && exec "$@"';
    const run = spawnSync("sh", ["-c", script, made.group, process.execPath, ...args], options);
    return { ...run, peakBytes: made.peakBytes(), limitedBy: "cgroup" };
  } finally {
    rmdirSync(made.group);
  }
}

/** Runs Node without a limit. */
export function runFreely(args) {
  return spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 1 << 26 });
}

/** Drops files from the page cache: its pages would be charged to their first reader. */
export function dropFromCache(files) {
  for (const file of files) {
    const { status, stderr } = spawnSync("dd", [`if=${file}`, "iflag=nocache", "count=0"], { encoding: "utf8" });
    if (status !== 0) throw new Error(`cannot drop "${file}" from the page cache: ${stderr}`);
  }
}
