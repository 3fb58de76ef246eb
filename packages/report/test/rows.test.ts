import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createDailyReturns,
  createHeldCounter,
  createRowIndex,
  createValueCursor,
  positionChanges,
  pricedBars,
} from "../src/index.ts";
import { sampleReport } from "./sample-report.ts";

const day = 86_400_000;

/** An index over times. */
function indexOf(times: BigInt64Array): ReturnType<typeof createRowIndex> {
  return createRowIndex({
    length: times.length,
    times: (row, into) => into.set(times.subarray(row, row + into.length)),
  });
}

describe("an index of rows", () => {
  it("finds the first row at a time or later, in any order of times", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3000 }),
        fc.array(fc.integer({ min: -5, max: 9000 }), { minLength: 1, maxLength: 200 }),
        fc.boolean(),
        (steps, wanted, isSorted) => {
          const times = BigInt64Array.from(steps, BigInt);
          for (const [i, step] of times.entries()) times[i] = step + (times[i - 1] ?? 0n);
          const index = indexOf(times);
          for (const ms of isSorted ? wanted.toSorted((a, b) => a - b) : wanted) {
            const found = times.findIndex((time) => time >= BigInt(ms));
            expect(index.rowFrom(BigInt(ms))).toBe(found < 0 ? times.length - 1 : found);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it("finds every row of a long curve", () => {
    const times = BigInt64Array.from({ length: 5000 }, (_, i) => BigInt(10 * i));
    const index = indexOf(times);
    for (let row = 0; row < 5000; row++) expect(index.rowFrom(BigInt(10 * row))).toBe(row);
    for (let row = 4999; row > 0; row -= 7) expect(index.rowFrom(BigInt(10 * row - 3))).toBe(row);
  });
});

describe("a cursor of values", () => {
  it("has the last value at or before each time, whatever the blocks are", () => {
    const times = BigInt64Array.of(10n, 20n, 20n, 50n);
    const values = Float64Array.of(2, 3, 4, 5);
    for (const [rows, part] of [
      [1, 1],
      [2, 3],
      [100, 100],
    ] as const) {
      const cursor = (isRelative: boolean): ReturnType<typeof createValueCursor> =>
        createValueCursor({
          values: {
            bars: 4,
            read(row, intoTimes, into) {
              intoTimes.set(times.subarray(row, row + into.length));
              into.set(values.subarray(row, row + into.length));
            },
          },
          before: 1,
          isRelative,
          rows,
        });
      const at = BigInt64Array.of(5n, 10n, 15n, 20n, 30n, 50n, 60n);
      const read = (isRelative: boolean): number[] => {
        const one = cursor(isRelative);
        const all = new Float64Array(at.length);
        for (let i = 0; i < at.length; i += part) one.addTo(all.subarray(i, i + part), at.subarray(i, i + part));
        return Array.from(all);
      };
      expect(read(false)).toEqual([1, 2, 2, 4, 4, 5, 5]);
      expect(read(true)).toEqual([1, 1, 1, 2, 2, 2.5, 2.5]);
    }
  });
});

describe("positions that are held", () => {
  it("are counted from the row of the entry to the row before the exit, open ones to the end", () => {
    const { trades } = sampleReport({ names: ["A", "B"], bars: 31, tradeBars: 10 });
    if (trades === undefined) throw new Error("no trades");
    // Per symbol, entries at rows 0, 10 and 20 and exits at 9, 19; the third trade is open. Sides alternate.
    const { long, short } = positionChanges(trades);
    const counts = (changes: typeof long): number[] => {
      const counter = createHeldCounter(changes);
      const [first, second] = [new Float64Array(12), new Float64Array(19)];
      counter.next(first, 2);
      counter.next(second, 2);
      return [...first, ...second];
    };
    const expected = (row: number): number => (row >= 20 ? 1 : row % 10 === 9 ? 0 : 1);
    const sums = counts(long).map((value, row) => value + (counts(short)[row] ?? 0));
    expect(sums).toEqual(Array.from({ length: 31 }, (_, row) => expected(row)));
    expect(counts(long)[0]).toBe(0.5);
  });
});

describe("daily returns", () => {
  it("have the last equity of each day since the last one before it, in any blocks", () => {
    const times = BigInt64Array.from([0, 1, 2, day + 1, day + 2, 4 * day], BigInt);
    const equity = Float64Array.of(100, 110, 120, 90, 60, 66);
    for (const part of [1, 2, 6]) {
      const days = createDailyReturns("ms");
      for (let i = 0; i < 6; i += part) days.add(times.subarray(i, i + part), equity.subarray(i, i + part));
      expect(Array.from(days.finish(), (value) => Number(value.toFixed(12)))).toEqual([0.2, -0.5, 0.1]);
    }
  });

  it("have none for a day with the first point alone, and none from an equity of 0", () => {
    const days = createDailyReturns("ns");
    days.add(
      BigInt64Array.from([0, day, 2 * day, 3 * day], (ms) => BigInt(ms) * 1_000_000n),
      Float64Array.of(100, 50, 0, 5),
    );
    expect(Array.from(days.finish())).toEqual([-0.5, -1]);
    expect(createDailyReturns("ms").finish()).toHaveLength(0);
  });
});

it("leaves out bars that have a price of 0 or below, or none", () => {
  const times = BigInt64Array.of(0n, 1n, 2n, 3n);
  const { length, row, close, range } = pricedBars(
    {
      times,
      close: [1, 2, 3, 4],
      range: { open: [1, 0, 3, 4], high: [1, 2, Number.NaN, 4], low: [1, 2, 3, 4] },
    },
    indexOf(times),
  );
  expect([length, Array.from(row), Array.from(close), Array.from(range?.high ?? [])]).toEqual([
    2,
    [0, 3],
    [1, 4],
    [1, 4],
  ]);
});
