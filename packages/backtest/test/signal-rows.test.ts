import type { ColumnChunk, DataSource } from "@atc/contract";
import { describe, expect, it } from "vitest";
import {
  backtest,
  memoryDataset,
  readSignals,
  type SignalRows,
  type SignalSet,
  signalSets,
  signalStrategy,
  unmatchedRows,
} from "../src/index.ts";

const [direction, weight, entries] = signalSets as readonly [SignalSet, SignalSet, SignalSet];

/** Rows of a table: a symbol, a time in ms, and the values. */
type Row = readonly [string, number, ...number[]];

/** A source of rows in chunks whose arrays are used again. */
function sourceOf(set: SignalSet, rows: readonly Row[], chunkLength = 3, isTicks = false): DataSource {
  const names = [...new Set(rows.map(([symbol]) => symbol))];
  const values: string[] = [];
  const indices = new Int32Array(chunkLength);
  const timestamp = new BigInt64Array(chunkLength);
  const columns = set.columns.map(() => new Float64Array(chunkLength));
  return {
    identity: { name: "made", parts: {} },
    kind: isTicks ? "ticks" : "bars",
    columns: [],
    summary: () => undefined,
    async *chunks(): AsyncGenerator<ColumnChunk> {
      for (let row = 0; row < rows.length; row += chunkLength) {
        const part = rows.slice(row, row + chunkLength);
        for (const [i, [symbol, time, ...numbers]] of part.entries()) {
          if (!values.includes(symbol)) values.push(symbol);
          indices[i] = values.indexOf(symbol);
          timestamp[i] = isTicks ? BigInt(Math.round(time * 1e6)) : BigInt(time);
          for (const [column, value] of numbers.entries()) columns[column]?.fill(value, i, i + 1);
        }
        const { length } = part;
        const shown = columns.map((column, i) => [set.columns[i], column.subarray(0, length)] as const);
        yield await Promise.resolve({
          ...{ length, row, symbol: { indices: indices.subarray(0, length), values } },
          columns: { timestamp: timestamp.subarray(0, length), ...Object.fromEntries(shown) },
        });
      }
      expect(values).toEqual(names);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function read(set: SignalSet, rows: readonly Row[]): Promise<SignalRows> {
  return await readSignals(sourceOf(set, rows), { path: "made.csv", set });
}

const many = Array.from({ length: 700 }, (_, i): Row => [i % 3 === 0 ? "AAA" : "BBB", (i * 389) % 701, i % 2]);

describe("the rows of a table of decisions", () => {
  it("are sorted by time, per symbol, in memory that threads share", async () => {
    const { symbols } = await read(weight, many);
    for (const symbol of ["AAA", "BBB"]) {
      const own = many.filter(([name]) => name === symbol).toSorted(([, a], [, b]) => a - b);
      const found = symbols.get(symbol);
      expect([...(found?.times ?? [])]).toEqual(own.map(([, time]) => time));
      expect([...(found?.values[0] ?? [])]).toEqual(own.map(([, , value]) => value));
      expect(found?.times.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  it.each([
    [direction, ["AAA", 3, 2], /made\.csv" row 2: symbol "AAA" has the direction "2"; write -1 for short/],
    [direction, ["AAA", 3, 0.5], /direction "0.5"/],
    [weight, ["AAA", 3, Number.NEGATIVE_INFINITY], /weight "-Infinity"; write a finite number/],
    [entries, ["AAA", 3, 0, 1, 0.5, 0], /row 2: .*shortEntry "0.5"; write 0 or 1/],
    [direction, ["AAA", 1, 0], /row 2: symbol "AAA" has two rows at 1970-01-01T00:00:00.001Z, the other in row 1/],
  ] as const)("are the fault of their symbol if one is not a decision: %#", async (set, row, message) => {
    const others = set.columns.map(() => 1);
    const { symbols } = await read(set, [["AAA", 1, ...others], row as Row, ["BBB", 3, ...others]]);
    expect(symbols.get("AAA")?.fault?.message).toMatch(message);
    expect(symbols.get("AAA")?.fault?.details).toMatchObject({ symbol: "AAA", path: "made.csv", row: 1 });
    expect(symbols.get("BBB")?.fault).toBeUndefined();
  });
});

describe("the strategy of a table", () => {
  const timestamp = Array.from({ length: 9 }, (_, i) => 10 * i);
  const series = { timestamp, close: timestamp.map((time) => 100 + (time % 30)) };

  it("decides at the times of rows, in blocks of any length, and lists the symbol of a fault", async () => {
    const rows = await read(direction, [
      ...([
        ["AAA", 5, -1],
        ["AAA", 20, 1],
        ["AAA", 30, Number.NaN],
        ["AAA", 45, -1],
        ["AAA", 60, 0],
      ] as const),
      ["BBB", 20, 7],
    ]);
    const dataset = memoryDataset({ AAA: series, BBB: series, CCC: series });
    const { symbols, skipped } = await backtest(dataset, { strategy: signalStrategy(rows) });
    expect(symbols.map(({ symbol, directions }) => [symbol, [...directions].join("")])).toEqual([
      ["AAA", "001111000"],
      ["CCC", "000000000"],
    ]);
    expect(skipped).toMatchObject([{ symbol: "BBB", code: "ATC_INVALID_ARGUMENT" }]);
    const run = signalStrategy(rows).start("AAA");
    const found = timestamp.map((time) => {
      const directions = new Int8Array(1);
      run.decide({ close: Float64Array.of(1), timestamp: Float64Array.of(time) }, directions, {});
      return directions[0];
    });
    expect(found.join("")).toBe("001111000");
  });

  it("finds the rows of ticks", async () => {
    const ns = {
      timestamp: BigInt64Array.from([
        1_700_000_000_000_000_000n,
        1_700_000_000_000_500_000n,
        1_700_000_000_001_000_000n,
      ]),
    };
    const dataset = memoryDataset({ AAA: { ...ns, close: [10, 11, 12] } }, { kind: "ticks" });
    const source = sourceOf(direction, [["AAA", 1_700_000_000_000.5, 1]], 3, true);
    const rows = await readSignals(source, { path: "made", set: direction });
    const { symbols } = await backtest(dataset, { strategy: signalStrategy(rows) });
    expect([...(symbols[0]?.directions ?? [])]).toEqual([0, 1, 1]);
  });

  it("names the least distance of ticks if two rows are nearer", async () => {
    const near = 1_700_000_000_000.5;
    const rows: readonly Row[] = [
      ["AAA", near, 1],
      ["AAA", near, 0],
    ];
    const { symbols } = await readSignals(sourceOf(direction, rows, 3, true), { path: "made", set: direction });
    expect(symbols.get("AAA")?.fault?.message).toMatch(/two rows within a quarter of a microsecond of 2023-11-14T/);
  });

  it("counts the rows that have no bar", async () => {
    const found = async (...times: readonly number[]): Promise<object> => {
      const { symbols } = await read(
        weight,
        times.map((time): Row => ["AAA", time, 1]),
      );
      const own = symbols.get("AAA");
      return own === undefined ? {} : unmatchedRows(memoryDataset({ AAA: series }).series("AAA"), own);
    };
    expect(await found(0, 10, 80)).toEqual({ count: 0, first: undefined });
    expect(await found(-1, 0, 5, 10, 15)).toEqual({ count: 3, first: -1 });
    expect(await found(80, 81, 900)).toEqual({ count: 2, first: 81 });
  });
});
