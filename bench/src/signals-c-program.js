import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("signals-c/signals.c", import.meta.url));

/** Flags of the two builds of the C program. */
const builds = {
  "C -O3 -march=native -ffast-math": ["-O3", "-march=native", "-ffast-math"],
  "C -O3 -march=native": ["-O3", "-march=native"],
};

/**
 * Compiles the program once for each of `builds` into `folder`. If there is no gcc, prints a message and returns
 * undefined.
 */
export function compileSignals(folder) {
  if (spawnSync("gcc", ["--version"]).status !== 0) {
    console.error("gcc is not installed: the C program is skipped");
    return undefined;
  }
  const programs = {};
  for (const [name, flags] of Object.entries(builds)) {
    const program = join(folder, `signals-${Object.keys(programs).length}`);
    const { status } = spawnSync("gcc", [...flags, "-o", program, source, "-lm"], { stdio: "inherit" });
    if (status !== 0) throw new Error(`gcc ${flags.join(" ")} failed with exit code ${status}`);
    programs[name] = program;
  }
  return programs;
}
