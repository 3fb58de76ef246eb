import type { BacktestReport } from "@atc/runtime";
import { expect, it } from "vitest";
import { backtestTable } from "../src/reports/backtest-table.ts";

it("names the best and the worst symbols by return, if there are more than six", () => {
  const symbols = [5, -1, 3, null, 9, 0, -7, 4].map((totalReturn, i) => ({
    symbol: `S${i}`,
    totalReturn,
    warnings: [],
  }));
  const linesOf = (some: typeof symbols): readonly string[] => {
    const config = { feeBps: 1, slippageBps: 1 };
    const data = { path: "many.csv", rows: 9, symbols: some.length };
    const report = { portfolio: null, notes: [], symbols: some, skipped: [], config, data };
    return backtestTable(report as unknown as BacktestReport, "many").split("\n");
  };
  const lines = linesOf(symbols);
  expect(lines).toContain("best:  S4 +900.0 %, S0 +500.0 %, S7 +400.0 %");
  expect(lines).toContain("worst: S6 -700.0 %, S1 -100.0 %, S5 0.0 %");
  // One of the seven has no return.
  expect(linesOf(symbols.slice(0, 7)).join("\n")).not.toContain("best:");
});

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
  const lines = backtestTable(report, "many").split("\n");
  expect(lines.slice(lines.indexOf("Warnings:") + 1)).toEqual([
    "  S0, S1, S2 and 99997 more: short",
    "  S0, S2, S4 and 49997 more: flat",
  ]);
  // To copy a list for each symbol takes some 30 s.
});
