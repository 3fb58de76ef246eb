import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "vitest";
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
    assert.deepEqual(csv(tradeColumns(results())), [
      "symbol,entryTime,exitTime,direction,quantity,entryPrice,exitPrice,fees,profit,return,open",
      "A,2020-01-02T00:00:00.000Z,2020-01-03T00:00:00.000Z,1,1000,10,20,0,10000,1,0",
      "A,2020-01-04T00:00:00.000Z,2020-01-04T00:00:00.000Z,-1,666.6666666666666,30,30,0,0,0,1",
      '"say ""B"", now",2020-01-02T00:00:00.000Z,2020-01-03T00:00:00.000Z,1,1000,10,21,0,11000,1.1,0',
      '"say ""B"", now",2020-01-04T00:00:00.000Z,2020-01-04T00:00:00.000Z,-1,700,30,30,0,0,0,1',
      "",
    ]);
  });
  it("list every equity, with all digits of the time", () => {
    assert.deepEqual(csv(equityColumns(results("ticks"))).slice(0, 4), [
      "symbol,timestamp,equity,direction",
      "A,2020-01-01T00:00:00.000000000Z,10000,1",
      "A,2020-01-02T00:00:00.000000000Z,10000,0",
      "A,2020-01-03T00:00:00.000000000Z,20000,-1",
    ]);
  });
  it("tell a writer of Arrow their types", () => {
    const table = equityColumns(results());
    assert.deepEqual(
      table.columns.map(({ type }) => type),
      ["text", "timestamp[ms]", "float64", "int8"],
    );
    assert.deepEqual(table.values["symbol"], {
      indices: Int32Array.from([0, 0, 0, 0, 1, 1, 1, 1]),
      values: ["A", 'say "B", now'],
    });
  });
  it("hold the portfolio's curve", () => {
    const lines = csv(portfolioColumns(portfolio(results(), free)));
    assert.deepEqual(lines.slice(0, 4), [
      "timestamp,equity",
      "2020-01-01T00:00:00.000Z,10000",
      "2020-01-02T00:00:00.000Z,10000",
      "2020-01-03T00:00:00.000Z,20500",
    ]);
  });
  it("of no results have a header and no rows", () => {
    assert.deepEqual(csv(equityColumns([])), ["symbol,timestamp,equity,direction", ""]);
    assert.equal(csv(tradeColumns([])).length, 2);
  });
  it("write numbers that read back the same, in portions", () => {
    const values = Float64Array.from({ length: 10_000 }, (_, i) => Math.sin(i) * 10 ** (i % 40));
    values[0] = Number.NaN;
    const columns = [{ name: "x", type: "float64" }] as const;
    const portions = [...columnsToCsv({ length: values.length, columns, values: { x: values } })];
    const lines = portions.join("").trimEnd().split("\n").slice(1);
    assert.deepEqual(Float64Array.from(lines, Number), values);
    assert.ok(portions.length > 2 && portions.length < 10);
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
    assert.deepEqual(csv(table), ["timestamp", ...expected, ""]);
  });
});

describe("numbers in CSV", () => {
  it("are the shortest texts, of every magnitude, with values that are none among them", () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 20 }), fc.boolean(), (numbers, finite) => {
        const values = Float64Array.from(finite ? numbers.filter(Number.isFinite) : numbers);
        const columns = [{ name: "x", type: "float64" }] as const;
        assert.deepEqual(csv({ length: values.length, columns, values: { x: values } }), [
          "x",
          ...Array.from(values, String),
          "",
        ]);
      }),
    );
  });
});
