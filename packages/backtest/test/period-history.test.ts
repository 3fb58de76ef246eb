import type { BacktestConfig } from "@atc/contract";
import { expect, it } from "vitest";
import { type BacktestResult, backtest, type MemoryColumns, memoryDataset, strategyOf } from "../src/index.ts";
import { day, days, start } from "./given.ts";

const count = 160;
const first = 90;

function bars(seed: number): MemoryColumns {
  const close = Array.from(
    { length: count },
    (_, i) => 100 + 20 * Math.sin((i + 7 * seed) / 9) + 4 * Math.sin(i * seed),
  );
  const open = close.map((price, i) => close[i - 1] ?? price);
  return {
    timestamp: days(count),
    open,
    high: close.map((price, i) => Math.max(price, open[i] as number) * (1.004 + 0.003 * Math.sin(i))),
    low: close.map((price, i) => Math.min(price, open[i] as number) * (0.995 - 0.003 * Math.cos(i))),
    close,
  };
}

const dataset = memoryDataset({ A: bars(1), B: bars(2), C: bars(3) });

/** Long and short in turns; flat before bar `from`. */
const turns = (from: number) =>
  strategyOf("turns", () => {
    let bar = 0;
    return ({ close }, directions) => {
      for (let i = 0; i < close.length; i++, bar++) directions[i] = bar < from ? 0 : bar % 14 < 9 ? 1 : -1;
    };
  });

function tradesOf({ symbols, account }: BacktestResult): unknown[] {
  return [...symbols.map(({ trades }) => trades), ...(account === undefined ? [] : [account.trades])].map(
    ({ entryTime, exitTime, direction, quantity, entryPrice, profit, reason }) => ({
      entryTime,
      exitTime,
      direction,
      quantity,
      entryPrice,
      profit,
      reason,
    }),
  );
}

it.each<readonly [string, Partial<BacktestConfig>]>([
  ["sizes that follow the volatility", { sizing: "volatilityTarget", size: 0.2, maxLeverage: 3 }],
  ["distances in true ranges", { stopLoss: 1.5, takeProfit: 2, exitUnits: "atr", atrLength: 12 }],
  ["accounts of a part of the capital", { sizing: "volatilityTarget", size: 0.1, feePerTrade: 2 }],
  [
    "shares of an account that follow the volatility",
    { account: "shared", weights: "inverseVolatility", trailingStop: 2, exitUnits: "atr" },
  ],
])("a period knows the bars before it: %s", async (_, config) => {
  const period = { from: start + first * day };
  // Its decision at the last bar before the period is filled in the period.
  const inPeriod = await backtest(dataset, { strategy: turns(0), config, period });
  const fromThere = await backtest(dataset, { strategy: turns(first - 1), config });
  const trades = tradesOf(inPeriod);
  expect(trades).toStrictEqual(tradesOf(fromThere));
  expect(
    JSON.stringify(trades, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
  ).toContain(String(start + first * day));
  expect(inPeriod.portfolio?.metrics.totalReturn).toBeCloseTo(fromThere.portfolio?.metrics.totalReturn as number, 12);
});
