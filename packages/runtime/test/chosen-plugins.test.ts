import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAtcError } from "@atc/contract";
import { afterAll, describe, expect, it } from "vitest";
import { openRuntime, type RuntimeOptions, runBacktest } from "../src/index.ts";

const moduleOf = (name: string): string =>
  JSON.stringify(new URL(`../../${name}/dist/bundle/index.js`, import.meta.url).href);

const cwd = await mkdtemp(join(tmpdir(), "atc-chosen-"));
afterAll(() => rm(cwd, { recursive: true, force: true }));
const log = join(cwd, "created.log");

// Stores and an executor of one's own, each around one of ours, which write down what they are given.
const plugins = `
import { appendFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import { mmapStore } from ${moduleOf("mmap-store")};
import { cacheFs } from ${moduleOf("cache-fs")};
import { workerExecutor } from ${moduleOf("executor-worker")};
const made = (what, options) =>
  appendFileSync(${JSON.stringify(log)}, JSON.stringify([what, isMainThread, Object.keys(options).sort()]) + "\\n");
export default [
  { kind: "array-store", name: "own", create(options) { made("array-store", options); return mmapStore(options); } },
  { kind: "byte-store", name: "own", create(options) { made("byte-store", options); return cacheFs({ directory: options.directory + "/own" }); } },
  { kind: "byte-store", name: "unset", create() { throw Object.assign(new Error("OWN_URL is not set"), { name: "AtcError", code: "ATC_INVALID_ARGUMENT", details: {} }); } },
  { kind: "executor", name: "own", create(options) { made("executor", options); return workerExecutor(options); } },
];
`;
const manifest = {
  name: "own-plugins",
  version: "1.0.0",
  type: "module",
  main: "index.js",
  atc: {
    plugins: [
      { kind: "array-store", name: "own", options: { directory: "folder of the datasets" } },
      { kind: "byte-store", name: "own", options: { directory: "folder of the cache" } },
      { kind: "byte-store", name: "unset" },
      { kind: "executor", name: "own", options: { modules: "modules of tasks", threads: "number of threads" } },
    ],
  },
};
const folder = join(cwd, "node_modules", "own-plugins");
await mkdir(folder, { recursive: true });
await writeFile(join(folder, "index.js"), plugins);
await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
await writeFile(join(cwd, "package.json"), JSON.stringify({ dependencies: { "own-plugins": "1.0.0" } }));

const times = Array.from({ length: 300 }, (_, day) => 1_600_000_000_000 + day * 86_400_000);
const rows = ["A", "B"].flatMap((symbol, i) =>
  times.map((time, t) => {
    const close = (100 + 20 * Math.sin(t / (7 + i)) + t / 10).toFixed(2);
    return `${symbol},${time},${close},${close},${close},${close},1`;
  }),
);
await writeFile(join(cwd, "bars.csv"), ["symbol,time,open,high,low,close,volume", ...rows, ""].join("\n"));

const chosen = { dataStore: "own", cacheStore: "own", executor: "own" };
function open(config: Readonly<Record<string, unknown>>, more: RuntimeOptions = {}): ReturnType<typeof openRuntime> {
  return openRuntime({ cwd, env: {}, config: { batchSize: 1, ...config }, threads: 2, ...more });
}

// The plugins import the built packages, which import each other's sources under Vitest's condition for sources.
const isBuilt = !createRequire(import.meta.url)
  .resolve("@atc/contract")
  .endsWith(".ts");

