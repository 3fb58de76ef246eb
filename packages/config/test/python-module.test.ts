import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { assert, describe, expect, it } from "vitest";
import { configDefaults, parseConfig } from "../src/index.ts";
import { faultsOf, folderWith, load, loadText } from "./folder.ts";

const file = fileURLToPath(new URL("fixtures/python-module.yaml", import.meta.url));
const text = readFileSync(file, "utf8");

/** The line of the nth occurrence of a key in the file. */
function lineOf(key: string, nth = 1): number {
  const lines = text.split("\n").flatMap((line, index) => (line.trim().startsWith(`${key}:`) ? [index + 1] : []));
  return lines[nth - 1] ?? -1;
}

/** What the file sets, in its own words. */
const wanted = {
  emaLength: 21,
  hmaLength: 34,
  wmaLength: 30,
  demaLength: 26,
  lsmaLength: 24,
  kamaLength: 20,
  emaWeight: 1.5,
  hmaWeight: 1,
  wmaWeight: 0.8,
  demaWeight: 1.2,
  lsmaWeight: 0.6,
  kamaWeight: 2,
  robustness: "Wide",
  lambda: 0.035,
  decay: 0.05,
  cutout: 25,
  longThreshold: 0.15,
  shortThreshold: -0.2,
  strategyMode: true,
  precision: "float32",
  limit: 900,
  timeframe: "1h",
  useMemoryMapped: true,
  useCompression: true,
  compressionLevel: 7,
  compressionAlgorithm: "zstd",
  cacheMaxBytes: 268_435_456,
  cacheMaxEntries: 4096,
  cacheMaxAgeSeconds: 86_400,
  warmCache: true,
};

describe("the file of the Python module", () => {
  it("gives its effective configuration, with the file and the line of each value", async () => {
    const { config, origins } = await load({ file });
    const folder = fileURLToPath(new URL("fixtures", import.meta.url));
    const folders = {
      cacheDir: `${folder}/.cache/atc-scan`,
      dataDir: `${folder}/.cache/mmap`,
      runsDir: `${folder}/.atc/runs`,
    };
    expect(config).toEqual({ ...configDefaults, ...wanted, ...folders });
    expect(origins.hmaLength).toEqual({ kind: "file", spelling: "hull_len", file, line: lineOf("hull_len") });
    expect(origins.cacheMaxBytes).toMatchObject({ spelling: "max_size_mb_l2", line: lineOf("max_size_mb_l2") });
    expect(origins.growthCap).toEqual({ kind: "default" });
  });

  it("gives one warning, with a line for each reason and the line of each key", async () => {
    const { warnings } = await load({ file });
    expect(warnings).toHaveLength(1);
    const [head, ...groups] = (warnings[0] ?? "").split("\n");
    expect(head).toContain(file);
    const groupOf = (key: string): string => {
      const found = groups.filter((line) => new RegExp(`\\b${key} \\(`).test(line.replace(": false", "")));
      assert(found.length === 1, `${key} is in ${found.length} groups`);
      return found[0] ?? "";
    };
    const same = (keys: readonly string[], reason: string): void => {
      for (const key of keys) expect(groupOf(key)).toContain(reason);
    };
    same(["use_cuda", "prefer_gpu", "use_codegen_specialization", "fast_mode"], "kernel is chosen");
    same(["parallel_l1", "parallel_l2"], "threads are chosen");
    same(["batch_processing", "use_dask", "npartitions", "num_threads"], "batchSize");
    same(["use_approximate", "use_adaptive_approximate", "approximate_threshold"], "exact");
    same(["approximate_volatility_window", "approximate_volatility_factor"], "exact");
    same(["enabled", "use_adaptive", "volatility_window", "base_tolerance", "volatility_factor"], "exact");
    same(["use_cache"], "--no-cache");
    same(["use_incremental"], "createStream");
    same(["use_atc_performance"], "one implementation");
    same(["max_entries_l1"], "bytes");
    same(["analysis_mode", "timeframes", "cooldown", "max_symbols", "stage0_sample_percentage"], "other programs");
    same(["stage0_sampling_strategy", "stage0_stratified_strata_count"], "other programs");
    same(["stage0_hybrid_top_percentage", "enable_pre_filter", "pre_filter_mode"], "other programs");
    same(["pre_filter_percentage", "pre_filter_auto_skip_threshold", "spc_config", "rf_training"], "other programs");
    expect(groupOf("fast_mode")).toContain(`fast_mode (lines ${lineOf("fast_mode")}, ${lineOf("fast_mode", 2)})`);
    expect(groups.at(-1)).toContain(`strategyMode: true (line ${lineOf("strategy_mode")}): a backtest fills`);
    expect(groups).toHaveLength(10);
  });

  it("is found as config.yaml, though other programs read some of its keys", async () => {
    const cwd = await folderWith({ "config.yaml": text });
    expect((await load({ cwd })).config).toMatchObject(wanted);
  });

  it("in its second shape, a section with La and De, has the same meaning", async () => {
    const { config, warnings } = await loadText(
      "adaptive_trend_lts:\n  {ema_len: 21, hull_len: 34, La: 0.035, De: 0.05, robustness: Wide, use_cache: false,\n   use_incremental: true, warm_cache: true, use_dask: true, npartitions: 12}\n",
    );
    expect(config).toMatchObject({ emaLength: 21, hmaLength: 34, lambda: 0.035, decay: 0.05, warmCache: true });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("use_incremental (line 3)");
  });
});

