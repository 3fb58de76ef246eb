import type { BacktestConfig } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { backtest, columnsStrategy, memoryDataset } from "../src/index.ts";
import { days } from "./given.ts";

const timestamp = days(40);
const close = timestamp.map((_, i) => 100 + (i % 3));

/** All warnings that speak of the leverage, for two symbols of which the second has larger weights. */
async function leverageWarnings(config: Partial<BacktestConfig>): Promise<readonly (readonly [string, string])[]> {
  const weight = timestamp.map((_, i) => (i < 2 ? 1 : -0.5));
  const larger = timestamp.map((_, i) => (i < 2 ? -1.25 : 1));
  const data = memoryDataset({ A: { timestamp, close, weight }, B: { timestamp, close, weight: larger } });
  const whole = { signal: "weight", ...config } as const;
  const { portfolio, symbols } = await backtest(data, { strategy: columnsStrategy(whole), config: whole });
  const accounts = [{ symbol: "portfolio", warnings: portfolio?.warnings ?? [] }, ...symbols];
  return accounts.flatMap(({ symbol, warnings }) =>
    warnings.filter((text) => text.includes("maxLeverage")).map((text) => [symbol, text] as const),
  );
}

describe("positions beyond the leverage are scaled down with a warning", () => {
  it("if weights of a symbol exceed it", async () => {
    const message = /^2 of 40 weights are beyond the maxLeverage of 1, the largest is 1\.25: .*scaled down/;
    expect(await leverageWarnings({})).toEqual([["B", expect.stringMatching(message)]]);
    expect(await leverageWarnings({ maxLeverage: 1.25 })).toEqual([]);
    expect(await leverageWarnings({ size: 0.8 })).toEqual([]);
    const doubled = await leverageWarnings({ size: 2, maxLeverage: 2 });
    expect(doubled).toEqual([["B", expect.stringContaining("weights times the size 2 are beyond")]]);
  });

  it("if the shares of a shared account exceed it", async () => {
    const weights = { A: 0.75, B: 0.5 };
    const allIn = { account: "shared", sizing: "allIn" } as const;
    const message = /^weights add up to 1\.25, more than the maxLeverage of 1: .*scaled down/;
    const found = await leverageWarnings({ ...allIn, weights });
    expect(found).toEqual([["portfolio", expect.stringMatching(message)]]);
    expect(await leverageWarnings({ ...allIn, weights, maxLeverage: 1.25 })).toEqual([]);
    expect(await leverageWarnings({ ...allIn, weights: { A: 0.7, B: 0.3 } })).toEqual([]);
    expect(await leverageWarnings({ ...allIn, weights, sizing: "fixedFraction", size: 0.8 })).toEqual([]);
    expect(await leverageWarnings({ ...allIn, weights, sizing: "fixedNotional", size: 100 })).toEqual([]);
  });
});
