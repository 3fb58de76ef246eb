import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fetchFromNpm } from "../fetch-from-npm.mjs";
import { fetchNode } from "../fetch-node.mjs";
import { root, runVitest } from "./run-vitest.mjs";

const conformance = readdirSync(join(root, "packages")).map((name) => `packages/${name}/test/conformance.test.ts`);

/** Runs the conformance suites in this checkout with another program. */
function runConformance(name, command, { patience }) {
  return runVitest(command, ["--mode", "built", ...conformance], {
    env: { ...process.env, REDIS_TESTS: "0" },
    results: join(root, "temp", `${name}.jsonl`),
    log: join(root, "temp", `${name}.log`),
    minutes: 15 * patience,
  });
}

const isHere =
  process.platform === "linux" && process.arch === "x64" && process.report.getReport().header.glibcVersionRuntime;
const missing = () => (isHere ? undefined : "it is tried on Linux x64 with glibc only");

export const bun = {
  missing,
  run(options) {
    const file = fetchFromNpm("@oven/bun-linux-x64@1", { folder: "bun", file: "bin/bun" });
    return runConformance("bun", [file, "--bun"], options);
  },
};

export const deno = {
  missing,
  run(options) {
    const file = fetchFromNpm("@deno/linux-x64-glibc@2", { folder: "deno", file: "deno" });
    return runConformance("deno", [file, "run", "--allow-all", "--no-lock", "--node-modules-dir=manual"], options);
  },
};

const node = (version) => ({
  missing: () => undefined,
  run: (options) => runConformance(`node${version}`, [fetchNode(version)], options),
});

export const node22 = node("22");
export const node24 = node("24");
/** The newest Node that is tried. */
export const node26 = node("26");
