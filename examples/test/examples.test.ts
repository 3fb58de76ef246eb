import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { pythonFor } from "./block-runner.ts";
import { node, run } from "./child-process.ts";
import { bin, packageFolders, packageJson, root } from "./repository.ts";

/** The JavaScript of an example. */
function sources(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".js") && !entry.parentPath.includes("node_modules"))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

const folders = packageFolders("examples");

it("there is an example for each use", () => {
  const uses = [
    "backtest",
    "backtest-kit",
    "cache",
    "codec",
    "config",
    "custom-codec",
    "live",
    "mapped-store",
    "own-strategy",
    "sweep",
  ];
  expect(folders.map((folder) => basename(folder))).toEqual(expect.arrayContaining(uses));
});

describe.each(folders.map((folder) => [basename(folder), folder] as const))("examples/%s", (_, folder) => {
  const { name, scripts = {}, dependencies = {}, devDependencies = {} } = packageJson(folder);

  it("runs, prints figures and leaves nothing behind", async () => {
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await run(node, ["start.js"], folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/\d/);
    expect(readdirSync(folder)).toEqual(before);
  });

  if ("test" in scripts)
    it("passes its own tests", async () => {
      const [command, ...args] = (scripts["test"] ?? "").split(" ");
      expect(command).toBe("node");
      const { code, stdout } = await run(node, args, folder);
      expect(code, stdout).toBe(0);
      expect(stdout).toMatch(/^(# |ℹ )pass [1-9]/m);
    });

  it("imports only what its package.json names", () => {
    const known = [name, ...Object.keys({ ...dependencies, ...devDependencies })];
    const imported = sources(folder).flatMap((text) => [
      ...text.matchAll(/^(?:import|export) .*from "([^".][^"]*)";$/gm),
    ]);
    const specifiers = imported.map(([, specifier = ""]) => specifier).filter((one) => !one.startsWith("node:"));
    // A package can have several entries.
    const foreign = specifiers.map((one) => /^(?:@[^/]+\/)?[^/]+/.exec(one)?.[0]);
    expect(known).toEqual(expect.arrayContaining(foreign));
  });
});

const reader = readFileSync(join(root, "examples/codec/read.py"), "utf8");
const python = pythonFor(reader);
const title = `Python reads the frames of examples/codec${python === undefined ? " (needs a Python with numpy and blosc)" : ""}`;
it.skipIf(python === undefined)(title, async () => {
  const { stdout } = await run(node, ["start.js"], join(root, "examples/codec"), { PYTHON: python ?? "" });
  const read = [...stdout.matchAll(/^Python reads equity\.(\w+)\.blosc: 500000 numbers, the last 10100\.43,/gm)];
  expect(read.map(([, algorithm]) => algorithm)).toEqual(["lz4", "lz4hc", "zlib", "zstd"]);
});

it("atc.yaml can name a custom codec", async () => {
  const folder = mkdtempSync(join(tmpdir(), "atc-own-codec-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const args = [bin, "backtest", "../bars.csv", "--cache-dir", join(folder, "atc"), "--data-dir", join(folder, "mmap")];
  const first = await run(node, args, join(root, "examples/custom-codec"));
  expect(first).toMatchObject({ code: 0, stderr: expect.stringMatching(/^computed in /m) });
  const files = readdirSync(join(folder, "atc"), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.includes(".npz"),
  );
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((name) => !name.endsWith(".npz.br"))).toEqual([]);
  const second = await run(node, args, join(root, "examples/custom-codec"));
  expect(second).toMatchObject({ code: 0, stderr: expect.stringMatching(/^results from the cache in /m) });
});
