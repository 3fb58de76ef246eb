import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { renderReport } from "../src/index.ts";
import { readCandles } from "../src/reading/candles.ts";
import { readTrades } from "../src/reading/trades.ts";
import { openPageBlock } from "./page-block.ts";
import { sampleEquity, samplePrice, sampleReport } from "./sample-report.ts";

const pageOf = (...given: Parameters<typeof renderReport>): string => new TextDecoder().decode(renderReport(...given));
const folder = mkdtempSync(join(tmpdir(), "atc-report-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the data block", () => {
  it("has the equity of a short curve exactly", async () => {
    const block = await openPageBlock(pageOf(sampleReport({ bars: 513 })));
    const equity = await block.values("equity/close");
    expect(equity).toEqual(Float64Array.from({ length: 513 }, (_, row) => sampleEquity(row)));
    expect(block.json).toMatchObject({ format: "atc-report", version: 1, n: 513, areDates: true });
    expect((await block.values("times"))[512]).toBe(Date.UTC(2015, 2, 20) + 512 * 86_400_000);
  });

  it("has a long curve in buckets: their last, lowest and highest value, and the worst drawdown of the bars", async () => {
    const bars = 400_000;
    const block = await openPageBlock(pageOf(sampleReport({ names: ["AAA"], bars, tradeBars: 1000, step: 60_000 })));
    const { bars: size = 1, ends } = block.entry("equity/close") ?? {};
    expect(size).toBe(4);
    expect(ends).toEqual([sampleEquity(3), sampleEquity(bars - 1)]);
    const [close = [], low = [], high = [], falls = []]: ArrayLike<number>[] = await Promise.all(
      ["equity/close", "equity/low", "equity/high", "drawdown"].map((name) => block.values(name)),
    );
    let peak = 0;
    for (let row = 0, worst = 0; row < 40_000; row++) {
      const bucket = Math.floor(row / size);
      if (row % size === 0) worst = 0;
      peak = Math.max(peak, sampleEquity(row));
      worst = Math.min(worst, sampleEquity(row) / peak - 1);
      if (row % size !== size - 1) continue;
      const values = Array.from({ length: size }, (_, i) => sampleEquity(bucket * size + i));
      expect((close[bucket] ?? 0) / (values.at(-1) ?? 0)).toBeCloseTo(1, 5);
      expect((low[bucket] ?? 0) / Math.min(...values)).toBeCloseTo(1, 5);
      expect((high[bucket] ?? 0) / Math.max(...values)).toBeCloseTo(1, 5);
      expect(falls[bucket]).toBeCloseTo(worst, 4);
    }
  });

  it("has prices of few decimals exactly", async () => {
    const block = await openPageBlock(pageOf(sampleReport({ bars: 2500 })));
    const [, entry] = block.json.bars;
    if (entry === undefined) throw new Error("no bars");
    expect(entry).toMatchObject({ symbol: "BBB", form: "distances", candles: 2500, first: 0 });
    const { open, high, low, close } = (await readCandles(block, entry)).candles;
    for (let row = 1; row < 2500; row++) {
      expect(close[row]).toBeCloseTo(samplePrice(1, row), 8);
      expect(open[row]).toBeCloseTo(samplePrice(1, row - 1), 8);
      expect(high[row]).toBeCloseTo(Math.max(samplePrice(1, row), samplePrice(1, row - 1)) + 0.25, 8);
      expect(low[row]).toBeCloseTo(Math.min(samplePrice(1, row), samplePrice(1, row - 1)) - 0.25, 8);
    }
  });

  it("has all trades, with their rows", async () => {
    const trades = await readTrades(await openPageBlock(pageOf(sampleReport({ bars: 300 }))));
    expect(trades).toMatchObject({ length: 58, all: 58, symbols: ["AAA", "BBB"] });
    expect(Array.from(trades?.entryRow.subarray(0, 3) ?? [])).toEqual([0, 10, 20]);
    expect(Array.from(trades?.direction.subarray(0, 3) ?? [])).toEqual([1, -1, 1]);
    expect(trades?.fees[5]).toBe(1.5);
    expect(trades?.entryTime[31]).toBe(Date.UTC(2015, 2, 20) + 20 * 86_400_000);
  });

  it("keeps the largest trades of too many, and says how many there were", async () => {
    const data = sampleReport({ names: ["AAA"], bars: 60_003, tradeBars: 2, step: 60_000 });
    const trades = await readTrades(await openPageBlock(pageOf(data)));
    expect(trades).toMatchObject({ length: 20_000, all: 30_001 });
    const sizes = [...(data.trades?.blocks() ?? [])].flatMap(({ profit }) => Array.from(profit, Math.abs));
    const least = sizes.toSorted((a, b) => b - a)[19_999] ?? 0;
    expect(Math.min(...(trades?.profit ?? []).map(Math.abs))).toBeCloseTo(least, 4);
  });

  it("fits the size that it is given, with less detail of prices first", async () => {
    const data = sampleReport({ names: ["AAA"], bars: 100_000, tradeBars: 50, step: 60_000 });
    const whole = renderReport(data);
    const small = renderReport(data, { maxBytes: 700_000 });
    expect(whole.length).toBeLessThanOrEqual(3_000_000);
    expect(small.length).toBeLessThanOrEqual(700_000);
    const block = await openPageBlock(new TextDecoder().decode(small));
    expect(block.json.bars[0]?.bars).toBeGreaterThan(1);
    expect((await readTrades(block))?.length).toBe(1999);
  });

  it("has the result without the folders of its paths", async () => {
    const { json } = await openPageBlock(pageOf(sampleReport()));
    expect(json.result.data.path).toBe("bars.csv");
    expect(json.result.config["cacheDir"]).toBe(".cache");
    expect(json.result.portfolio).toEqual(sampleReport().result.portfolio);
    expect(pageOf(sampleReport())).not.toContain("/home/someone");
  });

  it("is the same bytes for the same input", () => {
    expect(Buffer.compare(renderReport(sampleReport()), renderReport(sampleReport()))).toBe(0);
  });

  it("is read in Python by the lines that the page shows", (context) => {
    const python = process.env["ATC_PYTHON"] ?? "/usr/bin/python3";
    if (spawnSync(python, ["-c", "import numpy"]).status !== 0) context.skip("no Python with NumPy here");
    const page = pageOf(sampleReport({ bars: 513 }));
    writeFileSync(join(folder, "report.html"), page);
    const lines = (/<pre tabindex="0" id="python">([\s\S]*?)<\/pre>/.exec(page)?.[1] ?? "")
      .replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">");
    expect(lines.trim().split("\n").length).toBe(5);
    const more = [
      "entry = report['arrays']['trades/entryRow']",
      "rows = (entry['origin'] + data['trades/entryRow'].cumsum(dtype='i8')) / entry['scale']",
      "print(json.dumps([report['result']['portfolio'], data['equity/close'].tolist(), rows.tolist()[:3]]))",
    ];
    const { stdout, stderr } = spawnSync(python, ["-c", `${lines}\n${more.join("\n")}`], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    const [portfolio, equity, rows] = JSON.parse(stdout) as [object, number[], number[]];
    expect(portfolio).toEqual(sampleReport().result.portfolio);
    expect(equity[512]).toBe(sampleEquity(512));
    expect(rows).toEqual([0, 10, 20]);
  });
});
