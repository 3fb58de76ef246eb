// Runs scenarios, each in its own process, and prints their figures: `node src/start.js [scenario...] [--json]`.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

const folder = new URL("scenarios/", import.meta.url);
const all = readdirSync(folder)
  .map((file) => file.replace(/\.js$/, ""))
  .sort();
const args = process.argv.slice(2).filter((arg) => arg !== "--");
const json = args.includes("--json");
const wanted = args.filter((arg) => !arg.startsWith("--"));
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`unknown scenario "${unknown.join('", "')}"; choose from: ${all.join(", ")}`);
  process.exit(2);
}
const results = {};
let failed = false;
for (const name of wanted.length > 0 ? wanted : all) {
  if (!json) console.log(`\n${name}`);
  const { status, stdout } = spawnSync(
    process.execPath,
    ["--expose-gc", fileURLToPath(new URL(`${name}.js`, folder))],
    {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
      maxBuffer: 1 << 26,
    },
  );
  if (status !== 0) {
    failed = true;
    console.error(`${name} failed with exit code ${status}`);
    // A scenario that misses a bound still reports its figures.
    if (!stdout.startsWith("{")) continue;
  }
  results[name] = JSON.parse(stdout);
  if (!json) console.table(results[name]);
}
const machine = {
  node: process.version,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
};
if (json) console.log(JSON.stringify({ machine, results }, undefined, 2));
else console.log(`\n${JSON.stringify(machine)}`);
process.exitCode = failed ? 1 : 0;
