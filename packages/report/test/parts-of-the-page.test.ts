import { describe, expect, it } from "vitest";
import { countReturns } from "../src/block/return-counts.ts";
import type { AccountFigures } from "../src/index.ts";
import { csvOf } from "../src/listing/csv.ts";
import type { ListingColumn } from "../src/listing/listing-column.ts";
import { queryOf } from "../src/listing/query.ts";
import { verdictWords } from "../src/page/verdict.ts";
import { levelSeries } from "../src/reading/level-series.ts";
import { rowTimes, timeTicks } from "../src/reading/row-times.ts";
import { decimalText, percentText, shortestText, signedPercentText, signedText } from "../src/text/number-text.ts";
import { durationText, isoText } from "../src/text/time-text.ts";
import { shortText, visibleText } from "../src/text/visible-text.ts";
import { linearTicks, logTicks } from "../src/view/ticks.ts";
import { createView } from "../src/view/view.ts";

describe("texts", () => {
  it("group digits, and have a sign only if something is left after rounding", () => {
    expect([1234.5, -1234.5, 0, -0.001, 1e18].map((value) => decimalText(value, 1))).toEqual([
      "1,234.5",
      "−1,234.5",
      "0.0",
      "0.0",
      "1.000e+18",
    ]);
    expect([signedText(5), signedText(0.001, 1), signedText(-5)]).toEqual(["+5", "0.0", "−5"]);
    expect([percentText(0.128), percentText(12.34), signedPercentText(-0.1)]).toEqual([
      "12.8\u00a0%",
      "1,234\u00a0%",
      "−10.0\u00a0%",
    ]);
    expect([shortestText(1234.5678), shortestText(0.000_012_3), shortestText(-1e-9), shortestText(null)]).toEqual([
      "1,234.57",
      "0.0000123",
      "−1e-9",
      "–",
    ]);
    for (const text of [decimalText, percentText, shortestText, signedText]) expect(text(Number.NaN)).toBe("–");
  });

  it("have dates, times and durations", () => {
    expect(isoText("2015-03-20T00:00:00.000Z")).toBe("20 Mar 2015");
    expect(isoText("2015-03-20T14:30:05.250Z")).toBe("20 Mar 2015 14:30:05.250");
    expect(isoText("+123456")).toBe("+123456");
    expect([durationText(90_000), durationText(5_400_000), durationText(3 * 86_400_000)]).toEqual([
      "1.5 min",
      "1.5 h",
      "3 days",
    ]);
  });

  it("show what is hidden, and cut long names", () => {
    expect(visibleText("a\u202eb\u0000c\ud800")).toBe("aU+202EbU+0000cU+D800");
    expect([shortText(" "), shortText(""), shortText("x".repeat(400)).length]).toEqual(["(blank)", "(blank)", 300]);
  });
});

it.each([
  [-0.1, 0.1, 0.2, "Costs decide."],
  [-0.1, -0.05, 0.2, "Loses even before costs."],
  [0.1, 0.2, 0.2, "Gains, but less than holding."],
  [0.3, 0.4, 0.2, "Beats holding."],
  [0.2, 0.2, 0.2, "Equals holding."],
  [0.2, null, null, "Gains."],
  [null, null, null, undefined],
])("judges a return of %s, %s before costs and %s of holding", (totalReturn, grossReturn, buyAndHold, words) => {
  expect(verdictWords({ totalReturn, grossReturn, buyAndHold } as unknown as AccountFigures)).toBe(words);
});

describe("bins of a histogram", () => {
  it("count every value, the outer ones too", () => {
    const values = Float64Array.from({ length: 1000 }, (_, i) => (i - 500) / 1000);
    values[0] = -9;
    const { length, below, above, bins } = countReturns(values);
    expect([length, below, above]).toEqual([1000, 500, 499]);
    expect(bins?.counts.reduce((a, b) => a + b)).toBe(1000);
    expect(bins?.outside).toBeGreaterThan(0);
    expect(bins?.edge).toBeCloseTo(0.495, 2);
  });

  it("are none without a value other than 0", () => {
    expect(countReturns(new Float64Array(5)).bins).toBeUndefined();
    expect(countReturns(Float64Array.of(Number.NaN)).bins).toBeUndefined();
  });
});

