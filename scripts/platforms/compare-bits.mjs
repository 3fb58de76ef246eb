import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { root } from "./run-vitest.mjs";

const kernels = ["wasm", "reference"];

const start = promisify(execFile);

/** The lines of a program, as a map from what they name to a hash. */
async function linesOf([command, ...args], program, { cwd, kernel }) {
  const { stdout } = await start(command, [...args, program], { cwd, env: { ...process.env, ATC_KERNEL: kernel } });
  const lines = stdout.trimEnd().split("\n");
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf("\t")), line.slice(line.lastIndexOf("\t") + 1)]));
}

/**
 * Compares what bits.mjs prints here and in the copy of this checkout in `folder`, with both kernels. Resolves to the
 * counts of equal and other hashes.
 *
 * @param here - the command of Node on this machine
 * @param there - the command of the same version of Node on the other platform
 */
export async function compareBits(here, there, folder) {
  const failures = [];
  let passed = 0;
  for (const kernel of kernels) {
    const expected = await linesOf(here, "scripts/platforms/bits.mjs", { cwd: root, kernel });
    const found = await linesOf(there, "scripts/platforms/bits.mjs", { cwd: folder, kernel });
    for (const [name, hash] of expected)
      if (found.get(name) === hash) passed++;
      else failures.push(`${kernel}: ${name.replace("\t", ": ")}: ${found.get(name)}, here ${hash}`);
  }
  return { passed, failed: failures.length, skipped: 0, failures };
}
