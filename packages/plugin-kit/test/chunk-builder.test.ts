import type { BadRow } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { type ChunkBuilder, type ChunkBuilderOptions, chunkBuilder, noTime } from "../src/index.ts";

const columns = [
  { name: "symbol", type: "text" },
  { name: "timestamp", type: "timestamp[ms]" },
  { name: "close", type: "float64" },
  { name: "volume", type: "float64" },
  { name: "note", type: "text" },
] as const;

interface Row {
  readonly symbol?: number;
  readonly time?: bigint;
  readonly close?: number;
  readonly volume?: number;
}

function builderOf(badRows: ChunkBuilderOptions["badRows"], onBadRow?: (row: BadRow) => void): ChunkBuilder {
  return chunkBuilder({
    source: "bars.x",
    columns,
    capacity: 8,
    symbols: ["AAA", "", "BBB"],
    dictionaries: { note: ["n"] },
    badRows,
    onBadRow,
  });
}

/** Puts rows behind those of the builder and lets it accept them. */
function accept(builder: ChunkBuilder, rows: readonly Row[], place?: Parameters<ChunkBuilder["accept"]>[2]): void {
  const at = builder.length();
  for (const [i, { symbol = 0, time = 1n, close = 1, volume = 1 }] of rows.entries()) {
    builder.symbols[at + i] = symbol;
    builder.times[at + i] = time;
    (builder.columns["close"] as Float64Array)[at + i] = close;
    (builder.columns["volume"] as Float64Array)[at + i] = volume;
    (builder.columns["note"] as Int32Array)[at + i] = i - 1;
  }
  builder.accept(rows.length, (row, column) => `${column} of ${row}`, place);
}

describe("good rows", () => {
  it("come out as chunks, batches one after another", () => {
    const builder = builderOf("error");
    accept(builder, [{ close: 1 }, { close: 2, symbol: 2 }]);
    accept(builder, [{ close: 3, volume: Number.NaN }]);
    expect([builder.length(), builder.rows(), builder.scanned()]).toEqual([3, 0, 3]);
    const chunk = builder.take();
    expect(chunk).toEqual({
      length: 3,
      row: 0,
      symbol: { indices: Int32Array.of(0, 2, 0), values: ["AAA", "", "BBB"] },
      columns: {
        timestamp: BigInt64Array.of(1n, 1n, 1n),
        close: Float64Array.of(1, 2, 3),
        volume: Float64Array.of(1, 1, Number.NaN),
        note: Int32Array.of(-1, 0, -1),
      },
      dictionaries: { note: ["n"] },
    });
    accept(builder, [{ close: 4 }]);
    expect(builder.take().row).toBe(3);
    expect([builder.length(), builder.rows(), builder.badRows()]).toEqual([0, 4, 0]);
  });

  it("are views of the builder's own arrays, valid until the next batch", () => {
    const builder = builderOf("error");
    accept(builder, [{ close: 1 }]);
    const { columns: first } = builder.take();
    accept(builder, [{ close: 2 }]);
    expect(first["close"]?.[0]).toBe(2);
  });
});

const faults: readonly (readonly [string, Row, string, string])[] = [
  ["no symbol", { symbol: -1 }, "symbol", "symbol"],
  ["an empty symbol", { symbol: 1 }, "symbol", "symbol"],
  ["an index beyond the symbols", { symbol: 9, time: noTime }, "symbol", "symbol"],
  ["no time", { time: noTime }, "timestamp", "time"],
  ["no price", { close: Number.NaN }, "close", "number"],
  ["an infinite price", { close: Number.POSITIVE_INFINITY }, "close", "number"],
  ["an infinite volume", { volume: Number.NEGATIVE_INFINITY }, "volume", "number"],
];

describe.each(faults)("a row with %s", (_, row, column, reason) => {
  const batch = [{ close: 1 }, row, { close: 3 }];

  it("ends the reading under error, with its line, column and text", () => {
    const builder = builderOf("error");
    accept(builder, [{}]);
    expect(() => accept(builder, batch)).toThrow(
      expect.objectContaining({
        code: "ATC_INVALID_DATA",
        message: expect.stringContaining(`"bars.x" line 3, column "${column}": "${column} of 1"`),
        details: { source: "bars.x", line: 3, column, reason, text: `${column} of 1` },
      }),
    );
  });

  it("is left out under skip, and reported", () => {
    const bad: BadRow[] = [];
    const builder = builderOf("skip", (found) => bad.push(found));
    accept(builder, batch);
    expect(bad).toEqual([{ line: 2, column, reason, text: `${column} of 1` }]);
    expect(builder.take().columns["close"]).toEqual(Float64Array.of(1, 3));
    expect([builder.rows(), builder.badRows(), builder.scanned()]).toEqual([2, 1, 3]);
  });

  it("stays under nan only if a number is bad", () => {
    const builder = builderOf("nan");
    accept(builder, batch);
    const { close = 1, volume = 1 } = row;
    const finite = (value: number): number => (Number.isFinite(value) ? value : Number.NaN);
    const kept =
      reason === "number"
        ? [
            [1, finite(close), 3],
            [1, finite(volume), 1],
          ]
        : [
            [1, 3],
            [1, 1],
          ];
    const { columns: found } = builder.take();
    expect([[...(found["close"] ?? [])], [...(found["volume"] ?? [])]]).toEqual(kept);
    expect(builder.badRows()).toBe(1);
  });
});

describe("bad rows", () => {
  it("at both ends and next to each other leave no gap", () => {
    const builder = builderOf("skip");
    const bad = { time: noTime };
    accept(builder, [bad, { close: 1 }, bad, bad, { close: 2 }, { close: 3 }, bad]);
    const { length, columns: found, symbol } = builder.take();
    expect([length, found["close"], symbol.indices.length]).toEqual([3, Float64Array.of(1, 2, 3), 3]);
  });

  it("have the location that the source gives", () => {
    const bad: BadRow[] = [];
    const builder = builderOf("skip", (row) => bad.push(row));
    accept(builder, [{}, { close: Number.NaN }], (row) => ({ line: 100 + row, offset: 5000 }));
    expect(bad).toEqual([{ line: 101, offset: 5000, column: "close", reason: "number", text: "close of 1" }]);
  });

  it("count from the first line, over all batches", () => {
    const bad: BadRow[] = [];
    const builder = chunkBuilder({
      source: "x",
      columns,
      capacity: 8,
      symbols: ["A"],
      dictionaries: {},
      badRows: "skip",
      onBadRow: (row) => bad.push(row),
      firstLine: 2,
    });
    accept(builder, [{ time: noTime }, {}]);
    builder.take();
    accept(builder, [{}, { time: noTime }]);
    expect(bad.map(({ line }) => line)).toEqual([2, 5]);
  });

  it("that the source rejects itself are counted and reported, or end the reading", () => {
    const row = { line: 7, reason: "fields", text: "a,b" };
    const bad: BadRow[] = [];
    const builder = builderOf("nan", (found) => bad.push(found));
    builder.reject(row);
    expect([builder.badRows(), bad]).toEqual([1, [row]]);
    expect(() => builderOf("error").reject({ ...row, offset: 12 })).toThrow(/"bars.x" line 7 \(byte 12\): "a,b"/);
  });

  it("show at most 80 characters", () => {
    const bad: BadRow[] = [];
    const builder = builderOf("skip", (row) => bad.push(row));
    builder.times[0] = noTime;
    builder.accept(1, () => "x".repeat(100));
    expect(bad[0]?.text).toHaveLength(80);
  });
});
