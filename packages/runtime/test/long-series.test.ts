import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BacktestResult, encodeResult } from "@atc/backtest";
import type { JsonObject } from "@atc/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  backtestFile,
  openBacktest,
  openCache,
  openRuntime,
  reportJson,
  runBacktest,
  writeCurves,
} from "../src/index.ts";

let cwd: string;
const warnings: string[] = [];
const base = (): { cwd: string; env: Record<string, string>; onWarning: (message: string) => void } => ({
  cwd,
  env: {},
  onWarning: (message) => warnings.push(message),
});

/** A series of more bars than one cache entry holds, beside two short ones that share an entry. */
const bars = { LONG: 560_000, S1: 700, S2: 900 };

/** A random walk of each symbol, as CSV. */
function barsOf(counts: Readonly<Record<string, number>>): string {
  const rows = Object.entries(counts).flatMap(([symbol, count]) => {
    let price = 100;
    let random = 7;
    return Array.from({ length: count }, (_, i) => {
      random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
      price = Math.max(1, price * (1 + (random / 2 ** 32 - 0.5) / 100));
      return `${symbol},${1.5e12 + i * 60_000},${price.toFixed(2)}`;
    });
  });
  return `symbol,timestamp,close\n${rows.join("\n")}\n`;
}

const longText = barsOf(bars);

beforeEach(async () => {
  warnings.length = 0;
  cwd = await mkdtemp(join(tmpdir(), "atc-long-"));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

/** Every bit of a result, as a text that compares fast. */
function digest(result: BacktestResult | undefined): string {
  const hash = createHash("sha256");
  for (const symbol of result?.symbols ?? []) {
    const { arrays, attributes } = encodeResult(symbol);
    hash.update(JSON.stringify(attributes));
    for (const [name, array] of Object.entries(arrays)) hash.update(name).update(array);
  }
  const { times, equity, metrics } = result?.portfolio ?? {};
  return hash
    .update(JSON.stringify(metrics))
    .update(times ?? "")
    .update(equity ?? "")
    .digest("hex");
}

async function entryKeys(): Promise<string[]> {
  await using cache = await openCache(base());
  const keys: string[] = [];
  for await (const { metadata } of cache.entries())
    if (metadata?.key.kind === "results" && metadata.itemsize === metadata.itemsizes[0])
      keys.push(JSON.stringify(metadata.key.parameters));
  return keys;
}

describe("a long series in the cache", () => {
  beforeEach(() => writeFile(join(cwd, "long.csv"), longText));

  it("is kept in pieces with the index last, and comes back bit for bit", async () => {
    const fresh = await backtestFile("long.csv", { ...base(), cache: false });
    const first = await backtestFile("long.csv", { ...base(), flags: { executor: "worker" }, threads: 2 });
    expect(digest(first.result)).toBe(digest(fresh.result));
    const keys = await entryKeys();
    const longs = keys.filter((key) => key.includes('"LONG"'));
    expect(longs.filter((key) => key.includes('"piece":'))).toHaveLength(3);
    expect(longs).toHaveLength(4);
    expect(keys.filter((key) => key.includes('"S1","S2"'))).toHaveLength(1);
    const again = await backtestFile("long.csv", base());
    expect(digest(again.result)).toBe(digest(fresh.result));
    expect(again.report).toEqual(fresh.report);
    expect(warnings).toEqual([]);
  });

  it("is computed again if a piece is missing", async () => {
    const first = await backtestFile("long.csv", base());
    {
      await using cache = await openCache(base());
      for await (const { metadata } of cache.entries())
        if (JSON.stringify(metadata?.key.parameters).includes('"piece":1')) await cache.delete(metadata?.key as never);
    }
    expect(digest((await backtestFile("long.csv", base())).result)).toBe(digest(first.result));
    expect((await entryKeys()).filter((key) => key.includes('"piece":1'))).toHaveLength(1);
  });
});

describe("an open backtest", () => {
  it("writes the files that arrays give, and nothing is left in the folders", async () => {
    await writeFile(join(cwd, "long.csv"), longText);
    await using runtime = await openRuntime({ ...base(), flags: { executor: "worker" }, threads: 2 });
    const files = (stem: string) => ({
      trades: join(cwd, `${stem}-trades.arrow`),
      equity: join(cwd, `${stem}-equity.arrow`),
      portfolio: join(cwd, `${stem}-portfolio.csv`),
      report: join(cwd, `${stem}-report.json`),
    });
    const whole = await runBacktest(runtime, "long.csv", { curves: true });
    await writeCurves(whole, files("arrays"));
    {
      using open = await openBacktest(runtime, "long.csv", { curves: true });
      await writeCurves(open, files("open"));
      expect([...reportJson(open.report)].join("")).toBe(`${JSON.stringify(open.report, undefined, 2)}\n`);
    }
    for (const kind of ["trades", "equity", "portfolio", "report"] as const)
      expect((await readFile(files("open")[kind])).equals(await readFile(files("arrays")[kind]))).toBe(true);
    const report = { ...whole.report, symbols: [], skipped: [], portfolio: null };
    expect([...reportJson(report)].join("")).toBe(`${JSON.stringify(report, undefined, 2)}\n`);
  });
});

describe("an entry of results that holds no figures", () => {
  it.each([
    { results: [null, 7, "x"] },
    { results: 5 },
    {},
    { trades: 1 },
    { figures: null, trades: 1 },
    { figures: {}, trades: "many" },
  ])("is computed again: %j", async (attributes) => {
    await writeFile(join(cwd, "long.csv"), barsOf({ S1: 300 }));
    const first = await backtestFile("long.csv", base());
    {
      await using cache = await openCache(base());
      const keys = [];
      for await (const { metadata } of cache.entries()) if (metadata?.key.kind === "results") keys.push(metadata.key);
      expect(keys).not.toHaveLength(0);
      for (const key of keys) await cache.set(key, { arrays: {}, attributes: attributes as JsonObject });
    }
    const again = await backtestFile("long.csv", base());
    expect([again.cachedSymbols, digest(again.result)]).toEqual([0, digest(first.result)]);
    expect(warnings).toEqual([]);
  });
});
