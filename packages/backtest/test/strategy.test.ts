import { describe, expect, it } from "vitest";
import { backtestSeries, memorySeries, type Strategy, strategyOf } from "../src/index.ts";
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
    const talking: Strategy = {
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
