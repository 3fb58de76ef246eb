import { isAtcError } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { preflight } from "../src/index.ts";
import { type Bars, minuteMs, pick, seriesOf, start, walk } from "./bars.ts";

const check = (bars: Partial<Bars>, from = start, to = start + 2000 * minuteMs, interval = minuteMs) =>
  preflight(seriesOf("BTC", bars), from, to, interval);
const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return isAtcError(error) ? error.code : String(error);
  }
  return "none";
};

describe("gaps", () => {
  it("finds none in complete data, across segments", () => {
    const report = check(walk(2000));
    expect(report).toMatchObject({ expectedBars: 2000, presentBars: 2000, missingBars: 0, gaps: [], faultCount: 0 });
    expect(report.spans).toEqual([{ from: start, to: start + 2000 * minuteMs, row: 0, bars: 2000 }]);
  });

  it("finds exactly the missing bars, whatever is missing", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 1999 }), { maxLength: 60 }), (missing) => {
        const absent = new Set(missing);
        const report = check(pick(walk(2000), (i) => !absent.has(i)));
        const inGaps = report.gaps.flatMap(({ from, to, bars }) => {
          expect(to - from).toBe(bars * minuteMs);
          return Array.from({ length: bars }, (_, i) => (from - start) / minuteMs + i);
        });
        expect(inGaps).toEqual([...absent].toSorted((a, b) => a - b));
        expect(report.missingBars).toBe(absent.size);
        const rows = report.spans.flatMap(({ row, bars }) => Array.from({ length: bars }, (_, i) => row + i));
        expect(rows).toEqual(Array.from({ length: 2000 - absent.size }, (_, i) => i));
      }),
      { numRuns: 60 },
    );
  });

  it("counts bars that are missing before the first and after the last", () => {
    const report = check(walk(100), start - 3 * minuteMs, start + 104 * minuteMs);
    expect(report.gaps.map(({ bars }) => bars)).toEqual([3, 4]);
    expect(report.missingBars).toBe(7);
  });

  it("checks only the range, rounded to whole bars", () => {
    const report = check(walk(100), start + 10 * minuteMs - 1, start + 20 * minuteMs + 1);
    expect(report).toMatchObject({ expectedBars: 10, presentBars: 10, from: start + 10 * minuteMs });
    expect(report.spans[0]?.row).toBe(10);
  });

  it("rejects a range without a bar, an invalid interval and missing columns", () => {
    expect(code(() => check(walk(10), start, start))).toBe("ATC_INVALID_ARGUMENT");
    expect(code(() => check(walk(10), Number.NaN, start))).toBe("ATC_INVALID_ARGUMENT");
    expect(code(() => check(walk(10), start, start + minuteMs, 0))).toBe("ATC_INVALID_ARGUMENT");
    const { low: _, ...lacking } = walk(10);
    expect(code(() => check(lacking))).toBe("ATC_INVALID_DATA");
  });
});

describe("faults", () => {
  const faulty = (change: (bars: Bars) => void) => {
    const bars = walk(2000);
    change(bars);
    return check(bars);
  };

  it.each([
    ["a price of 0", (bars: Bars) => (bars.open[1234] = 0)],
    ["a negative price", (bars: Bars) => (bars.close[1234] = -3)],
    ["a price that is not a number", (bars: Bars) => (bars.low[1234] = Number.NaN)],
    ["an infinite price", (bars: Bars) => (bars.high[1234] = Number.POSITIVE_INFINITY)],
    ["a high below the low", (bars: Bars) => (bars.high[1234] = (bars.low[1234] as number) / 2)],
    ["a negative volume", (bars: Bars) => (bars.volume[1234] = -1)],
    ["a price below a thousandth of the median", (bars: Bars) => (bars.low[1234] = 0.001)],
    ["a time off the grid", (bars: Bars) => (bars.timestamp[1234] = start + 1234 * minuteMs + 5)],
    ["the same time twice", (bars: Bars) => (bars.timestamp[1234] = start + 1233 * minuteMs)],
  ])("finds %s", (_, change) => {
    const report = faulty(change);
    expect(report.faultCount).toBe(1);
    expect(report.faults[0]?.row).toBe(1234);
  });

  it("allows prices to grow more than a thousandfold over a long series", () => {
    const bars = walk(2000);
    for (const column of [bars.open, bars.high, bars.low, bars.close])
      for (let i = 0; i < column.length; i++) column[i] = (column[i] as number) * 1.005 ** i;
    expect((bars.close.at(-1) as number) / (bars.close[0] as number)).toBeGreaterThan(5000);
    expect(check(bars).faultCount).toBe(0);
  });

  it("keeps the first 20 and counts all", () => {
    const report = faulty((bars) => bars.volume.fill(-1));
    expect(report.faults.length).toBe(20);
    expect(report.faultCount).toBe(2000);
  });

  it("accepts a series without volume", () => {
    const { volume: _, ...bars } = walk(100);
    expect(check(bars).faultCount).toBe(0);
  });
});
