import { describe, expect, it } from "vitest";
import { bindStrategy, momentum, validateBacktestConfig } from "../src/index.ts";
import { simulate } from "./reference/simulate.ts";
import { decide, marketOf, type PlainColumns, type PlainMarket, timesOf } from "./universe-market.ts";

interface Rules {
  readonly bars: number;
  readonly hold: number;
  readonly every: number;
  readonly rising: boolean;
}

/** Weights by symbol and bar: ranks all symbols from scratch at each time. */
function naiveWeights(market: PlainMarket, { bars, hold, every, rising }: Rules): ReadonlyMap<string, number[]> {
  const weights = new Map(Object.keys(market).map((symbol) => [symbol, [] as number[]]));
  const lastTimes = new Map<string, number>();
  let held: readonly string[] = [];
  for (const [t, [, rows]] of timesOf(market).entries()) {
    for (const symbol of rows.keys()) lastTimes.set(symbol, t);
    if (t % every === 0) {
      const absent = held.filter((symbol) => !rows.has(symbol) && t - (lastTimes.get(symbol) ?? 0) <= bars);
      const growthOf = (symbol: string): number => {
        const { close } = market[symbol] as PlainColumns;
        const row = rows.get(symbol) ?? 0;
        return row < bars ? Number.NaN : (close[row] as number) / (close[row - bars] as number);
      };
      const ranked = [...rows.keys()]
        .map((symbol) => ({ symbol, growth: growthOf(symbol) }))
        .filter(({ growth }) => growth > (rising ? 1 : 0))
        .sort((a, b) => b.growth - a.growth || (a.symbol < b.symbol ? -1 : 1));
      held = [...absent, ...ranked.slice(0, Math.max(0, hold - absent.length)).map(({ symbol }) => symbol)];
    }
    for (const symbol of rows.keys()) {
      const own = weights.get(symbol) as number[];
      own.push(held.includes(symbol) ? 1 / hold : 0);
    }
  }
  return weights;
}

const variants: readonly (readonly [string, Rules, number, number])[] = [
  ["the best 3 of 20", { bars: 10, hold: 3, every: 1, rising: false }, 20, 1],
  ["the best 5 of 40, which lack bars", { bars: 20, hold: 5, every: 1, rising: false }, 40, 0.7],
  ["rising ones, every 7 times", { bars: 5, hold: 10, every: 7, rising: true }, 30, 0.8],
  ["the best of returns over 1 bar, which are often equal", { bars: 1, hold: 1, every: 1, rising: false }, 60, 0.5],
  ["few that seldom have a bar, every 4 times", { bars: 2, hold: 3, every: 4, rising: false }, 20, 0.25],
  ["more than there are", { bars: 3, hold: 50, every: 3, rising: false }, 6, 0.9],
];

describe("momentum", () => {
  it("warns if there are fewer symbols than it holds, because none is left out", async () => {
    const warningsOf = async (symbols: number): Promise<readonly string[]> => {
      const { figures } = await decide(marketOf(symbols, 40), bindStrategy(momentum, { bars: 5, hold: 3 }));
      return (figures.portfolio?.warnings ?? []).filter((warning) => warning.includes("hold"));
    };
    expect(await warningsOf(3)).toEqual([]);
    expect(await warningsOf(2)).toEqual([expect.stringMatching(/^2 symbols are fewer than hold \(3\).*smaller hold$/)]);
    expect(await warningsOf(1)).toEqual([expect.stringContaining("1 symbol is fewer")]);
  });

  it.each(variants)("holds %s: weights and account as computed from scratch", async (_name, rules, symbols, share) => {
    const market = marketOf(symbols, 250, share, symbols);
    const { decisions, equity, times, figures } = await decide(market, bindStrategy(momentum, { ...rules }));
    const wanted = naiveWeights(market, rules);
    const found = new Map([...decisions].map(([symbol, { columns }]) => [symbol, [...(columns.strength ?? [])]]));
    expect(found).toEqual(wanted);
    const config = validateBacktestConfig({ account: "shared", signal: "weight", weights: "full" });
    const reference = simulate(
      Object.entries(market).map(([symbol, { timestamp: time, open, close }]) => {
        const strengths = wanted.get(symbol) as number[];
        return { symbol, time, open, close, strengths, directions: strengths.map(Math.sign) };
      }),
      config,
    );
    expect([...times].map(Number)).toEqual(reference.time);
    for (const [i, value] of reference.equity.entries())
      expect(Math.abs((equity[i] as number) / value - 1)).toBeLessThan(1e-9);
    expect(figures.portfolio?.costs.fees).toBeGreaterThan(0);
  });

  it("ranks equal returns in symbol order", async () => {
    const close = [100, 110, 121, 133.1];
    const timestamp = close.map((_, i) => i * 86_400_000);
    const market = { C: { timestamp, close }, A: { timestamp, close }, B: { timestamp, close } };
    const { decisions } = await decide(market as never, bindStrategy(momentum, { bars: 1, hold: 2 }));
    expect([...decisions].map(([symbol, { directions }]) => [symbol, ...directions])).toEqual([
      ["A", 0, 1, 1, 1],
      ["B", 0, 1, 1, 1],
      ["C", 0, 0, 0, 0],
    ]);
  });

  it("keeps the place of a held symbol without a bar, and gives it away after the bars of its return", async () => {
    const timestamp = Array.from({ length: 9 }, (_, i) => i * 86_400_000);
    const [best, second, third] = [1.3, 1.2, 1.1].map((growth) => timestamp.map((_, i) => 100 * growth ** i));
    const ended = { timestamp: timestamp.slice(0, 4), close: best?.slice(0, 4) };
    const market = { A: ended, B: { timestamp, close: second }, C: { timestamp, close: third } };
    const { decisions } = await decide(market as never, bindStrategy(momentum, { bars: 2, hold: 2 }));
    expect([...decisions].map(([symbol, { directions }]) => [symbol, ...directions])).toEqual([
      ["A", 0, 0, 1, 1],
      ["B", 0, 0, 1, 1, 1, 1, 1, 1, 1],
      ["C", 0, 0, 0, 0, 0, 0, 1, 1, 1],
    ]);
  });
});
