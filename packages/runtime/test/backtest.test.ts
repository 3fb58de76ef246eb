import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strategyOf } from "@atc/backtest";
import { isAtcError } from "@atc/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backtestFile, computeSignals, openCache, openRuntime, runBacktest } from "../src/index.ts";

let cwd: string;
const warnings: string[] = [];
const base = (): { cwd: string; env: Record<string, string>; onWarning: (message: string) => void } => ({
  cwd,
  env: {},
  onWarning: (message) => warnings.push(message),
});

beforeEach(async () => {
  warnings.length = 0;
  cwd = await mkdtemp(join(tmpdir(), "atc-runtime-"));
  const rows = Array.from({ length: 400 }, (_, i) => {
    const price = 100 + 10 * Math.sin(i / 11) + (i % 7) / 10;
    const time = new Date(Date.UTC(2022, 0, 1, i)).toISOString();
    return `A,${time},${price},${price + 1},${price - 1},${price + 0.5},10\nB,${time},${price},${price + 1},${price - 1},${200 - price},10`;
  });
  await writeFile(join(cwd, "bars.csv"), `symbol,timestamp,open,high,low,close,volume\n${rows.join("\n")}\n`);
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

describe("backtestFile", () => {
  it("gives the report and the curves in one call", async () => {
    const { report, result, cached } = await backtestFile("bars.csv", { ...base(), config: { feeBps: 5 } });
    expect(cached).toBe(false);
    expect(report.data).toMatchObject({ path: "bars.csv", rows: 800, symbols: 2 });
    expect(report.config).toMatchObject({ feeBps: 5, useMemoryMapped: false });
    expect(result?.symbols.map(({ symbol, equity }) => [symbol, equity.length])).toEqual([
      ["A", 400],
      ["B", 400],
    ]);
    expect(warnings).toEqual([]);
  });

  it("gives the same curves from the cache, mapped or read, bit for bit", async () => {
    const first = await backtestFile("bars.csv", base());
    const again = await backtestFile("bars.csv", { ...base(), useMemoryMapped: true });
    const fresh = await backtestFile("bars.csv", { ...base(), useMemoryMapped: true, cache: false });
    expect(again.result?.symbols).toEqual(first.result?.symbols);
    expect(fresh.result?.symbols).toEqual(first.result?.symbols);
    expect(again.report.portfolio).toEqual(first.report.portfolio);
    expect((await backtestFile("bars.csv", { ...base(), curves: false })).cached).toBe(true);
  });

  it("keeps the cache of a file that was copied: what counts is its content", async () => {
    await backtestFile("bars.csv", base());
    const { readFile } = await import("node:fs/promises");
    await writeFile(join(cwd, "copy.csv"), await readFile(join(cwd, "bars.csv")));
    expect((await backtestFile("copy.csv", { ...base(), curves: false })).cached).toBe(true);
  });

  it("replaces ATC by a strategy of the user's, under keys of its own", async () => {
    const long = strategyOf("always long", () => (_, directions) => void directions.fill(1), { version: 1 });
    const atc = await backtestFile("bars.csv", base());
    const own = await backtestFile("bars.csv", { ...base(), strategy: long });
    expect(own.cached).toBe(false);
    expect(own.report.portfolio).not.toEqual(atc.report.portfolio);
    expect(own.result?.symbols[0]?.directions.every((direction) => direction === 1)).toBe(true);
    const flat = strategyOf("always long", () => (_, directions) => void directions.fill(0), { version: 2 });
    expect((await backtestFile("bars.csv", { ...base(), strategy: flat })).report.portfolio).toMatchObject({
      trades: 0,
    });
  });

  it("stops when aborted", async () => {
    const error = await backtestFile("bars.csv", { ...base(), signal: AbortSignal.abort() }).catch(
      (one: unknown) => one,
    );
    expect(isAtcError(error, "ATC_ABORTED")).toBe(true);
  });
});

describe("openRuntime", () => {
  it("serves several calls", async () => {
    await using runtime = await openRuntime(base());
    const { report } = await runBacktest(runtime, "bars.csv", { name: "mine" });
    expect((await runBacktest(runtime, "mine")).report.portfolio).toEqual(report.portfolio);
    const table = await computeSignals(runtime, "mine", { symbol: "B" });
    expect(table).toMatchObject({ symbol: "B", length: 400, cached: false });
    expect((await computeSignals(runtime, "mine", { symbol: "B" })).columns).toEqual(table.columns);
    expect((await computeSignals(runtime, "mine", { symbol: "B" })).cached).toBe(true);
  });

  it("computes signals of a calculation source, and of the last bars only", async () => {
    await using runtime = await openRuntime({
      ...base(),
      config: { calculationSource: "high", limit: 100, precision: "float32" },
    });
    const table = await computeSignals(runtime, "bars.csv", { symbol: "A" });
    expect(table.length).toBe(100);
    expect(table.columns.ema).toBeInstanceOf(Float32Array);
    expect(table.source[0]).not.toBe(table.close[0]);
  });
});

describe("the executor", () => {
  beforeEach(async () => {
    const rows = Array.from({ length: 12 }, (_, symbol) =>
      Array.from({ length: 90 }, (_, i) => {
        const price = symbol === 5 && i === 40 ? -1 : 50 + 5 * Math.sin((i + symbol) / 5);
        return `S${symbol},${new Date(Date.UTC(2023, 0, 1, i)).toISOString()},${price}`;
      }).join("\n"),
    );
    await writeFile(join(cwd, "many.csv"), `symbol,timestamp,close\n${rows.join("\n")}\n`);
  });

  it("gives the same results on threads as inline, failures included, bit for bit", async () => {
    const config = { batchSize: 2 };
    const inline = await backtestFile("many.csv", { ...base(), config, flags: { executor: "inline" }, cache: false });
    const seen: number[] = [];
    const onProgress = ({ phase, done }: { phase: string; done: number }): void =>
      void (phase === "computing" && seen.push(done));
    const threads = await backtestFile("many.csv", {
      ...base(),
      config,
      flags: { executor: "worker" },
      threads: 2,
      onProgress,
    });
    expect(threads.result).toEqual(inline.result);
    expect(threads.report).toEqual(inline.report);
    expect(threads.report.skipped).toMatchObject([{ symbol: "S5", reason: expect.stringContaining("40") }]);
    expect(Math.max(...seen)).toBe(11 * 90 + 90);
    expect((await backtestFile("many.csv", { ...base(), config, curves: false })).cached).toBe(true);
    const fromCache = await backtestFile("many.csv", { ...base(), config, flags: { executor: "worker" }, threads: 2 });
    expect(fromCache.result).toEqual(inline.result);
  });

  it("stops its threads when aborted", async () => {
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    const run = backtestFile("many.csv", {
      ...base(),
      config: { batchSize: 1 },
      flags: { executor: "worker" },
      threads: 2,
      cache: false,
      signal: controller.signal,
      onProgress,
    });
    expect(isAtcError(await run.catch((error: unknown) => error), "ATC_ABORTED")).toBe(true);
  });
});

describe("computeSignals", () => {
  it("names the bar of a price that is not positive, or leaves it out", async () => {
    await writeFile(join(cwd, "bad.csv"), "timestamp,close\n2024-01-01,1\n2024-01-02,0\n2024-01-03,2\n");
    await using strict = await openRuntime(base());
    const error = await computeSignals(strict, "bad.csv").catch((one: unknown) => one);
    expect(isAtcError(error, "ATC_INVALID_DATA")).toBe(true);
    expect(String(error)).toContain("bar 1");
    await using lenient = await openRuntime({ ...base(), config: { invalidPrices: "skip" } });
    const table = await computeSignals(lenient, "bad.csv");
    expect([...table.close]).toEqual([1, 2]);
    expect(table.columns.direction).toHaveLength(2);
  });
});

describe("openCache", () => {
  it("keeps the user's own arrays for later processes", async () => {
    const key = { kind: "spread", input: "x", parameters: { window: 20 }, algorithm: "mine", version: 1 };
    const cache = await openCache(base());
    await cache.compute(key, () => ({ arrays: { spread: Float64Array.of(1, Number.NaN, -0) } }));
    await cache[Symbol.asyncDispose]();
    const again = await openCache(base());
    expect((await again.get(key))?.arrays).toEqual({ spread: Float64Array.of(1, Number.NaN, -0) });
    expect((await again.stats()).storedEntries).toBe(1);
    await again[Symbol.asyncDispose]();
    expect(isAtcError(await again.get(key).catch((error: unknown) => error), "ATC_CLOSED")).toBe(true);
  });
});
