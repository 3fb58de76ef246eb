import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AtcConfig } from "../src/index.ts";
import { configDefaults, configKeys, describeOrigin, loadConfig, parseConfig } from "../src/index.ts";
import { errorOf, faultsOf, folderWith, load } from "./folder.ts";

describe("layers", () => {
  it("gives every default if nothing is set", async () => {
    const cwd = await folderWith({});
    const { config, origins, warnings, file, directory } = await load({ cwd, file: false });
    expect(config).toEqual({
      ...configDefaults,
      cacheDir: join(cwd, ".cache/atc"),
      dataDir: join(cwd, ".cache/mmap"),
      runsDir: join(cwd, ".atc/runs"),
    });
    expect(new Set(Object.keys(origins))).toEqual(new Set(Object.keys(config)));
    expect(new Set(Object.values(origins).map(describeOrigin))).toEqual(new Set(["default"]));
    expect({ warnings, file, directory }).toEqual({ warnings: [], file: undefined, directory: cwd });
  });

  it("rise from the object over the file and the environment to the flags", async () => {
    const cwd = await folderWith({ "atc.yaml": "# ours\nhmaLength: 10\nwmaLength: 11\ndemaLength: 12\n" });
    const object = { emaLength: 20, hmaLength: 20, wmaLength: 20, demaLength: 20 };
    const env = { ATC_HMA_LENGTH: "30", ATC_WMA_LENGTH: "30", PATH: "x" };
    const { config, origins, file } = await load({ cwd, object, env, flags: { hmaLength: 40 } });
    expect(config).toMatchObject({ emaLength: 20, hmaLength: 40, wmaLength: 30, demaLength: 12, lsmaLength: 28 });
    expect(origins).toMatchObject({
      emaLength: { kind: "object", spelling: "emaLength" },
      hmaLength: { kind: "flag", spelling: "--hma-length" },
      wmaLength: { kind: "environment", spelling: "ATC_WMA_LENGTH" },
      demaLength: { kind: "file", spelling: "demaLength", file, line: 4 },
      lsmaLength: { kind: "default" },
    });
    expect(file).toBe(join(cwd, "atc.yaml"));
    expect(describeOrigin(origins.demaLength)).toBe(`${file}:4`);
    expect(describeOrigin(origins.wmaLength)).toBe("ATC_WMA_LENGTH");
  });

  it("use the process's environment by default", async () => {
    process.env["ATC_FEE_BPS"] = "7";
    try {
      expect((await loadConfig({ file: false })).config.feeBps).toBe(7);
    } finally {
      delete process.env["ATC_FEE_BPS"];
    }
  });

  it("leave a key to the layer below if its value is null", async () => {
    const cwd = await folderWith({ "atc.yaml": "feeBps: null\nslippageBps: ~\nlimit:\ntimeframe: 1h\n" });
    const { config } = await load({ cwd, object: { feeBps: 3 }, flags: { timeframe: undefined, side: null } });
    expect(config).toMatchObject({ feeBps: 3, slippageBps: 0, limit: undefined, timeframe: "1h", side: "both" });
  });

  it("remove limit and timeframe if a higher one says none", async () => {
    const object = { limit: 100, timeframe: "15m", growthCap: 5 };
    const env = { ATC_LIMIT: "none", ATC_TIMEFRAME: "None", ATC_GROWTH_CAP: "NONE" };
    const { config, origins } = await load({ file: false, object, env });
    expect(config).toMatchObject({ limit: undefined, timeframe: undefined, growthCap: "none" });
    expect(origins.limit.kind).toBe("environment");
  });

  it("freeze what they give", async () => {
    const { config } = await load({ file: false, object: { plugins: ["a"] } });
    expect([Object.isFrozen(config), Object.isFrozen(config.plugins)]).toEqual([true, true]);
  });
});

describe("folders", () => {
  it("are relative to the file's folder, those of the environment and the command line to the working directory", async () => {
    const root = await folderWith({ "atc.yaml": "cacheDir: made\n", "inner/x": "" });
    const cwd = join(root, "inner");
    const first = await load({ cwd });
    expect([first.directory, first.config.cacheDir, first.config.dataDir]).toEqual([
      root,
      join(root, "made"),
      join(root, ".cache/mmap"),
    ]);
    const second = await load({ cwd, env: { ATC_CACHE_DIR: "c" }, flags: { "data-dir": "../d" } });
    expect([second.config.cacheDir, second.config.dataDir]).toEqual([join(cwd, "c"), join(root, "d")]);
  });

  it("start in the home directory after a tilde, and stay as they are if absolute", async () => {
    const { config } = await load({ file: false, object: { cacheDir: "~/c", dataDir: "/d" } });
    expect([config.cacheDir, config.dataDir]).toEqual([join(homedir(), "c"), "/d"]);
    expect(parseConfig({ cacheDir: "~x" }, { directory: "/base" }).cacheDir).toBe("/base/~x");
  });
});

