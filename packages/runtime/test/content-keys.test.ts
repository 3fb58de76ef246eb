import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { crc32 } from "node:zlib";
import type { Cache, CacheKey, CacheValue } from "@atc/cache";
import type { JsonObject } from "@atc/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  appendFiles,
  computeSignals,
  ingestFile,
  openRuntime,
  type Runtime,
  type RuntimeOptions,
  resampleData,
  runBacktest,
} from "../src/index.ts";

let cwd: string;
const open = (options: RuntimeOptions = {}): Promise<Runtime> => openRuntime({ cwd, env: {}, ...options });

/** Hourly bars of symbols, from hour `from` on. */
function csvOf(symbols: readonly string[], hours: number, from = 0): string {
  const lines = ["symbol,timestamp,close"];
  for (let hour = from; hour < from + hours; hour++)
    for (const symbol of symbols) {
      const time = new Date(Date.UTC(2024, 0, 1, hour)).toISOString();
      lines.push(`${symbol},${time},${100 + 10 * Math.sin((hour + symbol.charCodeAt(0)) / 9)}`);
    }
  return `${lines.join("\n")}\n`;
}

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-content-"));
  await writeFile(join(cwd, "bars.csv"), csvOf(["A", "B", "C"], 200));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

/** What the cache has of a kind. */
async function entriesOf(cache: Cache, kind: string): Promise<readonly { key: CacheKey; value: CacheValue }[]> {
  const found: { key: CacheKey; value: CacheValue }[] = [];
  for await (const { metadata } of cache.entries()) {
    if (metadata?.key.kind !== kind) continue;
    const value = await cache.get(metadata.key);
    if (value !== undefined) found.push({ key: metadata.key, value });
  }
  return found;
}

describe("results", () => {
  it("are shared by datasets of equal content, whatever their history and the layout of their rows", async () => {
    await using runtime = await open();
    const first = await runBacktest(runtime, "bars.csv", { name: "one" });
    const signals = await computeSignals(runtime, "one", { symbol: "B" });
    // The same rows in the other order, in two appends, the second of which restates some.
    await writeFile(join(cwd, "head.csv"), csvOf(["C", "A", "B"], 150));
    await writeFile(join(cwd, "tail.csv"), csvOf(["C", "A", "B"], 70, 130));
    await ingestFile(runtime, "head.csv", { name: "two" });
    await appendFiles(runtime, "two", ["tail.csv"]);
    const again = await runBacktest(runtime, "two");
    expect([again.cached, again.report.portfolio]).toEqual([true, first.report.portfolio]);
    const { cached, columns } = await computeSignals(runtime, "two", { symbol: "B" });
    expect([cached, columns]).toEqual([true, signals.columns]);
    await using lock = await runtime.store.lock("two");
    await runtime.store.compact?.(lock);
    expect((await runBacktest(runtime, "two")).cached).toBe(true);
  });

  it("of a symbol stay if only rows of others change", async () => {
    await using runtime = await open({ config: { batchSize: 1 } });
    await ingestFile(runtime, "bars.csv", { name: "d" });
    const before = await runBacktest(runtime, "d", { curves: true });
    for (const symbol of ["A", "B"]) await computeSignals(runtime, "d", { symbol });
    await writeFile(join(cwd, "more.csv"), csvOf(["A"], 5, 200));
    await appendFiles(runtime, "d", ["more.csv"]);
    expect((await computeSignals(runtime, "d", { symbol: "A" })).cached).toBe(false);
    expect((await computeSignals(runtime, "d", { symbol: "B" })).cached).toBe(true);
    const cache = await runtime.cache();
    const { memoryHits, diskHits, misses } = cache.statistics;
    const after = await runBacktest(runtime, "d", { curves: true });
    const now = cache.statistics;
    // One result, and the findings in the rows of the appended dataset. The result is looked up twice: a result with
    // all metrics would do too.
    expect([now.memoryHits + now.diskHits - memoryHits - diskHits, now.misses - misses]).toEqual([2, 3]);
    expect(after.result?.symbols.slice(1)).toEqual(before.result?.symbols.slice(1));
    expect(after.result?.symbols[0]?.times).toHaveLength(205);
  });

  it("of a dataset without a content are found by its fingerprint, not by what its source was", async () => {
    const name = "dataset-without-content";
    const fixture = fileURLToPath(new URL(`../../mmap-store/test/fixtures/${name}`, import.meta.url));
    const folder = join(cwd, ".cache", "mmap", "old");
    await mkdir(join(cwd, ".cache", "mmap"), { recursive: true });
    await cp(fixture, folder, { recursive: true });
    const path = join(folder, "manifest.json");
    await rename(`${path}.stored`, path);
    await using runtime = await open();
    const first = await runBacktest(runtime, "old");
    expect([first.cached, (await runBacktest(runtime, "old")).cached]).toEqual([false, true]);
    const cache = await runtime.cache();
    const inputs = (await entriesOf(cache, "report")).map(({ key }) => key.input);
    expect(inputs).toEqual(["fingerprint:made before datasets had a content"]);
    // The hash of its source stays as it is, its fingerprint does not.
    const text = (await readFile(path, "utf8")).replace("made before", "made again, before");
    const head = text.slice(0, text.lastIndexOf(' "crc32"'));
    await writeFile(path, `${head} "crc32": "${crc32(head).toString(16).padStart(8, "0")}"\n}\n`);
    expect((await runBacktest(runtime, "old")).cached).toBe(false);
    // With a content of its own it is found by that.
    await using lock = await runtime.store.lock("old");
    await runtime.store.compact?.(lock);
    const compacted = await runBacktest(runtime, "old");
    expect([compacted.cached, compacted.report.portfolio]).toEqual([false, first.report.portfolio]);
    expect((await runBacktest(runtime, "old")).cached).toBe(true);
  });
});

