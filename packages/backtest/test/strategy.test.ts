import { type BacktestConfig, backtestDefaults } from "@atc/contract";
import { compute } from "@atc/signals";
import { describe, expect, it } from "vitest";
import {
  atcStrategy,
  type BoundStrategy,
  backtestSeries,
  type DecidedBars,
  memorySeries,
  startDecisions,
  strategyOf,
} from "../src/index.ts";
import { days, free } from "./given.ts";

describe("a custom strategy", () => {
  const series = memorySeries("X", {
    timestamp: days(6),
    close: [10, 11, 12, 13, 14, 15],
    volume: Uint32Array.from([0, 5, 0, 5, 5, 5]),
  });
  it("receives the columns that it requests, including zeros", () => {
    const busy = strategyOf(
      "busy",
      () => (bars, directions) => {
        for (let i = 0; i < bars.close.length; i++) directions[i] = (bars["volume"]?.[i] ?? 0) > 0 ? 1 : 0;
      },
      { columns: ["volume"], version: 2 },
    );
    const { directions, metrics } = backtestSeries(series, { strategy: busy, config: free });
    expect([...directions]).toStrictEqual([0, 1, 0, 1, 1, 1]);
    expect([metrics.trades, busy.version]).toStrictEqual([1, 2]);
  });
  it("is separate per symbol and remembers from block to block", () => {
    const counting = strategyOf("counting", () => {
      let bar = 0;
      return ({ close }, directions) => {
        for (let i = 0; i < close.length; i++) directions[i] = bar++ % 2;
      };
    });
    for (const blockLength of [1, 4, 6]) {
      const { directions } = backtestSeries(series, { strategy: counting, blockLength });
      expect([...directions]).toStrictEqual([0, 1, 0, 1, 0, 1]);
    }
  });
  it("may return warnings at the end", () => {
    const talking: BoundStrategy = {
      name: "talking",
      version: 1,
      columns: [],
      start: (symbol) => ({ decide: () => undefined, finish: () => [`seen ${symbol}`] }),
    };
    expect(backtestSeries(series, { strategy: talking }).warnings.includes("seen X")).toBe(true);
  });
  it("refuses data without its columns", () => {
    const strategy = strategyOf("picky", () => () => undefined, { columns: ["high"] });
    expect(() => backtestSeries(series, { strategy })).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_DATA", message: expect.stringContaining('"high"') }),
    );
  });
});

describe("ATC", () => {
  const close = Float64Array.from({ length: 600 }, (_, i) => 100 + 10 * Math.sin(i / 17) + (i % 11) / 5);
  const { direction, averageSignal } = compute({ close }, {}, { outputs: ["direction", "averageSignal"] }).columns;

  function decided(config: Partial<BacktestConfig>, strength: boolean): DecidedBars {
    const run = startDecisions(atcStrategy(), { ...backtestDefaults, ...config }, "X", { strength });
    return run.decide({ close }, new Int8Array(close.length));
  }

  it("has its average signal as the strength of its direction, 0 before the first", () => {
    const { directions, strengths } = decided({}, true);
    expect(directions).toEqual(direction);
    expect(strengths).toEqual(averageSignal.map((value) => (Number.isNaN(value) ? 0 : value)));
    expect(strengths?.some((value) => value !== 0)).toBe(true);
  });

  it("is in the direction of its average signal if positions are proportional to it", () => {
    const { directions } = decided({ sizing: "signalProportional" }, false);
    expect([...directions]).toEqual([...averageSignal].map((value) => (Number.isNaN(value) ? 0 : Math.sign(value))));
  });

  it("computes no strength that nothing reads", () => {
    expect(decided({}, false)).toEqual({ directions: direction });
  });
});
