import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AppendPlan } from "@atc/contract";
import { describe, expect, it, vi } from "vitest";
import { mmapStore } from "../src/index.ts";
import { parseManifest } from "../src/manifest/manifest.ts";
import {
  appendBars,
  barSchema,
  barsBetween,
  barsOf,
  checksumsOf,
  closesOf,
  joined,
  publishBars,
} from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

vi.setConfig({ testTimeout: 300_000 });
const newDirectory = temporaryDirectories();
const code = (expected: string) => expect.objectContaining({ code: expected });

function storedOf(directory: string) {
  return parseManifest(readFileSync(join(directory, "d", "manifest.json")), "manifest.json");
}

describe("an append", () => {
  it("writes only the new rows, into new segments", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory, segmentBytes: 16_384, keepGenerations: 0 });
    await publishBars(store, "d", { A: 2000, B: 5 });
    const before = storedOf(directory);
    const former = await store.open("d");
    const manifest = await appendBars(
      store,
      [
        { symbol: "B", rows: 7 },
        { symbol: "C", rows: 3 },
        { symbol: "A", rows: 1000 },
      ],
      { A: 0, B: 1, C: 2 },
    );
    const after = storedOf(directory);
    expect(manifest.generation).toBe(2);
    expect(manifest.fingerprint).toBe("appended");
    expect(manifest.series.map(({ symbol, rows }) => [symbol, rows])).toEqual([
      ["A", 3000],
      ["B", 12],
      ["C", 3],
    ]);
    expect(after.segments.slice(0, before.segments.length)).toEqual(before.segments);
    expect(new Set(after.segments.slice(before.segments.length).map(({ file }) => file.split("-")[1]))).toEqual(
      new Set(["2"]),
    );
    const dataset = await store.open("d");
    expect(closesOf(dataset, "A")).toEqual(Array.from(barsOf(3000, 0)["close"] as Float64Array));
    expect(closesOf(dataset, "B")).toEqual(Array.from(barsOf(12, 1)["close"] as Float64Array));
    expect(Array.from(dataset.series("A").window("volume", 1990, 20) as Uint32Array)).toEqual(
      Array.from({ length: 20 }, (_, i) => (1990 + i) * 7),
    );
    expect(former.symbols()).toEqual(["A", "B"]);
    expect(closesOf(former, "A")).toHaveLength(2000);
    expect(closesOf(former, "B")).toHaveLength(5);
    dataset[Symbol.dispose]();
    former[Symbol.dispose]();
    expect((await store.verify("d")).faults).toEqual([]);
    expect(readdirSync(join(directory, "d")).sort()).toEqual(
      [...after.segments.map(({ file }) => file), "manifest.json"].sort((a, b) => (a < b ? -1 : 1)),
    );
  });

  it("replaces the tail of a series from the first restated row on", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory });
    await publishBars(store, "d", { A: 100, B: 5 });
    await appendBars(store, [{ symbol: "A", keepRows: 98, rows: 4 }], { A: 8 });
    const dataset = await store.open("d");
    expect(closesOf(dataset, "A")).toEqual([
      ...(barsOf(98, 0)["close"] ?? []),
      ...(barsBetween(98, 102, 8)["close"] ?? []),
    ]);
    dataset[Symbol.dispose]();
    const [extent] = (await store.find("d"))?.series ?? [];
    expect(extent).toEqual({
      symbol: "A",
      rows: 102,
      firstTime: 0n,
      lastTime: 101n * 60_000n + 8n,
      crc32: checksumsOf(joined(barsOf(98, 0), barsBetween(98, 102, 8))),
    });
    const stored = storedOf(directory);
    expect(stored.segments.map(({ rows, superseded }) => [rows, superseded])).toEqual([
      [105, 2],
      [4, undefined],
    ]);
    expect(stored.series[0]?.parts[0]?.lastTime).toBe(String(97n * 60_000n));
    expect((await store.verify("d")).faults).toEqual([]);
  });

  it("truncates a series, and drops symbols and segments that keep no row", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory, segmentBytes: 16_384, keepGenerations: 0 });
    await publishBars(store, "d", { A: 2000, B: 5 });
    await appendBars(
      store,
      [
        { symbol: "A", keepRows: 700, rows: 0 },
        { symbol: "B", keepRows: 0, rows: 0 },
      ],
      {},
    );
    const manifest = await store.find("d");
    const crc32 = checksumsOf(barsOf(700, 0));
    expect(manifest?.series).toEqual([{ symbol: "A", rows: 700, firstTime: 0n, lastTime: 699n * 60_000n, crc32 }]);
    expect(manifest?.rows).toBe(700);
    const stored = storedOf(directory);
    expect(readdirSync(join(directory, "d"))).toHaveLength(stored.segments.length + 1);
    expect(stored.segments).toHaveLength(2);
    expect((await store.verify("d")).faults).toEqual([]);
    await expect(appendBars(store, [{ symbol: "A", keepRows: 0, rows: 0 }], {})).rejects.toThrow(
      code("ATC_INVALID_ARGUMENT"),
    );
  });

  it("replaces a series that was truncated before, and one of another generation", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory, segmentBytes: 16_384 });
    await publishBars(store, "d", { A: 1500 });
    await appendBars(store, [{ symbol: "A", keepRows: 1400, rows: 1000 }], { A: 1 });
    await appendBars(
      store,
      [
        { symbol: "A", keepRows: 1450, rows: 10 },
        { symbol: "B", rows: 2000 },
      ],
      { A: 2, B: 3 },
    );
    await appendBars(store, [{ symbol: "B", keepRows: 0, rows: 6 }], { B: 4 });
    const dataset = await store.open("d");
    const parts = [barsOf(1400, 0), barsBetween(1400, 1450, 1), barsBetween(1450, 1460, 2)];
    expect(closesOf(dataset, "A")).toEqual(parts.flatMap((part) => Array.from(part["close"] as Float64Array)));
    expect(closesOf(dataset, "B")).toEqual(Array.from(barsOf(6, 4)["close"] as Float64Array));
    expect(dataset.manifest.generation).toBe(4);
    dataset[Symbol.dispose]();
    expect((await store.verify("d")).faults).toEqual([]);
  });

  it("changes only the fingerprint if no rows are added, and keeps the attributes unless others are given", async () => {
    const store = mmapStore({ directory: newDirectory() });
    const lock = await store.lock("d");
    const writer = await store.create(lock, {
      schema: barSchema,
      fingerprint: "1",
      series: [{ symbol: "A", rows: 3 }],
    });
    await writer.write("A", 0, barsOf(3, 0));
    const first = await writer.publish({ from: "bars.csv" });
    const second = await (await store.append(lock, { fingerprint: "2", series: [] })).publish();
    expect(second.content).toMatch(/^[0-9a-f]{64}$/);
    expect(second).toEqual({ ...first, fingerprint: "2", generation: 2, createdAt: second.createdAt });
    const third = await (await store.append(lock, { fingerprint: "3", series: [] })).publish({ from: "more.csv" });
    expect(third.attributes).toEqual({ from: "more.csv" });
    await lock[Symbol.asyncDispose]();
  });

  it("refuses rows at or before the last stored time, names that time, and accepts later ones", async () => {
    const store = mmapStore({ directory: newDirectory() });
    await publishBars(store, "d", { A: 100 });
    const lock = await store.lock("d");
    const writer = await store.append(lock, { fingerprint: "", series: [{ symbol: "A", rows: 2 }] });
    for (const from of [98, 99]) {
      const overlapping = writer.write("A", 100, barsBetween(from, from + 2, 0));
      await expect(overlapping).rejects.toThrow(code("ATC_INVALID_ARGUMENT"));
      await expect(overlapping).rejects.toMatchObject({ details: { symbol: "A", lastTime: String(99 * 60_000) } });
    }
    await expect(writer.write("A", 0, barsBetween(100, 102, 0))).rejects.toThrow(code("ATC_INVALID_ARGUMENT"));
    await writer.write("A", 100, barsBetween(100, 102, 0));
    expect((await writer.publish()).rows).toBe(102);
    await lock[Symbol.asyncDispose]();
  });

  it("accepts ticks with the time of the last stored tick; bars never share a time", async () => {
    const store = mmapStore({ directory: newDirectory() });
    const columns = [
      { name: "timestamp", type: "timestamp[ns]" },
      { name: "price", type: "float64" },
    ] as const;
    const ticks = (...times: bigint[]) => ({
      timestamp: BigInt64Array.from(times),
      price: new Float64Array(times.length),
    });
    const lock = await store.lock("d");
    const writer = await store.create(lock, {
      schema: { kind: "ticks", columns },
      fingerprint: "",
      series: [{ symbol: "A", rows: 2 }],
    });
    await writer.write("A", 0, ticks(-7n, 5n));
    await writer.publish();
    const second = await store.append(lock, { fingerprint: "", series: [{ symbol: "A", rows: 2 }] });
    await expect(second.write("A", 2, ticks(4n, 9n))).rejects.toThrow(code("ATC_INVALID_ARGUMENT"));
    await second.write("A", 2, ticks(5n, 5n));
    const crc32 = checksumsOf(ticks(-7n, 5n, 5n, 5n));
    expect((await second.publish()).series).toEqual([{ symbol: "A", rows: 4, firstTime: -7n, lastTime: 5n, crc32 }]);
    await lock[Symbol.asyncDispose]();
  });

  it("is refused if another writer under the lock has published since, and loses nothing", async () => {
    const directory = newDirectory();
    const store = mmapStore({ directory, keepGenerations: 0 });
    await publishBars(store, "d", { A: 10 });
    const lock = await store.lock("d");
    const plan = { fingerprint: "x", series: [{ symbol: "B", rows: 3 }] };
    const [one, other] = [await store.append(lock, plan), await store.append(lock, plan)];
    await one.write("B", 0, barsOf(3, 1));
    await other.write("B", 0, barsOf(3, 2));
    await one.publish();
    await expect(other.publish()).rejects.toThrow(code("ATC_INVALID_ARGUMENT"));
    await lock[Symbol.asyncDispose]();
    expect((await store.find("d"))?.rows).toBe(13);
    expect((await store.verify("d")).faults).toEqual([]);
    expect(readdirSync(join(directory, "d"))).toHaveLength(3);
  });

  it.each<[string, AppendPlan["series"]]>([
    [
      "a symbol twice",
      [
        { symbol: "B", rows: 1 },
        { symbol: "B", rows: 1 },
      ],
    ],
    ["-1 rows", [{ symbol: "A", rows: -1 }]],
    ["half a row", [{ symbol: "A", rows: 0.5 }]],
    ["more kept rows than there are", [{ symbol: "A", rows: 1, keepRows: 11 }]],
    ["kept rows of a new symbol", [{ symbol: "B", rows: 1, keepRows: 1 }]],
    ["half of a surrogate pair", [{ symbol: "\ud83d", rows: 1 }]],
  ])("refuses a plan of %s", async (_, series) => {
    const store = mmapStore({ directory: newDirectory() });
    await publishBars(store, "d", { A: 10 });
    await expect(appendBars(store, series, {})).rejects.toThrow(code("ATC_INVALID_ARGUMENT"));
  });

  it("needs a dataset, its lock and its columns", async () => {
    const store = mmapStore({ directory: newDirectory() });
    const lock = await store.lock("d");
    await expect(store.append(lock, { fingerprint: "", series: [] })).rejects.toThrow(code("ATC_NOT_FOUND"));
    await lock[Symbol.asyncDispose]();
    await publishBars(store, "d", { A: 10 });
    await expect(store.append(lock, { fingerprint: "", series: [] })).rejects.toThrow(code("ATC_INVALID_ARGUMENT"));
    await using held = await store.lock("d");
    const writer = await store.append(held, { fingerprint: "", series: [{ symbol: "A", rows: 1 }] });
    const { vote: _, ...less } = barsBetween(10, 11, 0);
    await expect(writer.write("A", 10, less)).rejects.toThrow(code("ATC_INVALID_ARGUMENT"));
    await expect(writer.publish()).rejects.toThrow(code("ATC_INVALID_ARGUMENT"));
  });
});

it("two writers of one lock publish two whole generations", async () => {
  const directory = newDirectory();
  const store = mmapStore({ directory });
  const lock = await store.lock("d");
  const plan = { schema: barSchema, fingerprint: "", series: [{ symbol: "A", rows: 3 }] };
  const [one, other] = [await store.create(lock, plan), await store.create(lock, plan)];
  await one.write("A", 0, barsOf(3, 1));
  await other.write("A", 0, barsOf(3, 2));
  expect((await one.publish()).generation).toBe(1);
  expect((await other.publish()).generation).toBe(2);
  await lock[Symbol.asyncDispose]();
  expect((await store.verify("d")).faults).toEqual([]);
});
