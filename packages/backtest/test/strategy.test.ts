import assert from "node:assert/strict";
import { isAtcError } from "@atc/contract";
import { describe, it } from "vitest";
import { backtestSeries, memorySeries, type Strategy, strategyOf } from "../src/index.ts";
import { days, free } from "./given.ts";

describe("a strategy of one's own", () => {
  const series = memorySeries("X", {
    timestamp: days(6),
    close: [10, 11, 12, 13, 14, 15],
    volume: Uint32Array.from([0, 5, 0, 5, 5, 5]),
  });
  it("sees the columns that it asks for, zeros included", () => {
    const busy = strategyOf(
      "busy",
      () => (bars, directions) => {
        for (let i = 0; i < bars.close.length; i++) directions[i] = (bars["volume"]?.[i] ?? 0) > 0 ? 1 : 0;
      },
      { columns: ["volume"], version: 2 },
    );
    const { directions, metrics } = backtestSeries(series, { strategy: busy, config: free });
    assert.deepEqual([...directions], [0, 1, 0, 1, 1, 1]);
    assert.deepEqual([metrics.trades, busy.version], [1, 2]);
  });
  it("is told apart by symbol and remembers from block to block", () => {
    const counting = strategyOf("counting", () => {
      let bar = 0;
      return ({ close }, directions) => {
        for (let i = 0; i < close.length; i++) directions[i] = bar++ % 2;
      };
    });
    for (const blockLength of [1, 4, 6]) {
      const { directions } = backtestSeries(series, { strategy: counting, blockLength });
      assert.deepEqual([...directions], [0, 1, 0, 1, 0, 1]);
    }
  });
  it("may say something at the end", () => {
    const talking: Strategy = {
      name: "talking",
      version: 1,
      columns: [],
      start: (symbol) => ({ decide: () => undefined, finish: () => [`seen ${symbol}`] }),
    };
    assert.ok(backtestSeries(series, { strategy: talking }).warnings.includes("seen X"));
  });
  it("is refused data without its columns", () => {
    const strategy = strategyOf("picky", () => () => undefined, { columns: ["high"] });
    assert.throws(
      () => backtestSeries(series, { strategy }),
      (error) => isAtcError(error, "ATC_INVALID_DATA") && error.message.includes('"high"'),
    );
  });
});