it("bars are made again only if the rows of the original are others", async () => {
  await using runtime = await open();
  const bars = { to: "4h" } as const;
  await ingestFile(runtime, "bars.csv", { name: "d" });
  const first = await resampleData(runtime, "d", { bars, name: "r" });
  await ingestFile(runtime, "bars.csv", { name: "d", duplicates: "keep-first", reread: true });
  expect(await resampleData(runtime, "d", { bars, name: "r" })).toMatchObject({ reused: true });
  await writeFile(join(cwd, "more.csv"), csvOf(["A"], 8, 200));
  await appendFiles(runtime, "d", ["more.csv"]);
  const { reused, manifest } = await resampleData(runtime, "d", { bars, name: "r" });
  expect([reused, manifest.rows]).toEqual([false, first.manifest.rows + 2]);
});

type Change = (attributes: JsonObject) => JsonObject;
const member = (name: string, change: (value: never) => unknown): Change => {
  return (attributes) => ({ ...attributes, [name]: change(attributes[name] as never) }) as JsonObject;
};
const ofFirst =
  (change: (one: JsonObject) => JsonObject) =>
  ([first, ...others]: readonly JsonObject[]) => [change(first as JsonObject), ...others];

describe("a malformed report in the cache", () => {
  it.each<[string, Change]>([
    ["is empty", () => ({})],
    ["has no portfolio", ({ portfolio: _, ...rest }) => rest],
    ["has a portfolio of null beside symbols", member("portfolio", () => null)],
    ["lacks a figure of the portfolio", member("portfolio", ({ sharpe: _, ...rest }: JsonObject) => rest)],
    ["has a text for a figure", member("portfolio", (one: JsonObject) => ({ ...one, sharpe: "high" }))],
    ["has a figure that is not known", member("portfolio", (one: JsonObject) => ({ ...one, omegas: 1 }))],
    ["has half a bar", member("portfolio", (one: JsonObject) => ({ ...one, bars: 1.5 }))],
    ["begins at no time", member("portfolio", (one: JsonObject) => ({ ...one, start: "soon" }))],
    ["has fees of null", member("portfolio", (one: JsonObject) => ({ ...one, fees: null }))],
    ["has symbols that are not a list", member("symbols", () => ({}))],
    ["lacks a symbol", member("symbols", (all: readonly JsonObject[]) => all.slice(1))],
    ["has a symbol twice", member("symbols", (all: readonly JsonObject[]) => [...all, ...all.slice(0, 1)])],
    [
      "is of another symbol",
      member(
        "symbols",
        ofFirst((one) => ({ ...one, symbol: "Z" })),
      ),
    ],
    [
      "has a symbol without warnings",
      member(
        "symbols",
        ofFirst(({ warnings: _, ...rest }) => rest),
      ),
    ],
    [
      "has a warning that is not a text",
      member(
        "symbols",
        ofFirst((one) => ({ ...one, warnings: [7] })),
      ),
    ],
    ["has null for a symbol", member("symbols", () => [null, null, null])],
    ["skips what has figures", member("skipped", () => [{ symbol: "A", reason: "none" }])],
    ["skips without a reason", member("skipped", () => [{ symbol: "A" }])],
  ])("%s: it is computed again and written over", async (_, change) => {
    await using runtime = await open();
    const { report } = await runBacktest(runtime, "bars.csv", { name: "d" });
    const cache = await runtime.cache();
    for (const { key, value } of await entriesOf(cache, "report"))
      await cache.set(key, { arrays: {}, attributes: change(value.attributes ?? {}) });
    const again = await runBacktest(runtime, "d");
    expect(again.cached).toBe(false);
    expect(again.report.symbols).toEqual(report.symbols);
    expect(again.report.portfolio).toEqual(report.portfolio);
    const third = await runBacktest(runtime, "d");
    expect([third.cached, JSON.stringify(third.report)]).toEqual([true, JSON.stringify(again.report)]);
  });
});

