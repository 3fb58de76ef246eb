import { cpSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DatasetManifest, SeriesColumns } from "@atc/contract";
import { beforeEach, describe, expect, it } from "vitest";
import { type MmapStore, mmapStore } from "../src/index.ts";
import { formatManifest, parseManifest } from "../src/manifest/manifest.ts";
import { barSchema, barsBetween, checksumsOf, closesOf, joined, publishBars } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

const newDirectory = temporaryDirectories();
const fixture = fileURLToPath(new URL("fixtures/dataset-without-content", import.meta.url));
const fingerprint = "made before datasets had a content";

/** The rows of the fixture: those of the other samples, with closes from 1 on. */
function olderBars(from: number, to: number, seed: number): SeriesColumns {
  const bars = barsBetween(from, to, seed);
  return { ...bars, close: (bars["close"] as Float64Array).map((close) => close + 1) };
}
const rowsOfA = joined(olderBars(0, 35, 0), olderBars(35, 45, 2));

let store: MmapStore;
let directory: string;
const manifestPath = (): string => join(directory, "d", "manifest.json");

beforeEach(() => {
  directory = newDirectory();
  cpSync(fixture, join(directory, "d"), { recursive: true });
  renameSync(`${manifestPath()}.stored`, manifestPath());
  store = mmapStore({ directory });
});

async function append(symbol: string, keepRows: number, rows: SeriesColumns): Promise<DatasetManifest> {
  const lock = await store.lock("d");
  try {
    const count = rows["timestamp"]?.length ?? 0;
    const writer = await store.append(lock, { fingerprint: "appended", series: [{ symbol, keepRows, rows: count }] });
    if (count > 0) await writer.write(symbol, keepRows, rows);
    return await writer.publish();
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

async function compact(): Promise<DatasetManifest> {
  const lock = await store.lock("d");
  try {
    return await store.compact(lock);
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

describe("a dataset that was written before manifests had a content", () => {
  it("opens and verifies, without a content", async () => {
    using dataset = await store.open("d");
    expect(closesOf(dataset, "A")).toEqual(Array.from(rowsOfA["close"] as Float64Array));
    expect(closesOf(dataset, "B")).toEqual(Array.from(olderBars(0, 30, 1)["close"] as Float64Array));
    expect(dataset.manifest.fingerprint).toBe(fingerprint);
    expect(dataset.manifest.content).toBeUndefined();
    expect(dataset.manifest.series).toEqual([
      { symbol: "A", rows: 45, firstTime: 0n, lastTime: 2_640_002n },
      { symbol: "B", rows: 30, firstTime: 1n, lastTime: 1_740_001n },
    ]);
    expect((await store.verify("d")).faults).toEqual([]);
  });

  it("gets no content from an append, which does not read the rows that it keeps", async () => {
    for (const keepRows of [45, 40, 20]) {
      const manifest = await append("A", keepRows, olderBars(keepRows, 50, 3));
      expect(manifest.content).toBeUndefined();
      expect(manifest.series.map(({ symbol, rows, crc32 }) => [symbol, rows, crc32])).toEqual([
        ["A", 50, undefined],
        ["B", 30, undefined],
      ]);
      expect(readFileSync(manifestPath(), "utf8").match(/"crc32"/g)).toHaveLength(
        parseManifest(readFileSync(manifestPath()), "").segments.length + 1,
      );
      expect((await store.verify("d")).faults).toEqual([]);
    }
  });

  it("gets its content from a compaction, including the segments that stay", async () => {
    const compacted = await compact();
    expect(compacted.series.map(({ symbol, crc32 }) => [symbol, crc32])).toEqual([
      ["A", checksumsOf(rowsOfA)],
      ["B", checksumsOf(olderBars(0, 30, 1))],
    ]);
    expect(compacted.content).toMatch(/^[0-9a-f]{64}$/);
    expect((await compact()).generation).toBe(compacted.generation);
    // Laid out as a compaction would, and without a content: no row is written again.
    const { content: _, ...stored } = parseManifest(readFileSync(manifestPath()), "");
    writeFileSync(manifestPath(), formatManifest(stored));
    const again = await compact();
    expect(again).toMatchObject({ content: compacted.content, generation: compacted.generation + 1 });
    expect(parseManifest(readFileSync(manifestPath()), "").segments).toEqual(stored.segments);
    expect((await store.verify("d")).faults).toEqual([]);
  });

  it("gets its content once none of the older rows are kept", async () => {
    await append("B", 0, olderBars(0, 0, 0));
    const manifest = await append("A", 0, olderBars(0, 8, 4));
    expect(manifest.series).toMatchObject([{ symbol: "A", rows: 8, crc32: checksumsOf(olderBars(0, 8, 4)) }]);
    expect(manifest.content).toMatch(/^[0-9a-f]{64}$/);
  });
});

it("ignores checksums in a manifest without a content: an older writer kept those of parts that it truncated", async () => {
  await publishBars(store, "d", { A: 100 });
  const { content: _, ...stored } = parseManifest(readFileSync(manifestPath()), "");
  expect(stored.series[0]?.parts[0]?.crc32).toHaveLength(8 * barSchema.columns.length);
  const [segment] = stored.segments;
  const series = stored.series.map(({ symbol, parts }) => ({
    symbol,
    parts: parts.map((part) => ({ ...part, rows: 90, lastTime: String(89 * 60_000) })),
  }));
  const segments = [{ ...segment, superseded: 10 } as (typeof stored.segments)[number]];
  writeFileSync(manifestPath(), formatManifest({ ...stored, series, segments }));
  expect((await store.verify("d")).faults).toEqual([]);
  const cut = await append("A", 80, barsBetween(80, 85, 0));
  expect([cut.content, cut.series[0]?.crc32]).toEqual([undefined, undefined]);
  const whole = await compact();
  expect(whole.series[0]?.crc32).toEqual(checksumsOf(barsBetween(0, 85, 0)));
  expect((await store.verify("d")).faults).toEqual([]);
});
