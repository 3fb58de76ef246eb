import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { PluginManifest } from "@atc/contract";
import { describe, expect, it } from "vitest";
import plugins, { inlineExecutor, workerExecutor } from "../src/index.ts";
import { workerArguments, workerEntry } from "../src/worker/worker-entry.ts";

const modules = {};

describe("options", () => {
  it("out of their ranges are refused", () => {
    for (const threads of [0, -1, 1.5, 1025, Number.NaN, "2" as unknown as number])
      expect(() => workerExecutor({ modules, threads })).toThrow(
        expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }),
      );
    for (const graceMs of [-1, 0.5, 2 ** 31, Number.POSITIVE_INFINITY])
      expect(() => workerExecutor({ modules, graceMs })).toThrow(
        expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }),
      );
    for (const closeMs of [0, -1, 0.5, 2 ** 31])
      expect(() => workerExecutor({ modules, closeMs })).toThrow(
        expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }),
      );
    for (const maxHeapMiB of [0, 15, 1.5])
      expect(() => workerExecutor({ modules, maxHeapMiB })).toThrow(
        expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }),
      );
    for (const maxYoungHeapMiB of [0, -1, 1.5])
      expect(() => workerExecutor({ modules, maxYoungHeapMiB })).toThrow(
        expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }),
      );
  });

  it("with modules that are not URLs are refused by both executors", () => {
    for (const url of ["tasks.js", "/tasks.js", "https://example.invalid/tasks.js", "", 1 as unknown as string])
      for (const create of [workerExecutor, inlineExecutor])
        expect(() => create({ modules: { a: url } })).toThrow(
          expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }),
        );
  });

  it("set how many tasks run at once", async () => {
    for (const threads of [1, 5]) {
      await using executor = workerExecutor({ modules, threads });
      expect(executor.concurrency).toBe(threads);
    }
    await using inline = inlineExecutor({ modules });
    expect(inline.concurrency).toBe(1);
    await using chosen = workerExecutor({ modules });
    expect(chosen.concurrency).toBeGreaterThanOrEqual(1);
  });
});

describe("the entry of threads", () => {
  // Node 20 ends the process if a thread is ended while it requires an ES module: in one of 100 disposals.
  it("loads without requiring an ES module", () => {
    const code = `require(${JSON.stringify(workerEntry())}).run.then((run) => console.log(typeof run))`;
    const arguments_ = ["--no-experimental-require-module", "--input-type=commonjs", "--eval", code];
    const { stdout, stderr } = spawnSync(process.execPath, arguments_, { encoding: "utf8" });
    expect({ stdout, stderr }).toEqual({ stdout: "function\n", stderr: "" });
  });
});

describe("the plugins", () => {
  it("are those of package.json", () => {
    const { atc }: { atc: PluginManifest } = JSON.parse(
      readFileSync(new URL("../package.json", import.meta.url), "utf8"),
    );
    expect(atc.plugins.map(({ kind, name }) => ({ kind, name }))).toEqual(
      plugins.map(({ kind, name }) => ({ kind, name })),
    );
  });
});

describe("workers", () => {
  it("inherit the options of this process except the source condition", () => {
    const kept = ["--conditions", "development", "--max-old-space-size=99"];
    for (const dropped of [["--conditions=@atc/source"], ["--conditions", "@atc/source"], ["-C", "@atc/source"]])
      expect(workerArguments([...kept, ...dropped, "--no-warnings"])).toEqual([...kept, "--no-warnings"]);
    expect(workerArguments([])).toEqual([]);
  });
});
