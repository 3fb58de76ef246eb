import { createSignalGraph } from "@atc/signals";
import { expect, it } from "vitest";
import { atcStrategy, backtestSeries, createManySimulator, memorySeries } from "../src/index.ts";
import { createRandom } from "./random.ts";

const bars = 1500;
const day = 86_400_000;

/** Daily bars of a random walk with gaps between closes and opens. */
function market(seed: number) {
  const random = createRandom(seed);
  const close = new Float64Array(bars);
  const open = new Float64Array(bars);
  let price = 100;
  for (let bar = 0; bar < bars; bar++) {
    open[bar] = price * (1 + (random() - 0.5) / 100);
    price = (open[bar] as number) * (1 + (random() - 0.5) / 20);
    close[bar] = price;
  }
  return { timestamp: BigInt64Array.from(close, (_, bar) => BigInt(bar * day)), open, close };
}

const configs = Array.from({ length: 40 }, (_, i) => ({
  emaLength: 12 + (i % 7),
  kamaLength: 14 + (i % 5),
  wmaLength: 16 + (i % 9),
  lambda: i % 3 === 0 ? 0.05 : 0.02,
  cutout: i % 11 === 0 ? 60 : 0,
  strategyMode: i % 4 === 0,
}));

it.each([true, false])("accounts over rows of the graph have the figures of backtests (read again: %s)", (rereads) => {
  const symbols = ["AAA", "BBB"].map((name, index) => ({ name, columns: market(index + 3) }));
  const graph = createSignalGraph(configs, {
    symbols: symbols.length,
    ...(rereads && {
      reread: (from: number, count: number, symbol: number) => ({
        close: (symbols[symbol] as (typeof symbols)[number]).columns.close.subarray(from, from + count),
      }),
    }),
  });
  const config = { feeBps: 7, slippageBps: 3 };
  const simulators = symbols.map(() => createManySimulator({ accounts: configs.length, config }));
  // Symbols take turns, as they do if their accounts are merged by time.
  for (let from = 0; from < bars; from += 400) {
    for (const [symbol, { columns }] of symbols.entries()) {
      const part = { close: columns.close.subarray(from, from + 400) };
      graph.push(
        part,
        ({ from: first, count, directions }) => {
          const end = first + count;
          simulators[symbol]?.push({
            times: columns.timestamp.subarray(first, end),
            open: columns.open.subarray(first, end),
            close: columns.close.subarray(first, end),
            directions: directions.map((row) => row.subarray(0, count)),
          });
        },
        symbol,
      );
    }
  }
  for (const [symbol, { name, columns }] of symbols.entries()) {
    const results = simulators[symbol]?.results();
    for (const [index, signals] of configs.entries()) {
      const { metrics } = backtestSeries(memorySeries(name, columns), { strategy: atcStrategy(signals), config });
      const { totalReturn, sharpe, sortino, maxDrawdown, trades, fees } = metrics;
      const wanted = { totalReturn, sharpe, sortino, maxDrawdown, trades, fees };
      const names = Object.keys(wanted) as (keyof typeof wanted)[];
      const actual = Object.fromEntries(names.map((metric) => [metric, results?.[metric][index]]));
      expect(actual).toStrictEqual(wanted);
    }
  }
  graph[Symbol.dispose]();
});
