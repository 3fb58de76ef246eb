import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fetchNode } from "../fetch-node.mjs";
import { compareBits } from "./compare-bits.mjs";
import { copyCheckout } from "./copy-checkout.mjs";
import { root, runLogged } from "./run-vitest.mjs";
import { sumOf } from "./test-results.mjs";

const emulator = "qemu-aarch64-static";
/** The folder of the C library of ARM64 in Debian's cross packages. */
const libraries = "/usr/aarch64-linux-gnu";
const folder = join(root, "temp", "arm64");

/** Why ARM64 cannot be tried on this machine; undefined if it can. */
export function missing() {
  if (spawnSync(emulator, ["--version"]).status !== 0) return `${emulator} is not installed`;
  const lacking = ["libc.so.6", "libstdc++.so.6", "libatomic.so.1"].find(
    (file) => !existsSync(join(libraries, "lib", file)),
  );
  return lacking === undefined ? undefined : `${lacking} for ARM64 is not installed`;
}

/** Runs suites of conformance.mjs. What ends without counts is a failure. */
async function runSuites(suites, command, patience) {
  const log = join(root, "temp", `arm64-${suites}.log`);
  const options = { cwd: folder, env: process.env, log, minutes: 20 * patience };
  const code = await runLogged([...command, "scripts/platforms/conformance.mjs", suites], options);
  if (code !== 0)
    return {
      passed: 0,
      failed: 1,
      skipped: 0,
      failures: [`conformance of ${suites} ended with ${code ?? "its limit"}`],
    };
  const { passed, failures } = JSON.parse(readFileSync(log, "utf8").trimEnd().split("\n").at(-1));
  return { passed, failed: failures.length, skipped: 0, failures };
}

/**
 * Compares bits with those of x64, and runs the conformance suites, with Node 22 for ARM64 under qemu: two processes at
 * a time, each with about half of the work.
 */
export async function run({ patience }) {
  const node = fetchNode("22", { platform: "linux", arch: "arm64" });
  const here = fetchNode("22");
  copyCheckout(folder, { os: "linux", cpu: "arm64", libc: "glibc" });
  const command = [emulator, "-L", libraries, node];
  const halves = await Promise.all([
    Promise.all([runSuites("executors", command, patience)]),
    (async () => [
      await runSuites("stores", command, patience),
      await runSuites("codecs", command, patience),
      await compareBits([here], command, folder),
    ])(),
  ]);
  return sumOf(halves.flat());
}
