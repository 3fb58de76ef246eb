import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { barsCsv } from "./atc.ts";
import { shop } from "./shop.ts";

interface Stats {
  readonly entries: number;
  readonly maxBytes: number;
  readonly maxEntries: number;
  readonly maxAgeSeconds: number | null;
  readonly usage: {
    readonly since: number | null;
    readonly hits: number;
    readonly misses: number;
    readonly savedMs: number;
    readonly bytes: number;
    readonly kinds: readonly { kind: string; diskHits: number; misses: number; savedMs: number }[];
  };
}

const stats = async (...args: string[]): Promise<Stats> => (await shop.atc("cache", "stats", "--json", ...args)).json();

describe("atc cache stats", () => {
  it("shows hits, misses, time saved and bytes by kind over all runs", async () => {
    await shop.file("bars.csv", barsCsv(["AAA", "BBB"], 300));
    expect((await stats()).usage).toEqual({
      since: null,
      kind: "all",
      hits: 0,
      misses: 0,
      savedMs: 0,
      bytes: 0,
      kinds: [],
    });
    await shop.atc("backtest", "bars.csv");
    const { usage: first } = await stats();
    expect(first).toMatchObject({ hits: 0, savedMs: 0 });
    await shop.atc("backtest", "bars.csv");
    await shop.atc("backtest", "bars.csv");
    const { usage } = await stats();
    expect(usage.misses).toBe(first.misses);
    const report = usage.kinds.find(({ kind }) => kind === "report");
    expect(report).toMatchObject({ diskHits: 2, misses: 1 });
    expect(report?.savedMs).toBeGreaterThan(0);
    expect(usage.bytes).toBeGreaterThan(0);
    const { stdout } = await shop.atc("cache", "stats");
    expect(stdout).toMatch(/\(at most 1\.07 GB in 100,000 files\)/);
    expect(stdout).toMatch(/^report +2 +1 +67 % +[\d.]+ (ms|s) +[\d.]+ kB$/m);
    expect(stdout).not.toContain("0.00");
  });

  it("does not count the four entries of signals as four times their cost", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 300));
    const started = performance.now();
    await shop.atc("signals", "bars.csv", "--symbols", "AAA");
    const spent = performance.now() - started;
    await shop.atc("signals", "bars.csv", "--symbols", "AAA");
    const { usage } = await stats();
    expect(usage.hits).toBe(4);
    expect(usage.savedMs).toBeLessThan(spent);
  });

  it("starts again with atc cache clear", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 300));
    await shop.atc("backtest", "bars.csv");
    await shop.atc("cache", "clear");
    expect((await stats()).usage).toMatchObject({ since: null, hits: 0, misses: 0 });
  });
});

describe("the bounds of the cache", () => {
  it("are those of the configuration", async () => {
    await shop.file("bars.csv", barsCsv(["AAA", "BBB", "CCC"], 300));
    const bound = ["--cache-max-entries", "2"];
    for (const fee of ["1", "2", "3"]) await shop.atc("backtest", "bars.csv", "--fee-bps", fee, ...bound);
    const { entries, maxEntries, maxBytes, maxAgeSeconds } = await stats(...bound);
    expect(entries).toBeLessThanOrEqual(2);
    expect({ maxEntries, maxBytes, maxAgeSeconds }).toEqual({
      maxEntries: 2,
      maxBytes: 2 ** 30,
      maxAgeSeconds: null,
    });
  });

  it("in bytes refuse larger values with a warning that names the key, and the run goes on", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 300));
    const { code, stderr } = await shop.atc("backtest", "bars.csv", "--cache-max-bytes", "100");
    expect(code).toBe(0);
    expect(stderr).toContain("cacheMaxBytes");
    expect((await stats()).entries).toBe(0);
  });

  it("in seconds remove what was not used for longer", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 300));
    await shop.atc("backtest", "bars.csv");
    expect((await stats("--cache-max-age-seconds", "3600")).entries).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const old = await stats("--cache-max-age-seconds", "0.05");
    expect([old.entries, old.maxAgeSeconds]).toEqual([0, 0.05]);
    const { stderr } = await shop.atc("backtest", "bars.csv", "--cache-max-age-seconds", "0.05");
    expect(stderr).not.toContain("full");
  });
});

