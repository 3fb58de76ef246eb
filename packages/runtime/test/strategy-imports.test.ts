import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { backtestFile } from "../src/index.ts";

let cwd: string;

async function write(name: string, text: string): Promise<void> {
  await mkdir(dirname(join(cwd, name)), { recursive: true });
  await writeFile(join(cwd, name), text);
}

const manifest = (version: string): string => JSON.stringify({ name: "deep", version, main: "index.js" });

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-imports-"));
  const rows = Array.from({ length: 30 }, (_, i) => `2024-01-${String(i + 1).padStart(2, "0")},${100 + (i % 7)}`);
  await write("bars.csv", `date,close\n${rows.join("\n")}\n`);
  await write("package.json", JSON.stringify({ type: "module" }));
  await write("node_modules/deep/index.js", "exports.side = 1;\n");
  await write("node_modules/deep/package.json", manifest("1.0.0"));
  await write(
    "mine/rule.js",
    'import { decided } from "./parts/decided.js";\nexport default { name: "rule", start: () => ({ decide: (_, d) => void d.fill(decided()) }) };\n',
  );
  await write(
    "mine/parts/decided.js",
    'import { side } from "../deeper/side.js";\nexport const decided = () => side;\n',
  );
  await write("mine/deeper/side.js", 'import deep from "deep";\nexport const side = deep.side;\n');
  await write("mine/other.js", "export const unused = 1;\n");
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

async function cached(strategy = "./mine/rule.js"): Promise<boolean> {
  const options = { cwd, env: {}, config: { strategy }, curves: false, onWarning: () => undefined } as const;
  return (await backtestFile("bars.csv", options)).cached;
}

it("a cached result depends on the imports of a strategy's imports, and on the packages that they import", async () => {
  expect(await cached()).toBe(false);
  expect(await cached()).toBe(true);
  await write("mine/other.js", "export const unused = 2;\n");
  expect(await cached()).toBe(true);
  await rename(join(cwd, "mine"), join(cwd, "moved"));
  expect(await cached("./moved/rule.js")).toBe(true);
  await write("moved/deeper/side.js", 'import deep from "deep";\nexport const side = -deep.side;\n');
  expect(await cached("./moved/rule.js")).toBe(false);
  expect(await cached("./moved/rule.js")).toBe(true);
  await write("node_modules/deep/package.json", manifest("1.0.1"));
  expect(await cached("./moved/rule.js")).toBe(false);
}, 300_000);

it("a cached result depends on files that require finds by a folder, and on all conditions of a key of imports", async () => {
  await write("old/package.json", '{ "imports": { "#side": { "import": "./side.mjs", "default": "./side.cjs" } } }');
  await write("old/side.cjs", "exports.side = 1;\n");
  await write("old/side.mjs", "export const side = 1;\n");
  await write("old/index.cjs", "");
  await write("old/index.js", "exports.factor = 1;\n");
  await write("old/lib/package.json", '{ "main": "main-file" }');
  await write("old/lib/main-file.js", "exports.sign = () => require('..').factor;\n");
  await write("old/spaced name.mjs", "export const one = 1;\n");
  await write(
    "old/rule.mjs",
    [
      'import { createRequire } from "node:module";',
      'import { side } from "#side";',
      'import { one } from "./spaced%20name.mjs";',
      "const require = createRequire(import.meta.url);",
      'const { sign } = require("./lib");',
      'export default { name: "old", start: () => ({ decide: (_, d) => void d.fill(sign() * side * one) }) };',
    ].join("\n"),
  );
  const rule = "./old/rule.mjs";
  expect(await cached(rule)).toBe(false);
  expect(await cached(rule)).toBe(true);
  for (const [name, text] of [
    ["old/lib/main-file.js", "exports.sign = () => -require('..').factor;\n"],
    ["old/index.js", "exports.factor = -1;\n"],
    ["old/side.mjs", "export const side = -1;\n"],
    ["old/spaced name.mjs", "export const one = -1;\n"],
  ] as const) {
    await write(name, text);
    expect(await cached(rule), name).toBe(false);
    expect(await cached(rule), name).toBe(true);
  }
}, 300_000);
