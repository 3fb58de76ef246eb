import { type BoundStrategy, backtest } from "@atc/backtest";
import { AtcError, backtestDefaults, type Dataset, signalDefaults } from "@atc/contract";
import type { SweepConfiguration } from "@atc/sweep";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { builtInStrategy } from "../src/compute/built-in-strategy.ts";
import { generalReturns } from "../src/evaluate/general-returns.ts";
import { laneReturns } from "../src/evaluate/lanes/lane-returns.ts";
import type { PortfolioReturns, ReturnUnit } from "../src/evaluate/portfolio-returns.ts";
import { returnList } from "../src/evaluate/return-list.ts";
import { day, marketOf } from "./lane-market.ts";

const configuration = fc
  .record({
    ema: fc.integer({ min: 8, max: 30 }),
    cutout: fc.constantFrom(0, 0, 70),
    feeBps: fc.constantFrom(0, 5, 20),
    side: fc.constantFrom("both" as const, "long" as const, "short" as const),
    fill: fc.constantFrom("nextClose" as const, "nextOpen" as const),
    account: fc.constantFrom("separate" as const, "separate" as const, "shared" as const),
    stopLoss: fc.constantFrom(0, 0, 0, 0.05),
    invalidPrices: fc.constantFrom("error" as const, "skip" as const),
  })
  .map(
    ({ ema, cutout, ...account }): SweepConfiguration => ({
      signals: { ...signalDefaults, emaLength: ema, cutout },
      backtest: { ...backtestDefaults, ...account },
      parameters: {},
    }),
  );

type StrategyOf = (one: SweepConfiguration) => BoundStrategy;

/** The returns of a configuration's portfolio in a backtest of its own; undefined without a portfolio. */
async function expectedReturns(
  dataset: Dataset,
  { symbols, limit, period }: ReturnUnit,
  one: SweepConfiguration,
  strategyOf: StrategyOf,
): Promise<readonly number[] | undefined> {
  try {
    const options = { symbols, limit, period, config: one.backtest, strategy: strategyOf(one) };
    const { portfolio, skipped } = await backtest(dataset, options);
    if (portfolio === undefined || skipped.some(({ code }) => code === "ATC_STRATEGY")) return undefined;
    const { equity } = portfolio;
    return Array.from(equity.subarray(1), (value, i) => value / (equity[i] as number) - 1);
  } catch {
    return undefined;
  }
}

/** Compares returns with those of backtests, bit for bit. */
async function expectBacktests(
  found: readonly PortfolioReturns[],
  dataset: Dataset,
  unit: ReturnUnit,
  strategyOf: StrategyOf,
): Promise<void> {
  const byPlace = new Map(found.map((one) => [one.place, one]));
  for (const [place, one] of unit.configurations.entries()) {
    const own = byPlace.get(place);
    const expected = await expectedReturns(dataset, unit, one, strategyOf);
    expect(own === undefined ? undefined : [...own.returns], `configuration ${place}`).toEqual(expected);
  }
}

describe("bar returns of portfolios", () => {
  it("are those of separate backtests, in lanes and in general", async () => {
    const unit = fc.record({
      seed: fc.nat({ max: 1e6 }),
      symbols: fc.integer({ min: 1, max: 4 }),
      bars: fc.integer({ min: 60, max: 300 }),
      invalid: fc.boolean(),
      from: fc.option(fc.integer({ min: 0, max: 280 }), { nil: undefined }),
      limit: fc.option(fc.integer({ min: 20, max: 300 }), { nil: undefined }),
      configurations: fc.array(configuration, { minLength: 1, maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(unit, async ({ seed, symbols, bars, invalid, from, limit, configurations }) => {
        const dataset = marketOf(seed, symbols, bars, invalid);
        const strategyOf = ({ signals, backtest: config, parameters }: SweepConfiguration) =>
          builtInStrategy({ strategy: "atc", signals, config, parameters }, dataset) as BoundStrategy;
        const general = generalReturns({ dataset, strategyOf, folders: [], warn: () => undefined });
        const period = from === undefined ? undefined : { from: from * day };
        const given: ReturnUnit = { configurations, symbols: dataset.symbols(), limit, period };
        const lanes = await laneReturns({ dataset, general })(given, {});
        await expectBacktests(lanes, dataset, given, strategyOf);
        const places = ({ place }: PortfolioReturns, other: PortfolioReturns) => place - other.place;
        expect([...lanes].sort(places)).toEqual([...(await general(given, {}))].sort(places));
      }),
      { numRuns: 40 },
    );
  });

  it("leave out a configuration on which a strategy fails", async () => {
    const dataset = marketOf(3, 3, 200);
    const strategyOf: StrategyOf = ({ parameters: { fast } }) => ({
      name: "odd",
      version: 1,
      columns: [],
      start: (symbol) => ({
        decide({ close }, directions) {
          if (fast === 4 && symbol === "S1") throw new AtcError("ATC_STRATEGY", "four");
          for (let i = 0; i < close.length; i++) directions[i] = (Math.floor(i / Number(fast)) % 3) - 1;
        },
      }),
    });
    const configurations = [3, 4, 5].map((fast) => {
      return { signals: signalDefaults, backtest: backtestDefaults, parameters: { fast } };
    });
    const given: ReturnUnit = { configurations, symbols: dataset.symbols(), limit: undefined, period: undefined };
    const general = generalReturns({ dataset, strategyOf, folders: [], warn: () => undefined });
    const found = await laneReturns({ dataset, general, strategyOf })(given, {});
    expect(found.map(({ place }) => place).sort()).toEqual([0, 2]);
    await expectBacktests(found, dataset, given, strategyOf);
  });

  it("come from one walk through the bars if lanes cover the configurations", async () => {
    const dataset = marketOf(5, 2, 200);
    const general = () => Promise.reject(new Error("the general simulator was called"));
    const configurations = [10, 20].map((emaLength) => {
      return { signals: { ...signalDefaults, emaLength }, backtest: backtestDefaults, parameters: {} };
    });
    const unit = { configurations, symbols: dataset.symbols(), limit: undefined, period: undefined };
    expect(await laneReturns({ dataset, general })(unit, {})).toHaveLength(2);
  });
});

describe("a list of returns", () => {
  it("does not depend on the blocks of the curve, or on the room that it begins with", () => {
    const curve = fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(curve, fc.nat({ max: 60 }), fc.integer({ min: 1, max: 20 }), (equity, room, block) => {
        const list = returnList(room);
        const times = BigInt64Array.from(equity, (_, i) => BigInt(10 + i));
        for (let from = 0; from < equity.length; from += block) {
          const length = Math.min(block, equity.length - from);
          list.take(times.slice(from, from + length), Float64Array.from(equity.slice(from, from + length)), length);
        }
        const expected = equity.slice(1).map((value, i) => value / (equity[i] as number) - 1);
        expect([...list.returns()]).toEqual(expected);
        expect(list.span).toEqual({ firstTime: 10n, lastTime: BigInt(9 + equity.length) });
      }),
    );
    expect(returnList(3).span).toBeUndefined();
  });
});
