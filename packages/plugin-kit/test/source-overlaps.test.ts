import type { ColumnChunk, RowKind, SourceOverlap } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { overlapFinder } from "../src/index.ts";

type Rows = readonly (readonly [symbol: number, ms: number])[];

function chunkOf(rows: Rows, kind: RowKind): ColumnChunk {
  const perMs = kind === "ticks" ? 1_000_000n : 1n;
  return {
    length: rows.length,
    row: 0,
    symbol: { indices: Int32Array.from(rows, ([symbol]) => symbol), values: ["A", "B", "C"] },
    columns: { timestamp: BigInt64Array.from(rows, ([, ms]) => BigInt(ms) * perMs) },
  };
}

function overlapsOf(parts: readonly Rows[], kind: RowKind = "bars"): readonly SourceOverlap[] {
  const finder = overlapFinder(kind);
  for (const [part, rows] of parts.entries()) finder.add(part, chunkOf(rows, kind));
  return finder.overlaps(parts.map((_, part) => `part ${part}`));
}

const every = (symbol: number, from: number, step: number, count: number): Rows =>
  Array.from({ length: count }, (_, i) => [symbol, from + i * step] as const);

describe("bars", () => {
  it("of two parts that share times are counted per pair", () => {
    expect(overlapsOf([every(0, 0, 60_000, 10), every(0, 300_000, 60_000, 10)])).toEqual([
      {
        first: "part 0",
        second: "part 1",
        symbols: 1,
        rows: 5,
        from: "1970-01-01T00:05:00.000Z",
        to: "1970-01-01T00:09:00.000Z",
      },
    ]);
  });

  it("of other symbols, or of other times in one range of time, do not overlap", () => {
    expect(overlapsOf([every(0, 0, 60_000, 10), every(1, 0, 60_000, 10)])).toEqual([]);
    expect(overlapsOf([every(0, 0, 60_000, 10), every(0, 30_000, 60_000, 10)])).toEqual([]);
  });

  it("of several symbols add up, and the pair with most rows comes first", () => {
    const first = [...every(0, 0, 1000, 5), ...every(1, 0, 1000, 5)];
    const found = overlapsOf([first, every(0, 4000, 1000, 5), first]);
    expect(found.map(({ first: a, second: b, symbols, rows }) => [a, b, symbols, rows])).toEqual([
      ["part 0", "part 2", 2, 10],
      ["part 0", "part 1", 1, 1],
      ["part 1", "part 2", 1, 1],
    ]);
  });

  it("are counted as sets of times count them, whatever their steps and order", () => {
    const times = fc.oneof(
      fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { maxLength: 30 }).map((all) => all.sort((a, b) => a - b)),
      fc
        .tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 9 }), fc.nat(20), fc.boolean())
        .map(([from, step, count, isDown]) => {
          const all = Array.from({ length: count }, (_, i) => from + i * step);
          return isDown ? all.reverse() : all;
        }),
    );
    fc.assert(
      fc.property(times, times, (a, b) => {
        const rows = (all: readonly number[]): Rows => all.map((time) => [0, time] as const);
        const shared = a.filter((time) => b.includes(time));
        const found = overlapsOf([rows(a), rows(b)]);
        expect(found.map((pair) => pair.rows)).toEqual(shared.length === 0 ? [] : [shared.length]);
      }),
    );
  });

  it("of more than 100 pairs give the first 100", () => {
    expect(overlapsOf(Array.from({ length: 20 }, () => every(0, 0, 1000, 2)))).toHaveLength(100);
  });
});

describe("ticks", () => {
  it("overlap by their range of time, to the millisecond and without a count", () => {
    expect(overlapsOf([every(0, 0, 1000, 10), every(0, 4500, 1000, 10)], "ticks")).toEqual([
      {
        first: "part 0",
        second: "part 1",
        symbols: 1,
        from: "1970-01-01T00:00:04.500Z",
        to: "1970-01-01T00:00:09.000Z",
      },
    ]);
  });

  it("of ranges that follow each other do not overlap", () => {
    expect(overlapsOf([every(0, 0, 1000, 10), every(0, 9001, 1000, 10)], "ticks")).toEqual([]);
  });
});

it("adds chunks of one part together", () => {
  const finder = overlapFinder("bars");
  for (const [part, from] of [
    [0, 0],
    [0, 5000],
    [1, 3000],
  ] as const)
    finder.add(part, chunkOf(every(0, from, 1000, 5), "bars"));
  expect(finder.overlaps(["a", "b"]).map(({ rows }) => rows)).toEqual([5]);
});
