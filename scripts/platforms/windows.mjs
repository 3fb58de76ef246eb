import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, statfsSync, symlinkSync } from "node:fs";
import { userInfo } from "node:os";
import { join, relative } from "node:path";
import { fetchNode } from "../fetch-node.mjs";
import { copyCheckout } from "./copy-checkout.mjs";
import { root, runLogged, runVitest } from "./run-vitest.mjs";
import { sumOf } from "./test-results.mjs";

/** Debian's Wine, without its script that asks for the 32-bit part. */
const wine = "/usr/lib/wine/wine64";
const compiler = "x86_64-w64-mingw32-gcc";

const temp = join(root, "temp");
const folder = join(temp, "windows");
const prefix = join(temp, "wine");
/** Drive X: of the prefix is `temp`. What runs from Z:, which is `/`, sees Linux's `/proc`. */
const onDrive = (path) => `X:\\${relative(temp, path).replaceAll("/", "\\")}`;

const env = {
  PATH: process.env.PATH,
  HOME: join(temp, "wine-home"),
  WINEPREFIX: prefix,
  WINEARCH: "win64",
  WINEDEBUG: "-all",
  DISPLAY: "",
  REDIS_TESTS: "0",
};

function runQuietly(command, ...args) {
  const { status } = spawnSync(command, args, { env, stdio: "ignore", timeout: 180_000 });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}`);
}

/** A prefix that reports Windows 10. */
function makePrefix() {
  mkdirSync(env.HOME, { recursive: true });
  if (!existsSync(join(prefix, "system.reg"))) {
    runQuietly(wine, "wineboot", "-i");
    runQuietly(wine, "winecfg", "-v", "win10");
  }
  const drive = join(prefix, "dosdevices", "x:");
  rmSync(drive, { force: true });
  symlinkSync(temp, drive);
  const library = join(prefix, "drive_c", "windows", "system32", "bcryptprimitives.dll");
  const source = join(root, "scripts/platforms/process-prng.c");
  if (!existsSync(library)) runQuietly(compiler, "-shared", "-O1", "-o", library, source, "-ladvapi32");
}

/**
 * Makes an empty folder for temporary files, in memory if there is room: Wine syncs files as the disk does, which takes
 * milliseconds each. Returns its path.
 */
function makeTemporaryFolder() {
  const link = join(prefix, "drive_c", "users", userInfo().username, "Temp");
  try {
    rmSync(readlinkSync(link), { recursive: true, force: true }); // of a run that was killed
  } catch {
    // It is the folder that Wine has made.
  }
  rmSync(link, { recursive: true, force: true });
  const memory = "/dev/shm";
  const { bavail, bsize } = existsSync(memory) ? statfsSync(memory) : { bavail: 0, bsize: 0 };
  const made = mkdtempSync(join(bavail * bsize > 4e9 ? memory : temp, "atc-windows-"));
  symlinkSync(made, link);
  return made;
}

/** Tests of the runtime that meet the system: files, names, threads, mappings. The others are of its arithmetic. */
const ofRuntime = [
  "append-model",
  "backtest",
  "chosen-plugins",
  "configuration",
  "csv-table",
  "damaged-dataset",
  "data-check",
  "dataset-notes",
  "earlier-files",
  "fetch-dataset",
  "file-endings",
  "killed-thread",
  "machine-defaults",
  "package-names",
  "plugin-host",
  "replaced-dataset",
  "spool",
  "stored-evaluations",
  "strategy-imports",
  "table-files",
  "thread-lease",
  "thread-mappings",
  "written-signals",
];

const testFile = (pack, name) => `@atc/${pack}/test/${name}.test.ts`;

/**
 * What runs: parts of the paths of test files. A group is a process, whose files share a thread, since Wine takes long
 * to start either; two groups run at a time, the longest first. Left out are files (`leftOutFiles`) and tests with a
 * part of their name (`leftOutTests`).
 */
const groups = [
  {
    name: "runtime",
    files: ofRuntime.map((name) => testFile("runtime", name)),
    leftOutTests: [
      "leaves no file behind, not even while it is open", // Wine keeps the names of deleted open files
      "are chosen by name, get the options that they declare", // in the main thread, which these tests are not in
      "a cached result depends on files that require finds by a folder", // of ten backtests, with threads of their own
    ],
    minutes: 8,
  },
  {
    name: "conformance",
    files: ["/test/conformance.test.ts"],
    leftOutFiles: ["mmap-store", "cache-fs"].map((pack) => testFile(pack, "conformance")),
    leftOutTests: ["conformance: CSV in ", "conformance: rows without a price "], // of DuckDB: Parquet and JSON stay
    minutes: 8,
  },
  {
    name: "mmap-store",
    files: ["@atc/mmap-store/"],
    // The first two start hundreds of processes, the third replaces modules of the sources, and Wine has no Python.
    leftOutFiles: ["crash", "growth-crash", "refused-removal", "python"].map((name) => testFile("mmap-store", name)),
    leftOutTests: ["may be registered in 100,000 calls per segment"],
    minutes: 8,
  },
  { name: "cache-fs", files: ["@atc/cache-fs/"], minutes: 8 },
  { name: "command", files: ["scripts/platforms/command-road.test.mjs"], minutes: 4 },
];

/** Why Windows cannot be tried on this machine; undefined if it can. */
export function missing() {
  if (!existsSync(wine)) return "Debian's wine64 is not installed";
  return spawnSync(compiler, ["--version"]).status === 0 ? undefined : `${compiler} is not installed`;
}

/** What the lists of a group name, but no file or test has; the run must not pass for one of them. */
function staleNames({ files, leftOutFiles = [], leftOutTests = [] }, { finished, skippedNames }) {
  const paths = [...files, ...leftOutFiles].filter((path) => path.startsWith("@atc/"));
  const staleFiles = paths.filter((path) => !existsSync(join(folder, "node_modules", path)));
  const skipped = [...skippedNames];
  const staleTests = finished ? leftOutTests.filter((part) => !skipped.some((name) => name.includes(part))) : [];
  return [...staleFiles, ...staleTests].map((name) => `nothing is named "${name}" any more`);
}

/** Runs a group, and prints its counts at once: they would be lost if the whole command were ended. */
async function runGroup(node, group, patience) {
  const { name, files, leftOutFiles = [], leftOutTests = [] } = group;
  const minutes = group.minutes * patience;
  const start = performance.now();
  const results = join(folder, `${name}.jsonl`);
  // Vitest's pattern is of the names that run.
  const pattern = leftOutTests.length > 0 ? [`--testNamePattern=^(?!.*(${leftOutTests.join("|")}))`] : [];
  const excluded = leftOutFiles.map((path) => `--exclude=**/${path}`);
  const found = await runVitest(
    [wine, onDrive(node)],
    ["--config", "scripts/platforms/copy.config.mjs", ...excluded, ...pattern, ...files],
    { cwd: folder, env, results, named: onDrive(results), log: join(temp, `windows-${name}.log`), minutes },
  );
  const failures = [...found.failures, ...staleNames(group, found)].map((failure) => `${name}: ${failure}`);
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(
    `windows ${name}: ${found.passed} passed, ${failures.length} failed, ${found.skipped} skipped in ${seconds} s`,
  );
  return { passed: found.passed, failed: failures.length, skipped: found.skipped, failures };
}

/** Runs the groups with Node 22 for Windows under Wine; later versions do not start under Wine 8. */
export async function run({ patience }) {
  const node = fetchNode("22", { platform: "win32", arch: "x64" });
  makePrefix();
  const temporary = makeTemporaryFolder();
  copyCheckout(folder, { os: "win32", cpu: "x64" });
  const waiting = [...groups];
  const results = [];
  const runGroups = async () => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift())
      results.push(await runGroup(node, group, patience));
  };
  try {
    await Promise.all([runGroups(), runGroups()]);
  } finally {
    await runLogged(["/usr/lib/wine/wineserver", "-k"], { env, log: join(temp, "wineserver.log"), minutes: 1 });
    rmSync(temporary, { recursive: true, force: true });
  }
  return sumOf(results);
}
