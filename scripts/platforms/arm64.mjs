import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fetchNode } from "../fetch-node.mjs";
import { compareBits } from "./compare-bits.mjs";
import { copyCheckout } from "./copy-checkout.mjs";
import { root, runLogged } from "./run-vitest.mjs";

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

/** Compares bits with those of x64, and runs the conformance suites, with Node 22 for ARM64 under qemu. */
export async function run() {
  const node = fetchNode("22", { platform: "linux", arch: "arm64" });
  copyCheckout(folder, { os: "linux", cpu: "arm64", libc: "glibc" });
  const command = [emulator, "-L", libraries, node];
  const bits = compareBits([fetchNode("22")], command, folder);
  const log = join(root, "temp", "arm64.log");
  const options = { cwd: folder, env: process.env, log, minutes: 20 };
  const code = await runLogged([...command, "scripts/platforms/conformance.mjs"], options);
  if (code !== 0)
    return { ...bits, failed: bits.failed + 1, failures: [...bits.failures, `conformance ended with ${code}`] };
  const { passed, failures } = JSON.parse(readFileSync(log, "utf8").trimEnd().split("\n").at(-1));
  return {
    passed: bits.passed + passed,
    failed: bits.failed + failures.length,
    skipped: 0,
    failures: [...bits.failures, ...failures],
  };
}
