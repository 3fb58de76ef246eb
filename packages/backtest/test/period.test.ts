import { existsSync } from "node:fs";
import { type BacktestConfig, backtestDefaults, isAtcError } from "@atc/contract";
import { compute } from "@atc/signals";
import { describe, expect, it } from "vitest";
import {
  backtest,
  backtestSeries,
  type MemoryColumns,
  memoryDataset,
  memorySeries,
  type Period,
  periodRows,
  type SymbolResult,
} from "../src/index.ts";
import { readBars } from "./csv-reader.ts";
import { day, days, given, start } from "./given.ts";
import { naiveEquity, naiveMetrics } from "./naive.ts";

const shared = new URL("../../../../shared/", import.meta.url);
const costs: BacktestConfig = { ...backtestDefaults, feeBps: 7, slippageBps: 3, riskFreeRate: 0.01 };

/** Daily bars that rise and fall, so that ATC changes its mind. */
function waves(count: number, seed = 0): { timestamp: number[]; open: number[]; close: number[] } {
  const close = Array.from({ length: count }, (_, i) => 100 + 25 * Math.sin((i + seed) / 17) + 9 * Math.sin(i / 3.1));
  return { timestamp: days(count), open: close.map((price, i) => (price + (close[i - 1] ?? price)) / 2), close };
}

/** Plain columns of a symbol. */
function plain(columns: MemoryColumns): { timestamp: number[]; open: number[]; close: number[] } {
  const numbers = (name: string): number[] => [...(columns[name] as readonly number[])];
  return { timestamp: numbers("timestamp"), open: numbers("open"), close: numbers("close") };
}

/**
 * The definition, written as it reads: directions of all bars, then the bars from the last one before the period, then
 * an account that is flat at its close.
 */
function reference(
  { timestamp, open, close }: ReturnType<typeof waves>,
  directions: ArrayLike<number>,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: Period,
): { times: number[]; equity: number[]; figures: Record<string, unknown>; fees: number; buyAndHold: number } {
  const inside = timestamp.flatMap((time, i) => (time >= from && time < to ? [i] : []));
  const first = Math.max(0, (inside[0] as number) - 1);
  const end = (inside.at(-1) as number) + 1;
  const times = timestamp.slice(first, end);
  const closes = close.slice(first, end);
  const decided = Array.from(directions).slice(first, end);
  const bars = { times, fill: open.slice(first, end), close: closes, directions: decided };
  const { equity, fees } = naiveEquity(bars, costs);
  const figures = naiveMetrics(equity, times, costs.riskFreeRate);
  return { times, equity, figures, fees, buyAndHold: (closes.at(-1) as number) / (closes[0] as number) - 1 };
}

function expectSame(found: SymbolResult, wanted: ReturnType<typeof reference>): void {
  expect(Array.from(found.times, Number)).toStrictEqual(wanted.times);
  expect(found.equity.length).toBe(wanted.equity.length);
  for (const [i, value] of wanted.equity.entries()) expect(found.equity[i] as number).toBeCloseTo(value, 6);
  for (const [name, value] of Object.entries({ ...wanted.figures, fees: wanted.fees, buyAndHold: wanted.buyAndHold })) {
    const metric = found.metrics[name as keyof typeof found.metrics];
    if (typeof value === "number") expect(metric, name).toBeCloseTo(value, 8);
    else expect(metric, name).toBe(value);
  }
}

function failure(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return expect.unreachable("it must not succeed");
}

