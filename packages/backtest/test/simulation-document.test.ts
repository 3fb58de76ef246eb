import { readFileSync } from "node:fs";
import type { BacktestConfig } from "@atc/contract";
import { describe, expect, it } from "vitest";
import {
  backtest,
  backtestSeries,
  columnsStrategy,
  fillReasons,
  type MemoryColumns,
  memoryDataset,
  memorySeries,
  type SymbolResult,
} from "../src/index.ts";
import { days } from "./given.ts";

const document = readFileSync(new URL("../../../docs/simulation.md", import.meta.url), "utf8");
const free = { feeBps: 0 } as const;

/** The rows of the table with this header. */
function tableOf(...header: readonly string[]): readonly (readonly string[])[] {
  const cellsOf = (line: string): string[] =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  const lines = document.split("\n");
  const start = lines.findIndex((line) => cellsOf(line).join() === header.join());
  expect(start, header.join()).toBeGreaterThan(0);
  const end = lines.findIndex((line, i) => i > start && !line.startsWith("|"));
  return lines.slice(start + 2, end).map(cellsOf);
}

/** The result of decisions in columns. */
function run(columns: MemoryColumns, config: Partial<BacktestConfig>): SymbolResult {
  return backtestSeries(memorySeries("ONE", columns), { strategy: columnsStrategy(config), config });
}

/** Bars of one price each. */
function flatBars(prices: readonly number[]): MemoryColumns {
  const timestamp = days(prices.length);
  return { timestamp, open: [...prices], high: [...prices], low: [...prices], close: [...prices] };
}

describe("the example by hand in docs/simulation.md", () => {
  const [header = "", ...lines] = readFileSync(
    new URL("../../../fixtures/simulation/steps.csv", import.meta.url),
    "utf8",
  )
    .trimEnd()
    .split("\n");
  const names = header.split(",").slice(1);
  const columns = Object.fromEntries(
    names.map((name, i) => [name, lines.map((line) => Number(line.split(",")[i + 1]))]),
  ) as unknown as MemoryColumns;
  const times = columns["timestamp"] as readonly number[];
  const barAt = (time: bigint | undefined): number => times.indexOf(Number(time));

  it("has the trades of its table and the equity at its end", () => {
    const { trades, equity } = run(columns, { ...free, stopLoss: 0.05, takeProfit: 0.1 });
    const found = Array.from({ length: trades.length }, (_, i) => {
      const price = (value: number | undefined): string => String(Number(value?.toFixed(9)));
      const exit = price(trades.exitPrice[i]);
      return [
        `bar ${barAt(trades.entryTime[i])} at ${price(trades.entryPrice[i])}`,
        trades.open[i] === 1 ? `open at ${exit}` : `bar ${barAt(trades.exitTime[i])} at ${exit}`,
        trades.direction[i] === 1 ? "long" : "short",
      ];
    });
    expect(found).toEqual(tableOf("entry", "exit", "side", "why").map((row) => row.slice(0, 3)));
    const [, sum = "", total = ""] = /The equity at the end is ([^=]+) = ([\d.,]+)\./.exec(document) ?? [];
    const numbers = sum.replaceAll(/[\s,]/g, "").match(/[+-]?[\d.]+/g) ?? [];
    expect(numbers.slice(1).map(Number)).toEqual(Array.from(trades.profit, (profit) => expect.closeTo(profit, 3)));
    expect(equity.at(-1)).toBeCloseTo(Number(total.replaceAll(",", "")), 3);
  });

  it("ends as it says under other keys", () => {
    const exitOf = (entry: number, config: Partial<BacktestConfig>): number | undefined => {
      const { trades } = run(columns, { ...free, ...config });
      return trades.exitPrice[trades.entryTime.findIndex((time) => barAt(time) === entry)];
    };
    const stops = { stopLoss: 0.05, takeProfit: 0.1 };
    expect(exitOf(13, { ...stops, intrabar: "optimistic" })).toBeCloseTo(110, 9);
    expect(exitOf(15, { ...stops, intrabar: "optimistic" })).toBeCloseTo(90, 9);
    expect(exitOf(13, { ...stops, intrabar: "openProximity" })).toBeCloseTo(95, 9);
    expect(exitOf(22, { trailingStop: 0.04 })).toBeCloseTo(103.68, 9);
  });
});