describe("a listing", () => {
  const columns: readonly ListingColumn[] = [
    {
      name: "symbol",
      title: "Symbol",
      isText: true,
      value: (row) => ["AAPL", "=1+1", "Ñandú"][row] ?? "",
      text: (row) => ["AAPL", "=1+1", "Ñandú"][row] ?? "",
    },
    { name: "sharpe", title: "Sharpe", isText: false, value: (row) => [1.5, -2, Number.NaN][row] ?? 0, text: () => "" },
  ];
  const found = (text: string): number[] => [0, 1, 2].filter(queryOf(text, columns));

  it("is searched by texts and by conditions, all of which must hold", () => {
    expect(found("")).toEqual([0, 1, 2]);
    expect(found("aap")).toEqual([0]);
    expect(found("ñAN")).toEqual([2]);
    expect(found("sharpe>0")).toEqual([0]);
    expect(found("SHARPE<=-2")).toEqual([1]);
    expect(found("sharpe!=1.5 =1")).toEqual([1]);
    expect(found("sharpe>0 nothing")).toEqual([]);
    expect(found("other>0")).toEqual([]);
  });

  it("is saved as CSV without formulas", () => {
    expect(csvOf(columns, [1, 0, 2])).toBe("symbol,sharpe\n'=1+1,-2\nAAPL,1.5\nÑandú,\n");
  });
});

describe("ticks", () => {
  it("are 1, 2 or 5 times a power of ten", () => {
    expect(linearTicks(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(logTicks(1, 1000, 4)).toEqual([1, 10, 100, 1000]);
    expect(logTicks(90, 110, 4)).toEqual(linearTicks(90, 110, 4));
  });

  it("end for ranges that are empty, infinite or below 0", () => {
    for (const [low, high] of [
      [5, 5],
      [Number.NaN, 1],
      [0, Number.POSITIVE_INFINITY],
      [-5, 10],
      [0, 1e-300],
      [1e300, 1.000_000_1e300],
    ] as const) {
      expect(linearTicks(low, high, 5).length).toBeLessThan(15);
      expect(logTicks(low, high, 5).length).toBeLessThan(40);
    }
  });

  it("of times are at the beginnings of months and years", () => {
    const times = Float64Array.from({ length: 800 }, (_, i) => Date.UTC(2015, 0, 1 + i));
    const options = { times, lastTime: times[799] ?? 0, n: 800, size: 1, isRegular: true, areDates: true };
    const ticks = timeTicks(rowTimes(options), 0, 799, 8);
    expect(ticks.map(({ label }) => label)).toEqual(["2015", "Jul", "2016", "Jul", "2017"]);
    expect(ticks[2]?.row).toBe(365);
  });
});

describe("times of rows in buckets", () => {
  const options = {
    times: Float64Array.of(0, 400, 1000),
    lastTime: 1100,
    n: 10,
    size: 4,
    isRegular: false,
    areDates: false,
  };

  it("are known at the first row of a bucket and at the last row", () => {
    const times = rowTimes(options);
    expect([0, 4, 8, 9].map(times.at)).toEqual([0, 400, 1000, 1100]);
    expect(times.text(6)).toBe(times.text(4));
    expect([0, 1, 400, 401, 5000].map(times.rowFrom)).toEqual([0, 4, 4, 8, 9]);
  });
});

describe("a series", () => {
  it("has coarser levels with the last, lowest and highest value", () => {
    const close = Float64Array.of(1, 5, 2, 8, 3);
    const series = levelSeries({ close, size: 1 });
    const { size, close: last, low, high } = series.level(5, 2);
    expect([size, [...last], [...low], [...high]]).toEqual([4, [8, 3], [1, 3], [8, 3]]);
    expect(series.level(5, 10).size).toBe(1);
    expect([series.at(3), series.at(9)]).toEqual([8, Number.NaN]);
  });

  it("has the exact last value, and nothing before its first", () => {
    const series = levelSeries({ close: Float64Array.of(1, 2), size: 2, first: 1, ends: [1, 2.000_001] });
    expect([series.at(0), series.at(2), series.at(5)]).toEqual([Number.NaN, 1, 2.000_001]);
  });

  it("has means if it is told to be one of means", () => {
    const series = levelSeries({ close: Float64Array.of(0, 1, 1, 1, 0, 0, 0, 1), size: 1, isMean: true });
    expect([...series.level(8, 2).close]).toEqual([0.75, 0.25]);
  });
});

describe("a view", () => {
  it("stays within the rows, keeps a least range, and goes back", () => {
    const view = createView(100, false);
    const changes: string[] = [];
    view.onChange((what) => changes.push(what));
    view.show(10, 20);
    view.pan(-50);
    expect([view.first, view.last]).toEqual([-0.5, 9.5]);
    view.zoom(0.001, 5);
    expect(view.last - view.first).toBe(4);
    view.back();
    view.back();
    expect([view.first, view.last]).toEqual([10, 20]);
    view.all();
    expect([view.first, view.last]).toEqual([-0.5, 99.5]);
    view.show(Number.NaN, 5);
    expect([view.first, view.last]).toEqual([-0.5, 99.5]);
    view.setCursor(500);
    expect(view.cursor).toBe(99);
    view.setLog(true);
    expect(changes.at(-1)).toBe("log");
  });
});
