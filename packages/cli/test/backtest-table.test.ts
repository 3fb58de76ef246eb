import type { BacktestReport } from "@atc/runtime";
import { expect, it } from "vitest";
import { backtestTable } from "../src/reports/backtest-table.ts";

it("gathers the warnings of 100,000 symbols, most frequent first", () => {
  const symbols = Array.from({ length: 100_000 }, (_, i) => ({
    symbol: `S${i}`,
    bars: 1,
    warnings: i % 2 === 0 ? ["short", "flat"] : ["short"],
  }));
  const report = {
    portfolio: null,
    notes: [],
    symbols,
    skipped: [],
    config: { feeBps: 1, slippageBps: 1 },
    data: { path: "many.csv", rows: 100_000, symbols: 100_000 },
  } as unknown as BacktestReport;
  const start = performance.now();
  const lines = backtestTable(report, "many").split("\n");
  // Copying a list for each symbol took some 30 s.
  expect(performance.now() - start).toBeLessThan(2000);
  expect(lines.slice(lines.indexOf("Warnings:") + 1)).toEqual([
    "  S0, S1, S2 and 99997 more: short",
    "  S0, S2, S4 and 49997 more: flat",
  ]);
});
