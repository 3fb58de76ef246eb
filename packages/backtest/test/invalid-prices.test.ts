import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atcStrategy, backtestSeries, memorySeries, strategyOf } from "../src/index.ts";
import { day, days, free, given, start } from "./given.ts";

const skip = { ...free, invalidPrices: "skip" } as const;

describe("a bar with an invalid price", () => {
  for (const bad of [Number.NaN, 0, -3, Number.POSITIVE_INFINITY])
    it(`ends the backtest by default and is named: ${bad}`, () => {
      const series = memorySeries("X", { timestamp: days(4), close: [1, 2, bad, 4] });
      for (const blockLength of [1, 4])
        expect(() => backtestSeries(series, { strategy: given([0, 0, 0, 0]), blockLength })).toThrow(
          expect.objectContaining({
            code: "ATC_INVALID_DATA",
            details: { symbol: "X", bar: 2, time: "2020-01-03T00:00:00.000Z", column: "close", value: String(bad) },
          }),
        );
    });

  it("is found in the open only if orders are filled there", () => {
    const series = memorySeries("X", { timestamp: days(3), open: [1, 0, 3], close: [1, 2, 3] });
    const strategy = given([1, 1, 1]);
    expect(() => backtestSeries(series, { strategy, config: free })).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_DATA", details: expect.objectContaining({ column: "open" }) }),
    );
    expect(backtestSeries(series, { strategy, config: { ...free, fill: "nextClose" } }).metrics.bars).toBe(3);
  });

  it("is left out and counted if configured, before the strategy sees it", () => {
    const seen: number[] = [];
    const strategy = strategyOf("watch", () => ({ close }, directions) => {
      for (let i = 0; i < close.length; i++) seen.push(close[i] as number);
      directions.fill(1);
    });
    const series = memorySeries("X", { timestamp: days(5), close: [1, 0, 2, Number.NaN, 4] });
    const result = backtestSeries(series, { strategy, config: skip, blockLength: 2 });
    expect(seen).toStrictEqual([1, 2, 4]);
    expect([result.skippedBars, result.metrics.bars, result.equity.length]).toStrictEqual([2, 3, 3]);
    expect([...result.times].map((time) => (Number(time) - start) / day)).toStrictEqual([0, 2, 4]);
    expect(result.warnings[0] as string).toMatch(/^2 of 5 bars left out/);
  });

  it("gives the same result as data without it, in blocks of any length", () => {
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
        if (good.length === 0) {
          expect(run).toThrow(expect.objectContaining({ code: "ATC_INVALID_DATA" }));
          return;
        }
        const { skippedBars, warnings, ...rest } = run();
        const clean = backtestSeries(memorySeries("X", columns(good)), { strategy, config: skip });
        expect(skippedBars).toBe(all.length - good.length);
        const others = warnings.filter((warning) => !warning.includes("bars left out"));
        expect({ ...rest, skippedBars: 0, warnings: others }).toStrictEqual(clean);
      }),
    );
  });
});
