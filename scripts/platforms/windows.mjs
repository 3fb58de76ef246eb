import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { fetchNode } from "../fetch-node.mjs";
import { copyCheckout } from "./copy-checkout.mjs";
import { root, runLogged, runVitest } from "./run-vitest.mjs";

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

/** Parts of the paths of the tests that run. */
const files = ["conformance.test.ts", "@atc/cache-fs/", "@atc/mmap-store/", "command-road"];

/** The first two start hundreds of processes, the third replaces modules of the sources, and Wine has no Python. */
const leftOut = ["crash", "growth-crash", "refused-removal", "python"].map(
  (name) => `--exclude=**/mmap-store/test/${name}.test.ts`,
);

/** Why Windows cannot be tried on this machine; undefined if it can. */
export function missing() {
  if (!existsSync(wine)) return "Debian's wine64 is not installed";
  return spawnSync(compiler, ["--version"]).status === 0 ? undefined : `${compiler} is not installed`;
}

/** Runs tests with Node 22 for Windows under Wine; later versions do not start under Wine 8. */
export function run() {
  const node = fetchNode("22", { platform: "win32", arch: "x64" });
  makePrefix();
  copyCheckout(folder, { os: "win32", cpu: "x64" });
  const report = join(folder, "tests.json");
  const options = { cwd: folder, env, log: join(temp, "windows.log"), minutes: 20 };
  const command = [wine, onDrive(node)];
  try {
    const vitest = ["--config", "scripts/platforms/copy.config.mjs", "--maxWorkers=2", ...leftOut, ...files];
    return runVitest(command, vitest, { ...options, report, named: onDrive(report) });
  } finally {
    runLogged(["/usr/lib/wine/wineserver", "-k"], { env, log: join(temp, "wineserver.log"), minutes: 1 });
  }
}