describe("atc cache warm", () => {
  it("computes a file or every dataset, so that a backtest comes from the cache", async () => {
    await shop.file("a.csv", barsCsv(["AAA", "BBB"], 300));
    await shop.file("b.csv", barsCsv(["CCC"], 300));
    const first = await shop.atc("cache", "warm", "a.csv", "--json");
    expect(first.json<unknown>()).toMatchObject([{ symbols: 2, cachedSymbols: 0, skipped: 0, computedSignals: 0 }]);
    expect((await shop.atc("backtest", "a.csv")).stderr).toContain("from the cache");
    await shop.atc("ingest", "b.csv");
    const all = (await shop.atc("cache", "warm", "--json")).json<{ data: string; cachedSymbols: number }[]>();
    expect(new Set(all.map(({ cachedSymbols }) => cachedSymbols))).toEqual(new Set([0, 2]));
    expect((await shop.atc("cache", "warm", "--with-signals")).stdout).toMatch(/signals of 2 computed/);
    await shop.atc("signals", "b.csv", "--symbols", "CCC");
    expect((await stats()).usage.kinds.find(({ kind }) => kind === "direction")).toMatchObject({ diskHits: 1 });
  });

  it("leaves out a dataset that cannot be computed, with a warning; one that is named is an error", async () => {
    await shop.file("a.csv", barsCsv(["AAA"], 300));
    await shop.file("bad.csv", barsCsv(["AAA"], 300).replace(/(AAA,[^,]*),[^,]*,[^,]*,[^,]*,[^,]*/, "$1,-1,-1,-1,-1"));
    await shop.atc("ingest", "a.csv", "--name", "good");
    await shop.atc("ingest", "bad.csv", "--name", "bad");
    await shop.atc("ingest", "a.csv", "--name", "damaged");
    await shop.file(".cache/mmap/damaged/manifest.json", "{");
    const all = await shop.atc("cache", "warm");
    expect([all.code, all.stdout]).toEqual([0, expect.stringContaining("good: 1 symbol, 0 of them cached before;")]);
    expect(all.stdout).toContain("1 skipped; atc backtest bad says why");
    expect(all.stderr).toContain('the dataset "damaged" is left out');
    expect((await shop.atc("cache", "warm", "damaged")).code).not.toBe(0);
    expect((await shop.atc("cache", "warm", "nothing")).code).not.toBe(0);
  });

  it("says that nothing was cached without datasets", async () => {
    expect((await shop.atc("cache", "warm")).stdout).toBe("nothing was cached\n");
  });
});

describe("warmCache", () => {
  it("computes the results with an ingest and an append", async () => {
    const csv = barsCsv(["AAA"], 400).split("\n");
    await shop.file("bars.csv", `${csv.slice(0, 301).join("\n")}\n`);
    await shop.file("more.csv", `${[csv[0], ...csv.slice(301)].join("\n")}`);
    await shop.file("atc.yaml", "warmCache: true\n");
    const { stderr, code } = await shop.atc("ingest", "bars.csv", "--name", "bars");
    expect([code, stderr]).toEqual([0, expect.stringContaining("warmCache: bars: 1 symbol")]);
    expect((await shop.atc("backtest", "bars")).stderr).toContain("from the cache");
    await shop.atc("data", "append", "bars", "more.csv");
    expect((await shop.atc("backtest", "bars")).stderr).toContain("from the cache");
  });

  it("does not fail an ingest whose results cannot be computed", async () => {
    await shop.file("bars.csv", barsCsv(["AAA"], 300));
    await shop.file("atc.yaml", "warm_cache: true\n");
    const { code, stdout, stderr } = await shop.atc("ingest", "bars.csv", "--cutout", "5000");
    expect([code, stdout]).toEqual([0, expect.stringContaining("was written")]);
    expect(stderr).toMatch(/warmCache|not cached yet/);
  });
});

describe("the file of the Python module", () => {
  it("gives its configuration with one warning", async () => {
    const file = fileURLToPath(new URL("../../config/test/fixtures/python-module.yaml", import.meta.url));
    await shop.file("python-module.yaml", readFileSync(file));
    const { code, stderr, stdout } = await shop.atc("config", "--config", "python-module.yaml");
    expect(code).toBe(0);
    expect(stderr.match(/^warning: /gm)).toHaveLength(1);
    expect(stdout).toMatch(/cacheMaxBytes +268435456 .*python-module\.yaml:\d+/);
    expect(stdout).toMatch(/hmaLength +34 /);
  });
});
