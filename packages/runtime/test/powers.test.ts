import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

// `**` and Math.pow have other last bits from Node 24 on, so nothing that curves, trades and samples depend on may use them.
// Powers of two with a whole exponent, and those of BigInt, are exact everywhere.

const packages = fileURLToPath(new URL("../../", import.meta.url));
const exactPower = /(?<![\w.])(?:\d+n \*\* |2 \*\* -?\d+(?![\w.]))/g;
const power = /\*\*|\bMath\.pow\b/;

/** Folders whose code decides, simulates or joins curves, or chooses configurations. Metrics and statistics are not among them. */
const folders = [
  "signals/src",
  "signals/assembly",
  "backtest/assembly",
  "resample/src",
  "sweep/src/sample",
  "sweep/src/space",
  ...["account", "base", "decisions", "portfolio", "prices", "results", "run", "simulation", "strategy"].map(
    (name) => `backtest/src/${name}`,
  ),
  ...["backtest", "compute", "evaluate", "decisions", "signals", "spool", "strategy"].map(
    (name) => `runtime/src/${name}`,
  ),
];

/** Metrics that are computed beside accounts. */
const metrics: readonly string[] = [
  "backtest/src/simulation/fast/many-results.ts: const cagr = growth <= 0 ? -1 : years === 0 ? Number.NaN : growth ** (1 / years) - 1;",
];

/** The lines of code with a power that may differ. */
function powersIn(code: string): readonly string[] {
  const plain = code
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/(^|\s)\/\/.*$/gm, "")
    .replaceAll(exactPower, "");
  return plain
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => power.test(line));
}

it("finds powers, but not exact ones or those of comments", () => {
  expect(powersIn("/** a ** b */\nconst a = 2 ** 31; // x ** 2\nb = x ** 0.5;\nc **= 2;\nd = Math.pow(x, 2);")).toEqual(
    ["b = x ** 0.5;", "c **= 2;", "d = Math.pow(x, 2);"],
  );
  expect(powersIn("a = 2 ** -53 + 2 ** n + 2 ** 0.5 + 12 ** 3;")).toHaveLength(1);
});

it("nothing that curves, trades and samples depend on uses a power that differs between versions of Node", async () => {
  const found: string[] = [];
  let files = 0;
  for (const folder of folders) {
    const names = (await readdir(join(packages, folder), { recursive: true })).filter((name) => name.endsWith(".ts"));
    expect(names.length, folder).toBeGreaterThan(0);
    for (const name of names) {
      files++;
      const lines = powersIn(await readFile(join(packages, folder, name), "utf8"));
      found.push(...lines.map((line) => `${folder}/${name.split(sep).join("/")}: ${line}`));
    }
  }
  expect(files).toBeGreaterThan(200);
  expect(found).toEqual(metrics);
});