describe("the sections of the Python module", () => {
  it("work in an object too", () => {
    const warnings: string[] = [];
    const config = parseConfig(
      { atc_core: { ema_len: 21 }, atc_performance: { ttl_seconds: 60, use_cuda: true }, feeBps: 3 },
      { onWarning: (message) => warnings.push(message) },
    );
    expect(config).toMatchObject({ emaLength: 21, cacheMaxAgeSeconds: 60, feeBps: 3 });
    expect(warnings).toEqual(['"use_cuda" (object) has no effect: the fastest kernel is chosen automatically']);
  });

  it("may be in capitals, in the section atc, behind an alias, and merged", async () => {
    const { config, origins } = await loadText(
      "x: &x\n  atc_core: &core\n    ema_len: 21\natc:\n  <<: *x\n  ATC_Performance:\n    precision: float32\n",
    );
    expect(config).toMatchObject({ emaLength: 21, precision: "float32" });
    expect(origins.precision.line).toBe(7);
    const alias = await loadText("atc_performance: &a\n  use_dask: true\n  ema_len: 20\natc_core: *a\n");
    expect(alias.config.emaLength).toBe(20);
  });

  it("may set a key twice to one value, and not to two", async () => {
    expect((await loadText("ema_len: 21\natc_core:\n  emaLength: 21\n")).config.emaLength).toBe(21);
    const faults = await faultsOf(loadText("atc_core:\n  ema_len: 21\natc_performance:\n  emaLength: 22\n"));
    expect(faults).toMatchObject([{ path: "atc_performance.emaLength", key: "emaLength", value: 22 }]);
    expect(faults[0]?.origin).toMatch(/atc\.yaml:4$/);
    expect(faults[0]?.allowed).toMatch(/"atc_core\.ema_len" \(.*atc\.yaml:2\)/);
    expect(await faultsOf(loadText("atc_core:\n  hull_len: 21\n  hma_len: 22\n"))).toHaveLength(1);
    expect(await faultsOf(loadText("cacheMaxBytes: 5\nmax_size_mb_l2: 5\n"))).toHaveLength(1);
  });

  it.each(["", " {}", " []", " 5", " null", " text"])("are refused with the value %j", async (value) => {
    const faults = await faultsOf(loadText(`ema_len: 21\natc_core:${value}\n`));
    expect(faults).toMatchObject([{ path: "atc_core" }]);
    expect(faults[0]?.origin).toMatch(/:2$/);
    expect(faults[0]?.allowed).toContain("section");
  });

  it("refuse a misspelt key, with what was probably meant", async () => {
    const faults = await faultsOf(
      loadText("atc_core:\n  ema_lenght: 3\n  timeframes: [1h]\natc_perfomance:\n  use_cuda: true\nenabled: true\n"),
    );
    expect(faults.map(({ path, nearest }) => [path, nearest])).toEqual([
      ["atc_core.ema_lenght", "emaLength"],
      ["atc_core.timeframes", "timeframe"],
      ["atc_perfomance", "atc_performance"],
      ["enabled", undefined],
    ]);
  });

  it("beside a section atc are not read, and named", async () => {
    const { config, warnings } = await loadText(
      "atc:\n  ema_len: 21\natc_core:\n  ema_len: 22\nspc_config:\n  preset: null\n",
    );
    expect(config.emaLength).toBe(21);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/"atc_core" .*:3\) is outside the section "atc"/);
  });

  it("are not enough for a config.yaml that is mostly another program's", async () => {
    const cwd = await folderWith({ "config.yaml": "timeframes: [1h]\nspc_config: {}\nlimit: 5\n" });
    const { file: found, warnings } = await load({ cwd });
    expect(found).toBeUndefined();
    expect(warnings[0]).toContain("was ignored");
  });
});

