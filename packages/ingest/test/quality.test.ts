import type { BadRow, ColumnMetadata, RowKind } from "@atc/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { IngestReport, SeriesQuality } from "../src/index.ts";
import { datasetName, ingest } from "../src/index.ts";
import type { Row } from "./memory-source.ts";
import { memorySource } from "./memory-source.ts";
import type { MemoryStore } from "./memory-store.ts";
import { memoryStore } from "./memory-store.ts";

const ohlcv: readonly ColumnMetadata[] = ["open", "high", "low", "close", "volume"].map((name) => ({
  name,
  type: "float64",
}));
const day = 86_400_000;
const hour = 3_600_000;

let store: MemoryStore;
beforeEach(() => {
  store = memoryStore();
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
});

async function reportOf(rows: readonly Row[], kind: RowKind = "bars", columns = ohlcv): Promise<IngestReport> {
  return (await ingest(memorySource(rows, { kind, columns }), store, { name: "d" })).report;
}

async function qualityOf(rows: readonly Row[], kind?: RowKind, columns?: typeof ohlcv): Promise<SeriesQuality> {
  return (await reportOf(rows, kind, columns)).series[0] as SeriesQuality;
}

const bar = (time: number | bigint, close = 100, rest: Partial<Row> = {}): Row => ({
  symbol: "A",
  time,
  open: close,
  high: close + 1,
  low: close - 1,
  close,
  volume: 10,
  ...rest,
});
const bars = (times: readonly number[]): Row[] => times.map((time) => bar(time));

describe("range and order", () => {
  it("gives the first and last time and the usual interval", async () => {
    const quality = await qualityOf(bars([0, 1, 2, 3, 7].map((n) => n * day)));
    expect(quality).toMatchObject({
      symbol: "A",
      rows: 5,
      firstTime: "1970-01-01T00:00:00.000Z",
      lastTime: "1970-01-08T00:00:00.000Z",
      interval: day,
      order: "oldest-first",
      unsorted: 0,
      outOfOrder: 0,
    });
  });

  it("has no interval for one row, or rows of one time", async () => {
    expect(await qualityOf(bars([5]))).not.toHaveProperty("interval");
    expect(await qualityOf(bars([5, 5, 5]), "ticks")).not.toHaveProperty("interval");
  });

  it("distinguishes a newest-first file from a mixed one, and counts the rows out of order", async () => {
    const newest = Array.from({ length: 40 }, (_, i) => 40 - i);
    [newest[3], newest[4]] = [newest[4] as number, newest[3] as number];
    expect(await qualityOf(bars(newest))).toMatchObject({ order: "newest-first", unsorted: 38, outOfOrder: 1 });
    expect(await qualityOf(bars([1, 3, 2, 4]))).toMatchObject({ order: "mixed", unsorted: 1, outOfOrder: 1 });
    const late = [...Array.from({ length: 30 }, (_, i) => i + 1), 0];
    expect(await qualityOf(bars(late))).toMatchObject({ order: "oldest-first", unsorted: 1, outOfOrder: 1 });
  });

  it("gives nanoseconds if a time has them, also before 1970", async () => {
    const quality = await qualityOf([bar(-1n), bar(1_000_000n), bar(3_000_000n)], "ticks");
    expect(quality.firstTime).toBe("1969-12-31T23:59:59.999999999Z");
    expect(quality.lastTime).toBe("1970-01-01T00:00:00.003Z");
    expect(quality.interval).toBe(1.000001);
  });

  it("gives the range over all symbols by time, not by text", async () => {
    const report = await reportOf([
      bar(-62_167_219_200_001, 1, { symbol: "B" }),
      bar(0),
      bar(253_402_300_800_000, 1, { symbol: "C" }),
    ]);
    expect([report.firstTime, report.lastTime]).toEqual(["-000001-12-31T23:59:59.999Z", "+010000-01-01T00:00:00.000Z"]);
  });
});

describe("gaps", () => {
  it("counts them, and those within a day, and gives the three longest", async () => {
    const missing = [
      [200, 203],
      [300, 326],
      [500, 559],
    ] as const;
    const hours = Array.from({ length: 1400 }, (_, i) => i).filter((i) => !missing.some(([a, b]) => i > a && i < b));
    const { gaps } = await qualityOf(bars(hours.map((n) => n * hour)));
    expect(gaps).toEqual({
      count: 3,
      shared: 0,
      withinDay: 1,
      longest: [
        { after: "1970-01-21T20:00:00.000Z", ms: 59 * hour },
        { after: "1970-01-13T12:00:00.000Z", ms: 26 * hour },
        { after: "1970-01-09T08:00:00.000Z", ms: 3 * hour },
      ],
    });
  });

  it("finds one at the border of two blocks of a long series", async () => {
    const minutes = Array.from({ length: 65_540 }, (_, i) => (i < 65_536 ? i : i + 5) * 60_000);
    const { gaps, rows } = await qualityOf(bars(minutes));
    expect([rows, gaps.count, gaps.longest]).toEqual([65_540, 1, [{ after: "1970-02-15T12:15:00.000Z", ms: 360_000 }]]);
  });

  it("finds none in ticks", async () => {
    expect((await qualityOf(bars([0, 1, 2, 1000].map((n) => n * 1e6)), "ticks")).gaps.count).toBe(0);
  });
});