type EntryChange = (value: CacheValue) => CacheValue;
const diagnostics = (change: Change): EntryChange => {
  return ({ arrays, attributes }) => ({
    arrays,
    attributes: { diagnostics: change(attributes?.["diagnostics"] as JsonObject) },
  });
};

describe("malformed signals in the cache", () => {
  it.each<[string, string, EntryChange]>([
    ["averages", "lack an output", ({ arrays: { ema: _, ...arrays }, ...rest }) => ({ ...rest, arrays })],
    [
      "votes",
      "are of another type",
      ({ arrays, ...rest }) => ({ ...rest, arrays: { ...arrays, averageSignal: new Float32Array(200) } }),
    ],
    [
      "direction",
      "are of another length",
      ({ arrays, ...rest }) => ({ ...rest, arrays: { ...arrays, direction: new Int8Array(199) } }),
    ],
    ["direction", "have no diagnostics", ({ arrays }) => ({ arrays })],
    ["direction", "are of other bars", diagnostics((one) => ({ ...one, bars: 199 }))],
    ["direction", "are of no kernel", diagnostics((one) => ({ ...one, kernel: "brain" }))],
    ["direction", "have no ties", diagnostics(({ ties: _, ...rest }) => rest)],
    ["direction", "have weights that are not numbers", diagnostics((one) => ({ ...one, weights: { ema: "1" } }))],
    ["direction", "have no weights of lengths", diagnostics((one) => ({ ...one, lengthWeights: [] }))],
    ["direction", "have a length that is none", diagnostics((one) => ({ ...one, lengthWeights: { ema: [null] } }))],
    [
      "direction",
      "warn of nothing",
      diagnostics((one) => ({ ...one, warnings: [{ threshold: 1, bar: 1, growth: 1 }] })),
    ],
  ])("%s that %s are computed again and written over", async (kind, _, change) => {
    await using runtime = await open();
    const { columns, diagnostics: right } = await computeSignals(runtime, "bars.csv", { name: "d", symbol: "A" });
    const cache = await runtime.cache();
    for (const { key, value } of await entriesOf(cache, kind)) await cache.set(key, change(value));
    const again = await computeSignals(runtime, "d", { symbol: "A" });
    expect(again.cached).toBe(false);
    expect([again.columns, again.diagnostics]).toEqual([columns, right]);
    const third = await computeSignals(runtime, "d", { symbol: "A" });
    expect([third.cached, third.columns, third.diagnostics]).toEqual([true, columns, right]);
  });

  it("of a cutout keep weights that are not there yet", async () => {
    await using runtime = await open({ config: { cutout: 199 } });
    const first = await computeSignals(runtime, "bars.csv", { name: "d", symbol: "A" });
    const again = await computeSignals(runtime, "d", { symbol: "A" });
    expect(again.cached).toBe(true);
    expect(again.diagnostics).toEqual(first.diagnostics);
  });
});
