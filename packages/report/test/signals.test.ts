import { describe, expect, it } from "vitest";
import { renderReport } from "../src/index.ts";
import { candleLevels } from "../src/reading/candle-levels.ts";
import { readCandles } from "../src/reading/candles.ts";
import { openPageBlock } from "./page-block.ts";
import { type SampleOptions, sampleReport, sampleSignal } from "./sample-report.ts";

const pageOf = (options: SampleOptions): string => new TextDecoder().decode(renderReport(sampleReport(options)));

async function levelsOf(page: string): Promise<ReturnType<typeof candleLevels>> {
  const block = await openPageBlock(page);
  const entry = block.json.bars.at(-1);
  if (entry === undefined) throw new Error("no bars");
  return candleLevels(await readCandles(block, entry));
}

describe("the signals of a report", () => {
  it("are in the block of each symbol to a thousandth, with both thresholds", async () => {
    const page = pageOf({ bars: 500, signals: true });
    expect((await openPageBlock(page)).json.signalThresholds).toEqual({ long: 0.1, short: -0.2 });
    const levels = await levelsOf(page);
    for (const row of [0, 1, 250, 499]) expect(levels.at(row)?.signal).toBeCloseTo(sampleSignal(1, row), 2.9);
    expect(page).toContain('id="panel-signal"');
  });

  it("have no panel if the strategy has none", async () => {
    const page = pageOf({ bars: 500 });
    expect(page).not.toContain("panel-signal");
    expect((await levelsOf(page)).at(3)?.signal).toBeUndefined();
  });

  it("are the last, the lowest and the highest of a candle of several bars, and those of single bars", async () => {
    const bars = 200_000;
    const levels = await levelsOf(pageOf({ names: ["AAA"], bars, tradeBars: 20_000, step: 60_000, signals: true }));
    const { span } = levels.inView(0, bars, 1000);
    const { size, signal } = span.candles;
    expect(size).toBe(256);
    for (const candle of [0, 5, 99]) {
      const rows = Array.from({ length: size }, (_, i) => sampleSignal(0, candle * size + i));
      expect(signal?.close[candle]).toBeCloseTo(rows.at(-1) ?? 0, 2.9);
      expect(signal?.low[candle]).toBeCloseTo(Math.min(...rows), 2.9);
      expect(signal?.high[candle]).toBeCloseTo(Math.max(...rows), 2.9);
    }
    expect(levels.at(20_001)).toMatchObject({ size: 1 });
    expect(levels.at(20_001)?.signal).toBeCloseTo(sampleSignal(0, 20_001), 2.9);
  });
});