describe("prices and volumes", () => {
  it("counts the faults of bars and gives the time of the first", async () => {
    const quality = await qualityOf([
      bar(0),
      bar(1, 100, { volume: 0 }),
      bar(2, 100, { high: 99 }),
      bar(3, 100, { low: 100.5, high: 101 }),
      bar(4, 100, { high: 100, low: 100, volume: 0 }),
      bar(5, 100, { open: Number.NaN, volume: -1 }),
      bar(6, 100, { low: 0 }),
      bar(7, 100, { high: Number.POSITIVE_INFINITY }),
      bar(8, -5, { volume: Number.NaN }),
    ]);
    const at = (ms: number): string => new Date(ms).toISOString();
    expect(quality).toMatchObject({
      zeroVolumes: { count: 2, first: at(1) },
      badVolumes: { count: 2, first: at(5) },
      ohlcViolations: { count: 2, first: at(2) },
      flatBars: { count: 1, first: at(4) },
      missingPrices: { count: 2, first: at(5) },
      nonPositivePrices: { count: 2, first: at(6) },
    });
  });

  it("counts opens outside of their bar's range, and keeps the three farthest with their prices", async () => {
    const quality = await qualityOf([
      bar(0),
      bar(1, 100, { open: 101.5 }),
      bar(2, 100, { high: 99 }),
      bar(3, 100, { open: 1 }),
      bar(4, 100, { open: 202 }),
      bar(5, 100, { open: 102 }),
      bar(6, 100, { open: 0 }),
    ]);
    const at = (ms: number): string => new Date(ms).toISOString();
    expect(quality.ohlcViolations.count).toBe(6);
    expect(quality.opensOutsideRange).toEqual({
      count: 6,
      places: [
        { time: at(6), open: 0, low: 99, high: 101 },
        { time: at(3), open: 1, low: 99, high: 101 },
        { time: at(4), open: 202, low: 99, high: 101 },
      ],
    });
  });

  it("counts opens outside of their range of bars whose high and low are exchanged, but not a close outside", async () => {
    const quality = await qualityOf([bar(0, 100, { high: 99, low: 101 }), bar(1, 100, { close: 150 })]);
    expect([quality.ohlcViolations.count, quality.opensOutsideRange?.count]).toEqual([2, 1]);
  });

  it("checks only the price of ticks", async () => {
    const columns: readonly ColumnMetadata[] = [{ name: "close", type: "float32" }];
    const rows = [1, 0, -1, Number.NaN, 2].map((close, time) => ({ symbol: "A", time, close }));
    const quality = await qualityOf(rows, "ticks", columns);
    expect([quality.missingPrices.count, quality.nonPositivePrices.count]).toEqual([1, 2]);
    expect([quality.zeroVolumes.count, quality.ohlcViolations.count]).toEqual([0, 0]);
  });

  it("finds nothing in sound bars", async () => {
    const { totals } = await reportOf([bar(0), bar(1), bar(2)]);
    expect(Object.values(totals).every((count) => count === 0)).toBe(true);
  });
});

