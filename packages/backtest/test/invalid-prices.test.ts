import assert from "node:assert/strict";
import { isAtcError } from "@atc/contract";
import fc from "fast-check";
import { describe, it } from "vitest";
import { atcStrategy, backtestSeries, memorySeries, strategyOf } from "../src/index.ts";
import { day, days, free, given, start } from "./given.ts";

const skip = { ...free, invalidPrices: "skip" } as const;

describe("a bar whose price does not hold", () => {
  for (const bad of [Number.NaN, 0, -3, Number.POSITIVE_INFINITY])
    it(`stops the backtest by default, named: ${bad}`, () => {
      const series = memorySeries("X", { timestamp: days(4), close: [1, 2, bad, 4] });
      for (const blockLength of [1, 4])
        assert.throws(
          () => backtestSeries(series, { strategy: given([0, 0, 0, 0]), blockLength }),
          (error) => {
            assert.ok(isAtcError(error, "ATC_INVALID_DATA"));
            assert.deepEqual(error.details, {
              symbol: "X",
              bar: 2,
              time: "2020-01-03T00:00:00.000Z",
              column: "close",
              value: String(bad),
            });
            return true;
          },
        );
    });

  it("is found in the open where orders are filled there, and not where they are not", () => {
    const series = memorySeries("X", { timestamp: days(3), open: [1, 0, 3], close: [1, 2, 3] });
    const strategy = given([1, 1, 1]);
    assert.throws(
      () => backtestSeries(series, { strategy, config: free }),
      (error) => isAtcError(error, "ATC_INVALID_DATA") && error.details["column"] === "open",
    );
    assert.equal(backtestSeries(series, { strategy, config: { ...free, fill: "nextClose" } }).metrics.bars, 3);
  });

  it("is left out and counted where asked, before the strategy sees it", () => {
    const seen: number[] = [];
    const strategy = strategyOf("watch", () => ({ close }, directions) => {
      for (let i = 0; i < close.length; i++) seen.push(close[i] as number);
      directions.fill(1);
    });
    const series = memorySeries("X", { timestamp: days(5), close: [1, 0, 2, Number.NaN, 4] });
    const result = backtestSeries(series, { strategy, config: skip, blockLength: 2 });
    assert.deepEqual(seen, [1, 2, 4]);
    assert.deepEqual([result.skippedBars, result.metrics.bars, result.equity.length], [2, 3, 3]);
    assert.deepEqual(
      [...result.times].map((time) => (Number(time) - start) / day),
      [0, 2, 4],
    );
    assert.match(result.warnings[0] as string, /^2 of 5 bars left out/);
  });

  it("makes the same result as data without it, in blocks of any length", () => {
    const price = fc.oneof(fc.double({ min: 1, max: 9, noNaN: true }), fc.constantFrom(Number.NaN, 0, -1));
    const bars = fc.array(fc.record({ open: price, close: price }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(bars, fc.integer({ min: 1, max: 61 }), (all, blockLength) => {
        const timed = all.map((bar, i) => ({ ...bar, time: start + i * day }));
        const good = timed.filter(({ open, close }) => open > 0 && close > 0);
        const columns = (rows: typeof timed) => ({
          timestamp: rows.map(({ time }) => time),
          open: rows.map(({ open }) => open),
          close: rows.map(({ close }) => close),
        });
        const strategy = atcStrategy();
        const series = memorySeries("X", columns(timed));
        const run = () => backtestSeries(series, { strategy, config: skip, blockLength });
        if (good.length === 0) return assert.throws(run, (error) => isAtcError(error, "ATC_INVALID_DATA"));
        const { skippedBars, warnings, ...rest } = run();
        const clean = backtestSeries(memorySeries("X", columns(good)), { strategy, config: skip });
        assert.equal(skippedBars, all.length - good.length);
        const others = warnings.filter((warning) => !warning.includes("bars left out"));
        assert.deepEqual({ ...rest, skippedBars: 0, warnings: others }, clean);
      }),
    );
  });
});
