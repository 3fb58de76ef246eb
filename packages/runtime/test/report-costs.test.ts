import { allocateFills, type CurveReader, copyFills } from "@atc/backtest";
import { createValueCursor } from "@atc/report";
import { describe, expect, it } from "vitest";
import { costReader } from "../src/report/cost-reader.ts";

/** A reader of fills at `times` with the fees 1, 2, 4, ... and a slippage of half of each. */
function curvesOf(times: readonly number[]): CurveReader {
  const fills = allocateFills(times.length);
  fills.time.set(times.map(BigInt));
  fills.fee.set(times.map((_, i) => 2 ** i));
  fills.slippage.set(times.map((_, i) => 2 ** i / 2));
  const readFills: CurveReader["readFills"] = (row, into) => {
    const part = Object.entries(fills).map(([name, values]) => [
      name,
      typeof values === "number" ? into.length : values.subarray(row, row + into.length),
    ]);
    copyFills(Object.fromEntries(part), into, 0);
  };
  return { fills: times.length, readFills } as Partial<CurveReader> as CurveReader;
}

describe("the costs so far of an account", () => {
  for (const rows of [1, 2, 3, 100])
    it(`are the same if ${rows} fills are read at once`, () => {
      const values = costReader(curvesOf([3, 3, 5, 6, 9]));
      const cursor = createValueCursor({ values, before: 0, isRelative: false, rows });
      const sums = [[1n, 2n, 3n], [4n, 5n, 7n, 8n], [9n]].flatMap((times) => {
        const into = new Float64Array(times.length);
        cursor.addTo(into, BigInt64Array.from(times));
        return [...into];
      });
      expect(sums).toEqual([0, 0, 4.5, 4.5, 10.5, 22.5, 22.5, 46.5]);
    });
});