describe("the examples in docs/simulation.md", () => {
  it("of a fill price, a fee and a slippage", () => {
    const config = { sizing: "fixedQuantity", size: 100, feeBps: 10, spreadBps: 4, minFee: 2 } as const;
    const { trades } = run({ ...flatBars([50, 50]), direction: [1, 1] }, config);
    expect([trades.entryPrice[0], trades.fees[0], trades.slippage[0]]).toEqual(
      [50.01, 5.001, 1].map((value) => expect.closeTo(value, 9)),
    );
  });

  it.each([
    [{ sizing: "allIn" }, 200],
    [{ sizing: "fixedFraction", size: 0.25 }, 50],
    [{ sizing: "fixedNotional", size: 1000 }, 20],
    [{ sizing: "fixedQuantity", size: 10 }, 10],
    [{ sizing: "signalProportional", size: 1, signal: "weight" }, 100],
  ] as const)("of the size of a position, %j", (config, quantity) => {
    const { trades } = run({ ...flatBars([50, 50]), direction: [1, 1], weight: [-0.5, -0.5] }, { ...free, ...config });
    expect(trades.quantity[0]).toBeCloseTo(quantity, 9);
    const row = tableOf("`sizing`", "N", "example with X = 10,000, a = 1, V = 50").find(
      ([name]) => name === `\`${config.sizing}\``,
    );
    expect(row?.[2]).toContain(`${quantity} units`);
  });

  it("of a rebalance with a band, lots and a least notional", () => {
    // 100 units at 40 are half of 8,000. At 60 they are 0.6 of 10,000.
    const columns = { ...flatBars([40, 40, 60, 70]), weight: [0.5, 0.5, 0.5, Number.NaN] };
    const unitsAfter = (more: Partial<BacktestConfig>): number => {
      const account = { ...free, initialCapital: 8000, signal: "weight", rebalance: "bars:2" } as const;
      const { equity } = run(columns, { ...account, ...more });
      return ((equity[3] ?? 0) - (equity[2] ?? 0)) / 10;
    };
    expect(unitsAfter({ rebalanceBand: 0.05 })).toBeCloseTo(83.3333333, 6);
    expect(unitsAfter({ rebalanceBand: 0.11 })).toBeCloseTo(100, 6);
    expect(unitsAfter({ rebalanceBand: 0.05, lotSize: 1 })).toBeCloseTo(83, 6);
    expect(unitsAfter({ rebalanceBand: 0.05, lotSize: 1, minNotional: 2000 })).toBeCloseTo(100, 6);
  });

  it("of a day's financing", async () => {
    const config = {
      ...free,
      account: "shared",
      weights: { AAA: 6000 / 8500, BBB: 1500 / 8500 },
      initialCapital: 8500,
      cashRate: 0.02,
      borrowRate: 0.05,
    } as const;
    const data = memoryDataset({
      AAA: { ...flatBars([100, 100, 100]), direction: [1, 1, 1] },
      BBB: { ...flatBars([50, 50, 50]), direction: [-1, -1, -1] },
    });
    const { portfolio } = await backtest(data, { strategy: columnsStrategy(config), config });
    const [, filled = 0, later = 0] = portfolio?.equity ?? [];
    const [, earned, paid] = /a day\s+earns [^=]+=\s+([\d.]+)\s+and\s+pays [^=]+=\s+([\d.]+)\./.exec(document) ?? [];
    expect([earned, paid]).toEqual([((2500 * 0.02) / 365.25).toFixed(3), ((1500 * 0.05) / 365.25).toFixed(3)]);
    // The interest of the first day, in cash, makes the positions a little larger.
    expect(later - filled).toBeCloseTo((2500 * 0.02 - 1500 * 0.05) / 365.25, 5);
  });

  it("of a margin call", () => {
    const config = { ...free, sizing: "fixedFraction", size: 2, maxLeverage: 2, maintenanceMargin: 0.3 } as const;
    const { trades, equity } = run({ ...flatBars([100, 100, 70]), direction: [1, 1, 1] }, config);
    expect([fillReasons[trades.reason[0] ?? 0], trades.exitPrice[0], equity[2]]).toEqual(["marginCall", 70, 4000]);
  });
});
