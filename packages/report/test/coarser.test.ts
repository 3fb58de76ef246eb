import { describe, expect, it } from "vitest";
import { coarserBars } from "../src/block/coarser-bars.ts";
import { coarserCurve } from "../src/block/coarser-curve.ts";
import { collectBars } from "../src/block/collect-bars.ts";
import { collectCurve } from "../src/block/collect-curve.ts";
import { sampleReport } from "./sample-report.ts";

const rounded = (value: number): number => Math.round(1e9 * value);

describe("less detail", () => {
  for (const bars of [30_001, 30_002, 30_720])
    it(`of a curve of ${bars} bars is what reading it in larger buckets gives`, () => {
      const { curve } = sampleReport({ names: ["AAA"], bars, step: 60_000 });
      if (curve === undefined) throw new Error("no curve");
      const made = coarserCurve(coarserCurve(collectCurve(curve, 1)));
      const read = collectCurve(curve, 3);
      expect({ ...made, columns: 0 }).toEqual({ ...read, columns: 0 });
      for (const [name, values] of read.columns)
        expect(made.columns.get(name)?.map(rounded)).toEqual(values.map(rounded));
    });

  it("of candles is what reading them in larger buckets gives", () => {
    const source = sampleReport({ names: ["AAA"], bars: 10_003, signals: true }).bars?.("AAA");
    if (source === undefined) throw new Error("no bars");
    expect(coarserBars(coarserBars(collectBars(source, 0)))).toEqual(collectBars(source, 2));
  });
});