describe("jumps", () => {
  const closes = (values: readonly number[]): Row[] => values.map((close, i) => bar(i * day, close));

  it("knows a 2:1 split by the open, whatever the close did", async () => {
    const { jumps } = await qualityOf([
      bar(0, 128.71),
      bar(day, 70, { open: 64.55, high: 71, low: 62 }),
      bar(2 * day, 71),
    ]);
    expect(jumps).toEqual({
      threshold: 0.4,
      count: 1,
      reverting: 0,
      places: [
        {
          time: "1970-01-02T00:00:00.000Z",
          from: 128.71,
          to: 70,
          ratio: 70 / 128.71,
          looksLikeSplit: "2:1",
          splitTo: 64.55,
          reverts: false,
        },
      ],
    });
  });

  it("knows a reverse split", async () => {
    const { jumps } = await qualityOf(closes([1, 10.1, 10.2]));
    expect(jumps.places[0]).toMatchObject({ looksLikeSplit: "1:10", reverts: false });
  });

  it("distinguishes a price that reverts from a split", async () => {
    const { jumps } = await qualityOf(closes([45.26, 25.59, 25.61, 46.11, 46.15]));
    expect(jumps.count).toBe(2);
    expect(jumps.places.map(({ reverts }) => reverts)).toEqual([true, false]);
    expect(jumps.places.every((place) => place.looksLikeSplit === undefined)).toBe(true);
  });

  it("counts all jumps that revert, including those that are no place", async () => {
    const spikes = Array.from({ length: 60 }, (_, i) => (i % 10 === 5 ? 300 + i : 100));
    const { jumps } = await qualityOf(closes(spikes));
    expect([jumps.count, jumps.reverting, jumps.places.length]).toEqual([12, 6, 5]);
    const borders = Array.from({ length: 65_540 }, (_, i) => bar(i, i === 65_534 ? 40 : 100));
    expect((await qualityOf(borders)).jumps).toMatchObject({ count: 2, reverting: 1 });
  });

  it("lowers the threshold to 30 times the usual move of a calm series, not below 2 %", async () => {
    const calm = Array.from({ length: 50 }, (_, i) => 100 * (1 + (i % 2) * 0.0001));
    const { jumps } = await qualityOf(closes([...calm, 103, 103.01, 100]));
    expect([jumps.threshold, jumps.count, jumps.places[0]?.reverts]).toEqual([0.02, 2, true]);
    const lively = Array.from({ length: 50 }, (_, i) => 100 * (1 + (i % 2) * 0.01));
    expect((await qualityOf(closes(lively))).jumps.threshold).toBeCloseTo(0.3, 1);
  });

  it("skips missing, zero and negative prices", async () => {
    const { jumps } = await qualityOf(
      closes([Number.NaN, 100, 0, 101, -3, Number.NaN, 50, Number.POSITIVE_INFINITY, 50]),
    );
    expect(jumps.places.map(({ from, to }) => [from, to])).toEqual([[101, 50]]);
  });

  it("keeps the five greatest in order of time", async () => {
    const { jumps } = await qualityOf(closes([1, 2, 10, 30, 210, 1050, 525, 5250]));
    expect(jumps.count).toBe(7);
    expect(jumps.places.map(({ ratio }) => ratio)).toEqual([5, 3, 7, 5, 10]);
  });

  it("finds one at the border of two blocks of a long series, and whether it reverts", async () => {
    const rows = Array.from({ length: 65_540 }, (_, i) => bar(i, i === 65_535 || i === 65_536 ? 40 : 100));
    const { jumps } = await qualityOf(rows);
    expect(jumps.places.map(({ to, reverts }) => [to, reverts])).toEqual([
      [40, true],
      [100, false],
    ]);
  });
});

describe("the report", () => {
  it("sums over symbols and names what was not stored", async () => {
    const columns: readonly ColumnMetadata[] = [...ohlcv, { name: "exchange", type: "text" }];
    const rows = [bar(0, 100, { volume: 0 }), bar(1, 100, { symbol: "B", volume: 0 }), bar(0, 101, { symbol: "B" })];
    const report = await reportOf(rows, "bars", columns);
    expect(report).toMatchObject({
      kind: "bars",
      rowsRead: 3,
      rowsKept: 3,
      columns: ["timestamp", "open", "high", "low", "close", "volume"],
      droppedColumns: ["exchange"],
      duplicates: "keep-last",
      totals: { zeroVolumes: 2, unsorted: 1 },
    });
    expect(store.plans[0]?.schema.columns.map(({ name }) => name)).not.toContain("exchange");
  });

  it("counts bad rows by reason and keeps the first 100", async () => {
    const badRows: BadRow[] = Array.from({ length: 130 }, (_, i) => ({
      file: i < 30 ? "a.csv" : "b.csv",
      line: i + 2,
      reason: i % 3 === 0 ? "time" : "number",
      text: "x",
    }));
    const { report } = await ingest(memorySource([bar(0)], { columns: ohlcv, badRows }), store, { name: "d" });
    expect(report.badRows).toMatchObject({ count: 130, reasons: { time: 44, number: 86 } });
    expect(report.badRows.files).toEqual({ "a.csv": 30, "b.csv": 100 });
    expect(report.badRows.first).toEqual(badRows.slice(0, 100));
  });

  it("is plain data, small in the manifest if there are no findings", async () => {
    const { report, manifest } = await ingest(memorySource(bars([0, 1, 2]), { columns: ohlcv }), store, { name: "d" });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(manifest.attributes["report"]).toMatchObject({
      series: [{ symbol: "A", rows: 3, firstTime: report.firstTime, lastTime: report.lastTime, interval: 1 }],
    });
    expect(JSON.stringify(manifest.attributes["report"])).not.toContain('zeroVolumes":{');
  });
});

describe("datasetName", () => {
  it("is the stem and eight digits of the path's hash", () => {
    expect(datasetName("/data/spy_1d.csv")).toMatch(/^spy_1d-[0-9a-f]{8}$/);
    expect(datasetName("/data/spy_1d.csv")).not.toBe(datasetName("/other/spy_1d.csv"));
  });

  it("removes extensions of data and compression, one after another", () => {
    for (const file of ["a.b.csv.gz", "a.b.parquet", "a.b.JSON.zst", "a.b"])
      expect(datasetName(`/x/${file}`)).toMatch(/^a\.b-[0-9a-f]{8}$/);
  });

  it("is a valid name for any path", () => {
    for (const path of ["/x/.csv", "/x/..", "", "C:\\data\\ETH BTC.csv", `/x/${"é".repeat(300)}.csv`, "/x/💥/"])
      expect(datasetName(path)).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/);
  });
});
