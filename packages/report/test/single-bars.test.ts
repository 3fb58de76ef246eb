import { beforeAll, describe, expect, it } from "vitest";
import { renderReport } from "../src/index.ts";
import { candleLevels } from "../src/reading/candle-levels.ts";
import { readCandles, type SymbolCandles } from "../src/reading/candles.ts";
import { readTrades, type TradeColumns } from "../src/reading/trades.ts";
import { openPageBlock } from "./page-block.ts";
import { type SampleOptions, samplePrice, sampleReport } from "./sample-report.ts";

const bars = 330_000;
const size = 4;

interface Shown extends SymbolCandles {
  readonly trades: TradeColumns;
  /** The rows of all single bars. */
  readonly rows: ReadonlySet<number>;
}

async function shownOf(options: SampleOptions, maxBytes?: number): Promise<Shown> {
  const data = sampleReport({ names: ["AAA"], bars, step: 60_000, ...options });
  const block = await openPageBlock(new TextDecoder().decode(renderReport(data, { maxBytes })));
  const [entry] = block.json.bars;
  const trades = await readTrades(block);
  if (entry === undefined || trades === undefined) throw new Error("no bars");
  const { candles, single } = await readCandles(block, entry);
  return { candles, single, trades, rows: new Set(single?.rows) };
}

describe("the single bars of a long symbol", () => {
  let shown: Shown;
  beforeAll(async () => {
    shown = await shownOf({ tradeBars: 2000 });
  });

  it("are around the fills of the trades and at the end, in whole candles", () => {
    const { trades, rows, candles } = shown;
    expect(candles.size).toBe(size);
    const missing: number[] = [];
    const want = (from: number): void => {
      for (let row = Math.max(0, from); row < from + size; row++) if (!rows.has(row)) missing.push(row);
    };
    for (const row of [...trades.entryRow, ...trades.exitRow]) {
      const first = row - (row % size);
      want(first);
      want(row - first < size / 2 ? first - size : first + size);
    }
    for (let row = bars - 2000; row < bars; row += size) want(row);
    expect(missing).toEqual([]);
    // A candle with some of its bars alone would leave a hole beside them.
    const counts = Array.from(candles.rows, (row) => [0, 1, 2, 3].filter((i) => rows.has(row + i)).length);
    expect(new Set(counts)).toEqual(new Set([0, size]));
  });

  it("have their prices exactly", () => {
    const { single } = shown;
    const rows = Array.from(single?.rows ?? []);
    const cents = (price: number): number => Math.round(100 * price);
    expect(Array.from(single?.close ?? [], cents)).toEqual(rows.map((row) => cents(samplePrice(0, row))));
    expect(Array.from(single?.open ?? [], cents)).toEqual(
      rows.map((row) => cents(samplePrice(0, Math.max(0, row - 1)))),
    );
  });

  it("are those of the largest profits and losses if there is no room for all", async () => {
    const { trades, rows } = await shownOf({ tradeBars: 100 }, 600_000);
    const order = Array.from(trades.profit, (_, i) => i).sort(
      (a, b) => Math.abs(trades.profit[b] ?? 0) - Math.abs(trades.profit[a] ?? 0),
    );
    const kept = order.map((i) => rows.has(trades.entryRow[i] ?? 0));
    const first = kept.indexOf(false);
    expect(first).toBeGreaterThan(0);
    // Later ones are kept by chance alone, beside a larger one.
    expect(kept.slice(first).filter(Boolean).length).toBeLessThan(0.2 * kept.length);
  });

  it("are not in a block whose candles are single bars", async () => {
    const { candles, single } = await shownOf({ bars: 5000 });
    expect(candles.size).toBe(1);
    expect(single).toBeUndefined();
  });

  for (const [first, last, most] of [
    [0, 600, 600],
    [1990.5, 2100.5, 600],
    [1900, 2300, 250],
    [bars - 2300, bars - 0.5, 1200],
  ] as const)
    it(`are drawn with coarser candles in the gaps: each row from ${first} to ${last} is in one of them`, () => {
      const { span, gaps, coarse } = candleLevels(shown).inView(first, last, most);
      expect(span.candles.size).toBeLessThan(size);
      const covers = new Map<number, number>();
      const cover = (row: number, rows: number): void => {
        for (let i = row; i < row + rows; i++) covers.set(i, (covers.get(i) ?? 0) + 1);
      };
      for (let i = span.from; i < span.to; i++) cover(span.candles.rows[i] ?? 0, span.candles.size);
      for (const i of gaps) cover(coarse.rows[i] ?? 0, coarse.size);
      const inView = Array.from({ length: Math.floor(last - first) - size }, (_, i) => Math.ceil(first) + i);
      expect(inView.filter((row) => covers.get(row) !== 1)).toEqual([]);
    });

  it("are what the legend reads; elsewhere it reads a coarser candle", () => {
    const levels = candleLevels(shown);
    expect(levels.inView(0, bars, 600)).toMatchObject({ gaps: [], span: { candles: { size: 1024 } } });
    expect(levels.at(2000)).toMatchObject({ size: 1 });
    expect(levels.at(1000)).toMatchObject({ size });
    expect(levels.at(-1)).toBeUndefined();
  });
});
