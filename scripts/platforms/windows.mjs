import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
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
 * What runs. A group is a process of its own, which starts a thread for its files, since Wine takes long to start either,
 * and two groups run at a time. One that does not end within its minutes counts as failed by its name.
 */
const groups = [
  { name: "conformance", files: ["/test/conformance.test.ts"], minutes: 8 },
  { name: "mmap-store", files: ["@atc/mmap-store/"], minutes: 8 },
  { name: "runtime", files: ["@atc/runtime/"], minutes: 8 },
  { name: "cache-fs", files: ["@atc/cache-fs/"], minutes: 5 },
  { name: "command", files: ["command-road"], minutes: 5 },
];

/** Why Windows cannot be tried on this machine; undefined if it can. */
export function missing() {
  if (!existsSync(wine)) return "Debian's wine64 is not installed";
  return spawnSync(compiler, ["--version"]).status === 0 ? undefined : `${compiler} is not installed`;
}

/** Runs a group, and tells its counts, which would be lost if the whole command were ended. */
async function runGroup(node, { name, files, leftOut = [], tooLarge = [], minutes }) {
  const start = performance.now();
  const results = join(folder, `${name}.jsonl`);
  const exclude = leftOut.map((file) => `--exclude=**/${file}.test.ts`);
  // Vitest's pattern names what runs.
  const named = tooLarge.length > 0 ? [`--testNamePattern=^(?!.*(${tooLarge.join("|")}))`] : [];
  const options = {
    cwd: folder,
    env,
    results,
    named: onDrive(results),
    log: join(temp, `windows-${name}.log`),
    minutes,
  };
  const vitest = ["--config", "scripts/platforms/copy.config.mjs", ...exclude, ...named, ...files];
  const found = await runVitest([wine, onDrive(node)], vitest, options);
  const stale = tooLarge.filter((part) => ![...found.skippedNames].some((test) => test.includes(part)));
  const failures = [...found.failures, ...stale.map((part) => `no test that is left out is named "${part}"`)];
  const counts = { passed: found.passed, failed: failures.length, skipped: found.skipped };
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(`windows ${name}: ${Object.entries(counts).flat().join(" ")} in ${seconds} s`);
  return { ...counts, failures: failures.map((failure) => `${name}: ${failure}`) };
}

/** Runs the groups with Node 22 for Windows under Wine, two at a time; later versions do not start under Wine 8. */
export async function run() {
  const node = fetchNode("22", { platform: "win32", arch: "x64" });
  makePrefix();
  copyCheckout(folder, { os: "win32", cpu: "x64" });
  const waiting = [...groups];
  const results = [];
  const lane = async () => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift())
      results.push(await runGroup(node, group));
  };
  try {
    await Promise.all([lane(), lane()]);
  } finally {
    await runLogged(["/usr/lib/wine/wineserver", "-k"], { env, log: join(temp, "wineserver.log"), minutes: 1 });
    rmSync(temporaryFiles, { recursive: true, force: true });
  }
  return sumOf(results);
}