describe("the bounds of the cache", () => {
  it("are read in MiB under Python's name", async () => {
    expect(parseConfig({ max_size_mb_l2: 0.5 }).cacheMaxBytes).toBe(524_288);
    expect((await load({ file: false, env: { ATC_MAX_SIZE_MB_L2: "2" } })).config.cacheMaxBytes).toBe(2_097_152);
    expect((await load({ file: false, flags: { cacheMaxBytes: "7" } })).config.cacheMaxBytes).toBe(7);
    for (const value of [0, -1, 1e-9, "x", true, 1e300])
      expect(await faultsOf(load({ file: false, object: { max_size_mb_l2: value } }))).toMatchObject([
        { path: "max_size_mb_l2", key: "cacheMaxBytes", allowed: "a number of MiB above 0 is required" },
      ]);
  });

  it("have defaults, and none for the age", () => {
    const { cacheMaxBytes, cacheMaxEntries, cacheMaxAgeSeconds, warmCache } = parseConfig({});
    expect({ cacheMaxBytes, cacheMaxEntries, cacheMaxAgeSeconds, warmCache }).toEqual({
      cacheMaxBytes: 2 ** 30,
      cacheMaxEntries: 100_000,
      cacheMaxAgeSeconds: undefined,
      warmCache: false,
    });
    expect(parseConfig({ cacheMaxAgeSeconds: "none" }).cacheMaxAgeSeconds).toBeUndefined();
  });
});

describe("keys that do something else than their names say", () => {
  it("are named: use_cache: false leaves the cache on, strategyMode: true delays twice", async () => {
    const { warnings } = await load({ file: false, object: { use_cache: "no" } });
    expect(warnings).toEqual([
      '"use_cache: false" (object) has no effect: the cache stays on; --no-cache switches it off for a run',
    ]);
    const mode = await load({ file: false, flags: { "strategy-mode": "yes" } });
    expect(mode.warnings).toHaveLength(1);
    expect(mode.warnings[0]).toMatch(/^"strategyMode: true" \(--strategy-mode\): a backtest fills .* twice/);
    expect((await load({ file: false, object: { strategyMode: false, use_cache: true } })).warnings).toHaveLength(1);
  });

  it("do not count if a higher layer sets strategyMode to false", async () => {
    const { warnings } = await load({ file: false, object: { strategyMode: true }, flags: { strategyMode: false } });
    expect(warnings).toEqual([]);
  });
});
