// Writes what is derived from the packages into the files that repeat it. `--check` names the files that are not
// fresh and ends with 1.
// Needs a build: the rows of the configuration come from @atc/config.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { configurationRows, simulationRows } from "./tables/configuration.mjs";
import { architectureTable, packageNames, packageReferences, readmeTable, rootReferences } from "./tables/packages.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const isCheck = process.argv.includes("--check");

/** Each derived file: its path and a function from its text, as it is, to its text as it should be. */
const derived = [
  ["docs/configuration.md", configurationRows],
  ["docs/simulation.md", simulationRows],
  ["README.md", readmeTable],
  ["ARCHITECTURE.md", architectureTable],
  ["tsconfig.json", rootReferences],
  ["tsconfig.test.json", rootReferences],
  ...packageNames.map((name) => [`packages/${name}/tsconfig.json`, packageReferences(name)]),
];

const stale = [];
for (const [path, make] of derived) {
  const text = readFileSync(join(root, path), "utf8");
  const fresh = await make(text);
  if (fresh === text) continue;
  stale.push(path);
  if (!isCheck) writeFileSync(join(root, path), fresh);
}
if (isCheck && stale.length > 0) {
  console.error(`not fresh: ${stale.join(", ")}; run: pnpm tables`);
  process.exitCode = 1;
} else if (stale.length > 0) console.log(`wrote ${stale.join(", ")}`);