/** A value that a key accepts: its default, if it has one. */
function accepted(name: keyof AtcConfig): unknown {
  if (name === "timeframe") return "1h";
  if (name === "sizing") return "allIn";
  if (name === "size") return 1;
  if (name === "benchmark") return "AAA";
  if (name === "signals" || name === "universe") return "file.csv";
  if (name === "parameters") return "fast=1";
  if (name === "cacheShared") return "s3://bucket/prefix";
  return configDefaults[name] ?? 5;
}

describe("environment", () => {
  it("has a variable for every key and every Python spelling", async () => {
    for (const { name, variable, pythonNames } of configKeys)
      for (const spelling of [variable, ...pythonNames.map((python) => `ATC_${python.toUpperCase()}`)]) {
        const text = String(accepted(name)) || "a";
        const { origins, warnings } = await load({
          file: false,
          // Without a strategy of one's own, parameters have no effect, which is a warning.
          env: { ...(name === "parameters" ? { ATC_STRATEGY: "./mine.js" } : {}), [spelling]: text },
        });
        expect([origins[name].spelling, warnings]).toEqual([spelling, []]);
      }
  });

  it("is read as numbers, booleans and lists", async () => {
    const env = {
      ATC_FEE_BPS: " 2.5 ",
      ATC_LAMBDA_PARAM: "1e-3",
      ATC_CUTOUT: "1_000",
      ATC_STRATEGY_MODE: "yes",
      ATC_USE_COMPRESSION: "1",
      ATC_USE_MEMORY_MAPPED: "False",
      ATC_PLUGINS: "@me/a, b,",
      ATC_HMA: "",
    };
    const { config, warnings } = await load({ file: false, env });
    expect(config).toMatchObject({ feeBps: 2.5, lambda: 0.001, cutout: 1000, strategyMode: true, hma: "hull" });
    expect(config).toMatchObject({ useCompression: true, useMemoryMapped: false, plugins: ["@me/a", "b"] });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("strategyMode: true");
  });

  it("warns of an unknown variable without its value, and of no reserved one", async () => {
    const env = { ATC_FEE_BSP: "secret", ATC_KERNEL: "wasm", ATC_LOG: "debug", ATC_DEBUG: "1", ATCX: "1" };
    const { warnings } = await load({ file: false, env });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/"ATC_FEE_BSP".*did you mean "ATC_FEE_BPS"/);
    expect(warnings[0]).not.toContain("secret");
  });

  it("names the variable of a wrong value", async () => {
    const [fault] = await faultsOf(load({ file: false, env: { ATC_LAMBDA_PARAM: "much" } }));
    expect(fault).toMatchObject({ path: "lambda", key: "lambda", origin: "ATC_LAMBDA_PARAM", value: "much" });
  });
});

describe("flags", () => {
  it.each(["feeBps", "fee_bps", "fee-bps", "--fee-bps"])("take %s", async (flag) => {
    const { config, origins } = await load({ file: false, flags: { [flag]: "4" } });
    expect([config.feeBps, origins.feeBps]).toEqual([4, { kind: "flag", spelling: "--fee-bps" }]);
  });

  it("take Python's spellings, booleans and numbers", async () => {
    const flags = { "lambda-param": 0.5, De: "0.4", "strategy-mode": true, useCompression: false, "hull-len": 30 };
    const { config } = await load({ file: false, flags });
    expect(config).toMatchObject({ lambda: 0.5, decay: 0.4, strategyMode: true, useCompression: false, hmaLength: 30 });
  });

  it("take every flag that the keys name", async () => {
    for (const { name, flag } of configKeys) {
      expect((await load({ file: false, flags: { [flag]: accepted(name) } })).origins[name].kind).toBe("flag");
    }
  });

  it("name the nearest of an unknown one", async () => {
    const faults = await faultsOf(load({ file: false, flags: { "fee-bsp": "4" } }));
    expect(faults).toMatchObject([{ path: "fee-bsp", origin: "--fee-bsp", nearest: "--fee-bps" }]);
  });
});

describe("parseConfig", () => {
  it("reads an object of either spelling and reports keys without effect", () => {
    const warnings: string[] = [];
    const config = parseConfig(
      { ema_len: 30, feeBps: 1, use_cuda: true, $schema: "x" },
      { directory: "/base", onWarning: (message) => warnings.push(message) },
    );
    expect(config).toEqual({
      ...configDefaults,
      emaLength: 30,
      feeBps: 1,
      cacheDir: "/base/.cache/atc",
      dataDir: "/base/.cache/mmap",
      runsDir: "/base/.atc/runs",
    });
    expect(warnings).toHaveLength(1);
  });

  it.each([[null], ["text"], [[1]], [3]])("refuses %j", async (value) => {
    await errorOf(Promise.resolve().then(() => parseConfig(value)));
  });
});
