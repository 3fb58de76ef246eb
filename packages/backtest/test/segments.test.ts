import type { BacktestConfig, Block, BlocksOptions, Dataset } from "@atc/contract";
import { describe, expect, it } from "vitest";
import {
  type AnyBoundStrategy,
  type BacktestResult,
  backtest,
  bindStrategy,
  cross,
  type MemoryColumns,
  memoryDataset,
  momentum,
} from "../src/index.ts";
import { day, start } from "./given.ts";
import { marketOf } from "./universe-market.ts";

/** A dataset whose segments have so many rows: a block ends with its segment, as after appends. */
function divided(dataset: Dataset, rows: number): Dataset {
  return {
    ...dataset,
    series(symbol) {
      const series = dataset.series(symbol);
      function* blocks({ from = 0, to = series.length, ...options }: BlocksOptions): Generator<Block, void> {
        for (let row = from; row < to; ) {
          const end = Math.min(to, (Math.floor(row / rows) + 1) * rows);
          yield* series.blocks({ ...options, from: row, to: end });
          row = end;
        }
      }
      return { ...series, blocks };
    },
  };
}

const strategies: readonly (readonly [string, AnyBoundStrategy, Partial<BacktestConfig>])[] = [
  ["cross in a shared account", bindStrategy(cross, { fast: 3, slow: 9 }), { account: "shared" }],
  ["cross in separate accounts", bindStrategy(cross, { fast: 3, slow: 9 }), {}],
  ["momentum", bindStrategy(momentum, { bars: 5, hold: 2 }), { rebalance: "everyBar" }],
];

describe.each(strategies)("a backtest of %s", (_, strategy, config) => {
  it.each([undefined, start + 200 * day])("does not depend on the segments of its data (from %s)", async (from) => {
    const market = memoryDataset(marketOf(5, 400, 0.8) as unknown as Readonly<Record<string, MemoryColumns>>);
    const run = (dataset: Dataset): Promise<BacktestResult> =>
      backtest(dataset, { strategy, config, ...(from === undefined ? {} : { period: { from } }) });
    const whole = await run(market);
    expect(whole.portfolio?.metrics.trades).toBeGreaterThan(10);
    for (const rows of [1, 7, 150]) expect(await run(divided(market, rows))).toEqual(whole);
  });
});
