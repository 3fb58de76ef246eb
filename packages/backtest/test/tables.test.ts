import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  backtestSeries,
  columnsToCsv,
  equityColumns,
  memorySeries,
  portfolio,
  portfolioColumns,
  tradeColumns,
} from "../src/index.ts";
import { days, free, given } from "./given.ts";

function results(kind: "bars" | "ticks" = "bars") {
  return ["A", 'say "B", now'].map((symbol, i) => {
    const series = memorySeries(symbol, { timestamp: days(4), close: [10, 10, 20 + i, 30] }, kind);
    return backtestSeries(series, { strategy: given([1, 0, -1, 0]), config: free });
  });
}

function csv(table: Parameters<typeof columnsToCsv>[0]): string[] {
  return [...columnsToCsv(table)].join("").split("\n");
}

describe("tables", () => {
  it("list every trade with its symbol", () => {
    expect(csv(tradeColumns(results()))).toStrictEqual([
      "symbol,entryTime,exitTime,direction,quantity,entryPrice,exitPrice,fees,slippage,profit,return,barsHeld,mae,mfe,reason,open",
      "A,2020-01-02T00:00:00.000Z,2020-01-03T00:00:00.000Z,1,1000,10,20,0,0,10000,1,1,0,1,signal,0",
      "A,2020-01-04T00:00:00.000Z,2020-01-04T00:00:00.000Z,-1,666.6666666666666,30,30,0,0,0,0,0,0,0,endOfData,1",
      '"say ""B"", now",2020-01-02T00:00:00.000Z,2020-01-03T00:00:00.000Z,1,1000,10,21,0,0,11000,1.1,1,0,1.1,signal,0',
      '"say ""B"", now",2020-01-04T00:00:00.000Z,2020-01-04T00:00:00.000Z,-1,700,30,30,0,0,0,0,0,0,0,endOfData,1',
      "",
    ]);
  });
  it("list every equity, with all digits of the time", () => {
    expect(csv(equityColumns(results("ticks"))).slice(0, 4)).toStrictEqual([
      "symbol,timestamp,equity,direction",
      "A,2020-01-01T00:00:00.000000000Z,10000,1",
      "A,2020-01-02T00:00:00.000000000Z,10000,0",
      "A,2020-01-03T00:00:00.000000000Z,20000,-1",
    ]);
  });
  it("report their types to a writer of Arrow", () => {
    const table = equityColumns(results());
    expect(table.columns.map(({ type }) => type)).toStrictEqual(["text", "timestamp[ms]", "float64", "int8"]);
    expect(table.values["symbol"]).toStrictEqual({
      indices: Int32Array.from([0, 0, 0, 0, 1, 1, 1, 1]),
      values: ["A", 'say "B", now'],
    });
  });
  it("contain the portfolio's curve", () => {
    const lines = csv(portfolioColumns(portfolio(results(), free)));
    expect(lines.slice(0, 4)).toStrictEqual([
      "timestamp,equity",
      "2020-01-01T00:00:00.000Z,10000",
      "2020-01-02T00:00:00.000Z,10000",
      "2020-01-03T00:00:00.000Z,20500",
    ]);
  });
  it("of no results have a header and no rows", () => {
    expect(csv(equityColumns([]))).toStrictEqual(["symbol,timestamp,equity,direction", ""]);
    expect(csv(tradeColumns([])).length).toBe(2);
  });
  it("write numbers that parse to the same numbers, in chunks", () => {
    const values = Float64Array.from({ length: 10_000 }, (_, i) => Math.sin(i) * 10 ** (i % 40));
    values[0] = Number.NaN;
    const columns = [{ name: "x", type: "float64" }] as const;
    const portions = [...columnsToCsv({ length: values.length, columns, values: { x: values } })];
    const lines = portions.join("").trimEnd().split("\n").slice(1);
    expect(Float64Array.from(lines, Number)).toStrictEqual(values);
    expect(portions.length > 2 && portions.length < 10).toBe(true);
  });
});

describe("times in CSV", () => {
  it("are those of Date, before 1970, at midnight, and beyond what a Date holds", () => {
    const times = [-1n, 0n, 1n, -86_400_000n, 86_399_999n, 86_400_000n, 951_782_399_999n, 951_868_800_001n];
    const far = [8_640_000_000_000_000n, 8_640_000_000_000_001n, -62_167_219_200_001n, 253_402_300_800_000n];
    const all = BigInt64Array.from([...times, ...far, ...times]);
    const table = {
      length: all.length,
      columns: [{ name: "timestamp", type: "timestamp[ms]" }],
      values: { timestamp: all },
    } as const;
    const expected = Array.from(all, (time) =>
      time === 8_640_000_000_000_001n ? String(time) : new Date(Number(time)).toISOString(),
    );
    expect(csv(table)).toStrictEqual(["timestamp", ...expected, ""]);
  });
});

describe("numbers in CSV", () => {
  it("are the shortest texts, of every magnitude, with NaN and infinities among them", () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 20 }), fc.boolean(), (numbers, finite) => {
        const values = Float64Array.from(finite ? numbers.filter(Number.isFinite) : numbers);
        const columns = [{ name: "x", type: "float64" }] as const;
        expect(csv({ length: values.length, columns, values: { x: values } })).toStrictEqual([
          "x",
          ...Array.from(values, String),
          "",
        ]);
      }),
    );
  });
});
