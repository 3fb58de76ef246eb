import { curveOverview } from "@atc/runtime";
import { describe, expect, it } from "vitest";
import { curveChart } from "../src/reports/curve-chart.ts";
import { monthLines } from "../src/reports/month-lines.ts";
import { plainScreen, showsCharts } from "../src/text/screen.ts";

/** A curve of some values, one per day from 2020-01-01 on. */
function curveOf(values: readonly number[]): Parameters<typeof curveOverview>[0] {
  return {
    timeUnit: "ms",
    length: values.length,
    read(row, times, equity) {
      for (let i = 0; i < times.length; i++) {
        times[i] = BigInt(Date.UTC(2020, 0, 1 + row + i));
        equity[i] = values[row + i] ?? 0;
      }
    },
  };
}

const linesOf = (values: readonly number[], width: number | undefined = undefined): readonly string[] =>
  curveChart(curveOverview(curveOf(values)), { screen: { ...plainScreen, width } }).split("\n");

describe("the chart of an equity curve", () => {
  it("rises from the lower left to the upper right, with the highest and the lowest value", () => {
    const lines = linesOf(Array.from({ length: 1000 }, (_, i) => 10_000 + i));
    expect(lines[0]).toBe("Equity and drawdown:");
    expect(lines.slice(1, 5).map((line) => line.length)).toEqual([80, 71, 71, 80]);
    expect(lines[1]).toMatch(/^\u2800{53,}[\u2801-\u28ff]{15,} {3}10,999$/);
    expect(lines[4]).toMatch(/^[\u2801-\u28ff]{15,}\u2800{50,} {3}10,000$/);
    expect(lines[5]).toBe(`${" ".repeat(71)}    0.0 %`);
    expect(lines[6]).toBe(`2020-01-01${"2022-09-26".padStart(61)}`);
  });

  it("has blocks that grow with the drawdown, and the deepest one beside them", () => {
    const lines = linesOf([100, 100, 75, 75, 50, 50, 100, 100], 49);
    expect(lines[5]).toBe(`${" ".repeat(10)}${"▄".repeat(10)}${"█".repeat(10)}${" ".repeat(10)}  -50.0 %`);
  });

  it("says that it is logarithmic if the highest value is more than 20 times the lowest", () => {
    expect(linesOf([1, 10, 100])[0]).toBe("Equity (logarithmic) and drawdown:");
    expect(linesOf([1, 19])[0]).toBe("Equity and drawdown:");
    expect(linesOf([-1, 100])[0]).toBe("Equity and drawdown:");
  });

  it.each([
    [[100]],
    [[100, 100, 100]],
    [[0, 0]],
    [[5, -5]],
    [[-5, -7]],
    [[1e-12, 123_456_789.123]],
    [[-123_456_789, 5e14]],
    [[1, -1_234_567]],
    [[Number.MAX_VALUE, 1]],
  ])("draws the odd curve %j within the width", (values) => {
    const lines = linesOf(values, 40);
    expect(lines).toHaveLength(7);
    for (const line of lines) {
      expect(line.length).toBeLessThanOrEqual(40);
      expect(line).not.toMatch(/NaN|undefined|Infinity/);
    }
    expect(lines.slice(1, 5).join("")).toMatch(/[\u2801-\u28ff]/);
  });

  it("has every point of a long curve: one low is seen", () => {
    const values = new Array<number>(100_000).fill(100);
    values[50_000] = 90;
    const lines = linesOf(values);
    expect(lines[4]).toMatch(/^\u2800+[\u2801-\u28ff]\u2800+ +90$/);
    expect(lines[5]).toMatch(/^ {35}█ {35} {2}-10.0 %$/);
  });
});

describe("the table of months", () => {
  /** Years of the same return in every month. */
  const yearsOf = (from: number, to: number, month: number): Parameters<typeof monthLines>[0] =>
    Array.from({ length: to - from + 1 }, (_, i) => ({
      year: from + i,
      months: Array.from({ length: 12 }, () => month),
      total: 12 * month,
    }));
  const at = (years: Parameters<typeof monthLines>[0], width: number | undefined): readonly string[] =>
    monthLines(years, { screen: { ...plainScreen, width } });

  it("has a line per year with a decimal, and the return of the year", () => {
    const months = [0.0123, -0.025, null, 0, -0.0001, 0.1, null, null, null, null, null, null];
    const lines = at([{ year: 2020, months, total: 0.1105 }], 80);
    expect(lines).toEqual([
      "",
      "Returns by month in per cent:",
      "     Jan  Feb Mar Apr May  Jun Jul Aug Sep Oct Nov Dec year",
      "2020 1.2 -2.5     0.0 0.0 10.0                         11.1",
    ]);
  });

  it("has the last ten years, and names those before", () => {
    const lines = monthLines(yearsOf(1999, 2020, 0.01), { screen: plainScreen, allIn: "--tables" });
    expect(lines.slice(3, -1).map((line) => line.slice(0, 4))).toEqual(
      Array.from({ length: 10 }, (_, i) => String(2011 + i)),
    );
    expect(lines.at(-1)).toBe("and 12 earlier years (1999 to 2010); --tables has all");
    expect(at(yearsOf(2010, 2020, 0.01), 80).at(-1)).toBe("and 1 earlier year (2010)");
    expect(at(yearsOf(2011, 2020, 0.01), 80).at(-1)).toMatch(/^2020 /);
  });

  it.each([
    [80, -0.0123, 12, "-1.2"],
    [80, -0.123, 12, "-12"],
    [40, -0.123, 6, "-12"],
    [50, -0.123, 6, "-12.3"],
    [40, -123.4, 3, "-1e+4"],
  ])("at %i columns, months of %d are %i in a line: %s", (width, month, inLine, text) => {
    const lines = at(yearsOf(2000, 2005, month), width);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
    const [first = ""] = lines.filter((line) => line.startsWith("2005"));
    const cells = first.split(/ +/).slice(1);
    expect(cells.slice(0, inLine)).toEqual(Array.from({ length: inLine }, () => text));
    expect(cells).toHaveLength(inLine === 12 ? 13 : inLine);
  });

  it("is left out for less than two months", () => {
    expect(at([], 80)).toEqual([]);
    const months = [0.1, null, null, null, null, null, null, null, null, null, null, null];
    expect(at([{ year: 2020, months, total: 0.1 }], 80)).toEqual([]);
  });
});

describe("a stream that shows charts without being asked", () => {
  const terminal = { isTTY: true, columns: 80 };
  it.each([
    [terminal, {}, true],
    [terminal, { LANG: "en_GB.UTF-8" }, true],
    [terminal, { LANG: "C.utf8" }, true],
    [terminal, { LANG: "de_DE.ISO-8859-1" }, false],
    [terminal, { LANG: "C" }, false],
    [terminal, { LC_ALL: "POSIX", LANG: "en_GB.UTF-8" }, false],
    [terminal, { LC_ALL: "", LC_CTYPE: "en_GB.UTF-8", LANG: "C" }, true],
    [terminal, { TERM: "dumb" }, false],
    [terminal, { TERM: "linux" }, false],
    [{}, { LANG: "en_GB.UTF-8", COLUMNS: "80" }, false],
  ])("%j with %j: %j", (stream, env: Record<string, string>, shows) => {
    expect(showsCharts(stream, env)).toBe(shows);
  });
});