describe("stores and an executor of one's own", () => {
  it.runIf(isBuilt)("are chosen by name, get the options that they declare, and give the same results", async () => {
    await using ours = await open({ dataDir: "data", cacheDir: "cache", executor: "inline" });
    const expected = (await runBacktest(ours, "bars.csv")).report;

    await using runtime = await open({ ...chosen, dataDir: "own-data", cacheDir: "own-cache" });
    const first = await runBacktest(runtime, "bars.csv");
    expect([first.report.portfolio, first.report.symbols]).toEqual([expected.portfolio, expected.symbols]);
    expect(first.cachedSymbols).toBe(0);
    expect((await runBacktest(runtime, "bars.csv")).cachedSymbols).toBe(2);
    expect((await readdir(join(cwd, "own-data"))).some((name) => name.startsWith("bars-"))).toBe(true);
    expect((await readdir(join(cwd, "own-cache"))).sort()).toEqual(["own"]);

    const created = (await readFile(log, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    expect(created).toContainEqual(["array-store", true, ["directory"]]);
    expect(created).toContainEqual(["array-store", false, ["directory"]]);
    expect(created).toContainEqual(["byte-store", true, ["directory"]]);
    expect(created).toContainEqual(["executor", true, ["modules", "threads"]]);
  });

  it.runIf(isBuilt)("warn of a bound of the cache that the byte store does not have", async () => {
    const warnings: string[] = [];
    const config = { cacheStore: "own", cacheDir: "bounded", cacheMaxEntries: 5, cacheMaxAgeSeconds: 60 };
    await using runtime = await open(config, { onWarning: (message) => warnings.push(message) });
    await runtime.cache();
    expect(warnings).toEqual([
      'cacheMaxEntries has no effect: the byte store "own" has no option maxEntries',
      'cacheMaxAgeSeconds has no effect: the byte store "own" has no option maxAgeMs',
    ]);
  });

  it.runIf(isBuilt)("end the run with the error of a byte store that lacks a setting", async () => {
    await using runtime = await open({ cacheStore: "unset", dataDir: "unset-data", executor: "inline" });
    await expect(runBacktest(runtime, "bars.csv")).rejects.toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
      message: expect.stringContaining("OWN_URL is not set"),
    });
  });

  it("run without a cache if the folder of the store `fs` is a file", async () => {
    const warnings: string[] = [];
    const config = { cacheDir: "bars.csv", dataDir: "file-data", executor: "inline" };
    await using runtime = await open(config, { onWarning: (message) => warnings.push(message) });
    expect((await runBacktest(runtime, "bars.csv")).cachedSymbols).toBe(0);
    expect(warnings.filter((message) => message.includes("results are not cached"))).toHaveLength(1);
  });

  it.each([
    ["dataStore", "array-store", "owm", "own"],
    ["cacheStore", "byte-store", "redis", undefined],
    ["executor", "executor", "wroker", "worker"],
  ])(
    "%s: a name that no installed %s has is ATC_MISSING_PLUGIN before anything is read",
    async (key, kind, name, nearest) => {
      const error: unknown = await open({ [key]: name }).catch((reason: unknown) => reason);
      expect(isAtcError(error, "ATC_MISSING_PLUGIN")).toBe(true);
      if (!isAtcError(error, "ATC_MISSING_PLUGIN")) return;
      expect([error.details.kind, error.details.name, error.details.nearest]).toEqual([kind, name, nearest]);
      expect(error.details.installed).toContain("own");
      expect(error.message).toContain(`the ${kind} "${name}"`);
    },
  );

  it("are not looked for in the project's packages if the defaults are chosen", async () => {
    const broken = await mkdtemp(join(tmpdir(), "atc-chosen-"));
    try {
      await writeFile(join(broken, "package.json"), JSON.stringify({ dependencies: { "@atc/filter-numeric": "1" } }));
      await using runtime = await openRuntime({ cwd: broken, env: {} });
      expect(await runtime.store.list()).toEqual([]);
    } finally {
      await rm(broken, { recursive: true, force: true });
    }
  });

  it("a missing executor is reported before a store is created", async () => {
    const created = async (): Promise<string> => await readFile(log, "utf8").catch(() => "");
    const before = await created();
    const error: unknown = await open({ ...chosen, executor: "wroker" }).catch((reason: unknown) => reason);
    expect(isAtcError(error, "ATC_MISSING_PLUGIN")).toBe(true);
    expect(await created()).toBe(before);
  });
});