describe("a backtest of a period", () => {
  const bars = waves(900);
  const at = (index: number): number => start + index * day;
  const directions = compute({ close: Float64Array.from(bars.close) }).columns.direction;
  const periods: readonly (readonly [string, Period])[] = [
    ["in the middle", { from: at(400), to: at(700) }],
    ["between two bars", { from: at(400) + 1, to: at(700) - 1 }],
    ["without an end", { from: at(600) }],
    ["without a start", { to: at(600) }],
    ["of one bar", { from: at(500), to: at(501) }],
    ["of the last bar", { from: at(899) }],
    ["from the first bar", { from: at(0), to: at(300) }],
    ["from before the first bar to after the last", { from: at(-50), to: at(2000) }],
    ["within the warm-up of the averages", { from: at(5), to: at(40) }],
  ];

  it.each(periods)("%s has signals of all bars and an account in cash at the close before", (_name, period) => {
    expect(new Set(directions).size).toBeGreaterThan(1);
    const found = backtestSeries(memorySeries("X", bars), {
      strategy: given(directions),
      config: costs,
      period,
    });
    expectSame(found, reference(bars, directions, period));
  });

  it.each(periods)("%s is the same under ATC, for blocks of any length", async (_name, period) => {
    const data = memoryDataset({ X: bars });
    const { symbols } = await backtest(data, { config: costs, period });
    expectSame(symbols[0] as SymbolResult, reference(bars, directions, period));
    const options = { strategy: given(directions), config: costs, period };
    const whole = backtestSeries(memorySeries("X", bars), options);
    for (const blockLength of [1, 7, 400, 401])
      expect(
        backtestSeries(memorySeries("X", bars), { ...options, strategy: given(directions), blockLength }),
      ).toStrictEqual({ ...whole });
  });

  it("fills the decision of the close before it in its first bar", () => {
    const close = [10, 10, 10, 20, 20];
    const series = memorySeries("X", { timestamp: days(5), open: [10, 10, 10, 16, 20], close });
    const { trades, equity, metrics } = backtestSeries(series, {
      strategy: given([-1, -1, 1, 1, 1]),
      config: { ...backtestDefaults, feeBps: 0 },
      period: { from: at(3) },
    });
    expect([trades.length, Number(trades.entryTime[0]), trades.entryPrice[0]]).toStrictEqual([1, at(3), 16]);
    expect([...equity]).toStrictEqual([10_000, 12_500, 12_500]);
    expect([metrics.start, metrics.bars]).toStrictEqual(["2020-01-03T00:00:00.000Z", 3]);
  });

  it("comes after the limit, which counts from the last bar", () => {
    const series = memorySeries("X", bars);
    expect(periodRows(series, { limit: 300, period: { from: at(700), to: at(800) } })).toStrictEqual({
      start: 600,
      from: 700,
      to: 800,
      curveBars: 101,
    });
    const cut = compute({ close: Float64Array.from(bars.close.slice(600)) }).columns.direction;
    const padded = [...new Int8Array(600), ...cut];
    const found = backtestSeries(series, {
      strategy: given(cut),
      config: costs,
      limit: 300,
      period: { from: at(700) },
    });
    expectSame(found, reference(bars, padded, { from: at(700) }));
    // The limit cuts into the period: there is no close before it.
    expect(periodRows(series, { limit: 100, period: { from: at(700) } })).toMatchObject({ from: 800, curveBars: 100 });
    const error = failure(() =>
      backtestSeries(series, { strategy: given([]), limit: 100, period: { from: at(100), to: at(700) } }),
    );
    expect(isAtcError(error, "ATC_INVALID_DATA")).toBe(true);
    expect(String(error)).toMatch(
      /no bar from 2020-04-10.*, before 2021-12-01.*bars are from 2022-03-11.*limit of 100/,
    );
  });

  it("leaves out invalid prices, and starts at the last valid close before it", () => {
    const close = [10, 10, Number.NaN, 20, 0, 40];
    const series = memorySeries("X", { timestamp: days(6), close });
    const config = { ...backtestDefaults, feeBps: 0, invalidPrices: "skip" } as const;
    const result = backtestSeries(series, { strategy: given([1, 1, 1, 1]), config, period: { from: at(3) } });
    expect(Array.from(result.times, Number)).toStrictEqual([at(1), at(3), at(5)]);
    expect([...result.equity]).toStrictEqual([10_000, 10_000, 20_000]);
    expect([result.skippedBars, result.metrics.bars]).toStrictEqual([2, 3]);
    expect(result.warnings.join()).toMatch(/2 of 6 bars left out/);
    const none = failure(() =>
      backtestSeries(series, { strategy: given([1, 1, 1]), config, period: { from: at(4), to: at(5) } }),
    );
    expect(String(none)).toMatch(/no valid bar from 2020-01-05T00:00:00.000Z, before 2020-01-06/);
    const refused = failure(() => backtestSeries(series, { strategy: given([1]), period: { from: at(3) } }));
    expect(String(refused)).toMatch(/bar 2 .* close is "NaN"/);
  });

  it("does not read the bars after it", () => {
    const close = [10, 11, 12, Number.NaN];
    const series = memorySeries("X", { timestamp: days(4), close });
    const result = backtestSeries(series, { strategy: given([1, 1, 1]), period: { to: at(3) } });
    expect(result.metrics.bars).toBe(3);
  });

  it("has no symbol that has no bar in it, and the portfolio starts at the last close before it", async () => {
    const data = memoryDataset({
      A: { timestamp: [0, 1, 2, 8, 9].map(at), close: [10, 10, 10, 20, 20] },
      // Not traded since long before the period.
      B: { timestamp: [0, 8, 9].map(at), close: [10, 30, 30] },
      // Listed within the period.
      C: { timestamp: [8, 9].map(at), close: [10, 10] },
      D: { timestamp: [0, 1].map(at), close: [10, 10] },
    });
    const always = given(new Int8Array(100).fill(1));
    const config = { ...backtestDefaults, feeBps: 0, fill: "nextClose" } as const;
    const { symbols, skipped, portfolio } = await backtest(data, { strategy: always, config, period: { from: at(5) } });
    expect(symbols.map(({ symbol, metrics }) => [symbol, metrics.bars])).toStrictEqual([
      ["A", 3],
      ["B", 3],
      ["C", 2],
    ]);
    expect(skipped.map(({ symbol, code }) => [symbol, code])).toStrictEqual([["D", "ATC_INVALID_DATA"]]);
    expect(skipped[0]?.reason).toMatch(/"D" has no bar from 2020-01-06.*from 2020-01-01.* to 2020-01-02/);
    expect(Array.from(portfolio?.times ?? [], Number)).toStrictEqual([2, 8, 9].map(at));
    expect(portfolio?.metrics.start).toBe("2020-01-03T00:00:00.000Z");
    const nobody = await backtest(data, { strategy: always, config, period: { from: at(100) } });
    expect([nobody.symbols, nobody.portfolio, nobody.skipped.length]).toStrictEqual([[], undefined, 4]);
  });

  it("has a portfolio of accounts that are in cash until their first bar, from the last time before it", async () => {
    const every = (step: number, offset: number): MemoryColumns => {
      const { timestamp, open, close } = waves(600, 31 * step);
      const own = (values: readonly number[]): number[] => values.filter((_, i) => i >= offset && i % step === 0);
      return { timestamp: own(timestamp), open: own(open), close: own(close) };
    };
    const columns: Record<string, MemoryColumns> = { A: every(1, 0), B: every(7, 0), C: every(5, 420) };
    const period = { from: at(400), to: at(550) };
    const { symbols, portfolio } = await backtest(memoryDataset(columns), { config: costs, period });
    const accounts = symbols.map(({ symbol }) => {
      const own = plain(columns[symbol] as MemoryColumns);
      return reference(own, compute({ close: Float64Array.from(own.close) }).columns.direction, period);
    });
    const union = [...new Set(accounts.flatMap(({ times }) => times))].toSorted((a, b) => a - b);
    const times = union.slice(union.findLastIndex((time) => time < period.from));
    const mean = times.map((time) => {
      const latest = accounts.map(
        ({ times: own, equity }) => equity[own.findLastIndex((one) => one <= time)] ?? 10_000,
      );
      return latest.reduce((sum, value) => sum + value, 0) / accounts.length;
    });
    expect(Array.from(portfolio?.times ?? [], Number)).toStrictEqual(times);
    expect(times[0]).toBe(at(399));
    for (const [i, value] of mean.entries()) expect(portfolio?.equity[i]).toBeCloseTo(value, 6);
    for (const [name, value] of Object.entries(naiveMetrics(mean, times, costs.riskFreeRate))) {
      const metric = portfolio?.metrics[name as "bars"];
      if (typeof value === "number") expect(metric, name).toBeCloseTo(value, 8);
      else expect(metric, name).toBe(value);
    }
  });

  it("is in milliseconds for ticks too, and starts at the last tick before it", () => {
    const ns = [0n, 999_999n, 1_000_000n, 1_000_000n, 3_000_000n];
    const series = memorySeries("T", { timestamp: BigInt64Array.from(ns), close: [1, 2, 4, 8, 16] }, "ticks");
    const config = { ...backtestDefaults, feeBps: 0 };
    const { times, equity } = backtestSeries(series, {
      strategy: given([0, 1, 1, 1, 1]),
      config,
      period: { from: 1, to: 3 },
    });
    expect([...times]).toStrictEqual([999_999n, 1_000_000n, 1_000_000n]);
    expect([...equity]).toStrictEqual([10_000, 10_000, 20_000]);
  });

  it("is refused if it cannot hold a time", () => {
    const series = memorySeries("X", bars);
    for (const period of [{ from: at(2), to: at(2) }, { from: at(3), to: at(2) }, { from: 0.5 }, { to: Number.NaN }]) {
      const error = failure(() => backtestSeries(series, { strategy: given([]), period }));
      expect(isAtcError(error, "ATC_INVALID_ARGUMENT")).toBe(true);
    }
  });

  it("counts the bars before it in its progress", async () => {
    const seen: (readonly [number, number | undefined])[] = [];
    const onProgress = ({ done, total }: { done: number; total?: number | undefined }): void => {
      seen.push([done, total]);
    };
    await backtest(memoryDataset({ X: bars }), { period: { from: at(800), to: at(850) }, onProgress });
    expect(seen.at(-1)).toStrictEqual([850, 850]);
  });
});

describe.skipIf(!existsSync(new URL("data/", shared)))("a period of real prices (needs ../shared)", () => {
  it("has signals of all bars and an account in cash at the close before", async () => {
    const columns = readBars(new URL("data/us_stocks_1d_50sym.csv", shared));
    const period = { from: Date.UTC(2016, 0, 1), to: Date.UTC(2017, 0, 1) };
    const { symbols } = await backtest(memoryDataset(columns), { config: costs, period });
    expect(symbols.length).toBeGreaterThan(40);
    for (const found of symbols) {
      const own = plain(columns[found.symbol] as MemoryColumns);
      const { direction } = compute({ close: Float64Array.from(own.close) }).columns;
      expectSame(found, reference(own, direction, period));
    }
  });
});
