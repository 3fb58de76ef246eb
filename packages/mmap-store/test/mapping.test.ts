import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { PluginManifest } from "@atc/contract";
import { describe, expect, it } from "vitest";
import plugins, { mappingBackend, mmapStore, unmapDisposed } from "../src/index.ts";
import { publishBars } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

const newDirectory = temporaryDirectories();
const isMapping = mappingBackend().available && process.platform === "linux";

/** Runs mapping-process.mjs, which reports the state of a mapping. */
function mappingProcess(directory: string): Record<string, unknown> {
  const script = fileURLToPath(new URL("mapping-process.mjs", import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--expose-gc", script, directory], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe.runIf(isMapping)("a mapping", () => {
  it("exposes the bytes of the file, and blocks share them", async () => {
    const directory = newDirectory();
    await publishBars(mmapStore({ directory }), "d", { A: 100, B: 50 });
    const dataset = await mmapStore({ directory, backend: "mmap" }).open("d");
    const buffers = new Set<unknown>();
    for (const symbol of dataset.symbols())
      for (const block of dataset.series(symbol).blocks({ columns: ["close"], blockLength: 7 })) {
        const values = block.values("close");
        if (values instanceof Float64Array) buffers.add(values.buffer);
      }
    const window = dataset.series("A").window("close", 3, 5);
    if (window instanceof Float64Array) buffers.add(window.buffer);
    expect(buffers.size).toBe(1);
    dataset[Symbol.dispose]();
  });

  it("is unmapped once its dataset is disposed or collected and no view is left", async () => {
    const directory = newDirectory();
    await publishBars(mmapStore({ directory }), "d", { A: 10_000 });
    const canDetach = "transfer" in ArrayBuffer.prototype;
    expect(mappingProcess(directory)).toEqual({
      whileOpen: 1,
      // Node 20 cannot detach a view, so it stays readable until it is collected.
      viewAfterDispose: canDetach ? 0 : 10_000,
      valueAfterDispose: canDetach ? null : 9999 / 8,
      mapsWithView: canDetach ? 0 : 1,
      mapsWithoutView: 0,
      mapsOfForgotten: 0,
    });
  });

  it("is unmapped on demand once its dataset is disposed, also on Node 20", async () => {
    const directory = newDirectory();
    await publishBars(mmapStore({ directory }), "d", { A: 10_000 });
    const store = mmapStore({ directory, backend: "mmap" });
    const countMaps = (): number => readFileSync("/proc/self/maps", "utf8").split(directory).length - 1;
    using open = await store.open("d");
    const closed = await store.open("d");
    const views = [open, closed].map((dataset) => dataset.series("A").window("close", 0, 10));
    expect(countMaps()).toBe(2);
    closed[Symbol.dispose]();
    unmapDisposed();
    expect(countMaps()).toBe(1);
    expect(views[0]?.length).toBe(10);
    unmapDisposed();
    expect(countMaps()).toBe(1);
  });
});

/** Runs code that imports the built package, and returns what it prints as JSON. */
function answerOf(code: string, directory: string): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code, directory], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

describe("a process that cannot map files", () => {
  const code = `
    import { mappingBackend, mmapStore } from "@atc/mmap-store";
    const directory = process.argv.at(-1);
    Object.defineProperty(process, "arch", { value: "pdp11" });
    const codeOf = (action) => { try { action(); } catch (error) { return error.code; } };
    const insisted = codeOf(() => mmapStore({ directory, backend: "mmap" }));
    const dataset = await mmapStore({ directory }).open("d");
    const values = [...dataset.series("A").window("close", 0, 3)];
    const { available, isDefault, reason } = mappingBackend();
    console.log(JSON.stringify({ insisted, values, available, isDefault, hasRemedy: /pnpm add|backend "read"/.test(reason) }));`;

  it("without the package, they are read unless mapping was insisted on", async () => {
    const directory = newDirectory();
    await publishBars(mmapStore({ directory }), "d", { A: 10 });
    expect(answerOf(code, directory)).toEqual({
      insisted: "ATC_MISSING_PLUGIN",
      values: [0, 1 / 8, 2 / 8],
      available: false,
      isDefault: false,
      hasRemedy: true,
    });
  });
});

describe("the package", () => {
  it("names the plugins of its default export in package.json", () => {
    const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
      atc: PluginManifest;
    };
    expect(plugins.map(({ kind, name }) => ({ kind, name }))).toEqual(
      manifest.atc.plugins.map(({ kind, name }) => ({ kind, name })),
    );
  });

  it("gives the reason if it cannot map", () => {
    const { available, isDefault, reason } = mappingBackend();
    expect(isDefault ? available : reason !== undefined).toBe(true);
  });
});
