import { backtest, memoryDataset, strategyOf } from "@atc/backtest";
import { type BacktestConfig, backtestDefaults, type StrategyBars } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandomNumbers } from "../src/index.ts";
import { createNumberChoice } from "../src/validation/base/choose-numbers.ts";
import { createStationaryBlocks } from "../src/validation/base/stationary-blocks.ts";
import { type EntryBars, entryPoints } from "../src/validation/luck/entry-points.ts";
import { type EntryTrade, heldTrades } from "../src/validation/luck/held-trades.ts";
import { jointSpread } from "../src/validation/luck/joint-spread.ts";
import { luckVerdict } from "../src/validation/luck/luck-verdict.ts";
import { type EntrySymbol, type RandomEntryOptions, randomEntries } from "../src/validation/luck/random-entries.ts";
import { createRandomPlacement } from "../src/validation/luck/random-placement.ts";
import { type ReturnBootstrap, returnBootstrap } from "../src/validation/luck/return-bootstrap.ts";
import { tradePaths } from "../src/validation/luck/trade-paths.ts";
import { costSensitivity, multiplyCosts, type TradingCosts } from "../src/validation/luck/trading-costs.ts";
import { messageOf } from "./faults.ts";
import { expectClose, readFixture, readLines, sampledRows } from "./validation-fixtures.ts";

interface LuckCase {
  readonly name: string;
  readonly symbols: readonly string[];
  readonly config: Partial<BacktestConfig>;
  readonly samples: number;
  readonly seed?: number;
  readonly warmup?: number;
  readonly block?: number;
  readonly bars?: number;
  readonly trades: Readonly<Record<string, readonly EntryTrade[]>>;
  readonly time: readonly number[];
  readonly equity: readonly number[];
  readonly expected: {
    readonly randomEntry:
      | (Record<string, unknown> & {
          readonly warmup: readonly number[];
          readonly free: readonly number[];
          readonly firstSample: readonly (readonly (readonly number[])[])[];
        })
      | null;
    readonly bootstrap: (Record<string, unknown> & { readonly firstSample: readonly number[] }) | null;
    readonly costs: Record<string, unknown>;
    readonly verdict: unknown;
  };
}

const { cases, choices } = readFixture<{
  cases: readonly LuckCase[];
  choices: readonly { seed: number; k: number; of: number; chosen: readonly number[] }[];
}>("luck");
const lines = readLines("luck-bars");
const noCosts: TradingCosts = {
  feeBps: 0,
  feePerUnit: 0,
  feePerTrade: 0,
  minFee: 0,
  slippageBps: 0,
  spreadBps: 0,
  slippageRange: 0,
};

type BarColumn = "time" | "open" | "high" | "low" | "close" | "direction";

/** The bars of a symbol, and what is decided at each close. */
function barsOf(symbol: string, bars?: number): Readonly<Record<BarColumn, Float64Array>> {
  const own = lines.filter(([name]) => name === symbol).slice(0, bars);
  const column = (place: number) => Float64Array.from(own, (line) => Number(line[place]));
  return {
    time: column(1),
    open: column(2),
    high: column(3),
    low: column(4),
    close: column(5),
    direction: column(6),
  };
}

function entryOptions({ symbols, config, samples, seed, warmup, bars, trades }: LuckCase): RandomEntryOptions {
  const all = { ...backtestDefaults, ...config };
  return {
    symbols: symbols.map((symbol): EntrySymbol => {
      const { direction, ...own } = barsOf(symbol, bars);
      return { symbol, bars: own, trades: trades[symbol] ?? [] };
    }),
    fill: all.fill as RandomEntryOptions["fill"],
    costs: all,
    samples,
    seed,
    warmup,
  };
}

function bootstrapOf({ equity, time, config, samples, seed, block }: LuckCase): ReturnBootstrap | undefined {
  return returnBootstrap({
    equity: Float64Array.from(equity),
    years: ((time.at(-1) ?? 0) - (time[0] ?? 0)) / (365.25 * 86_400_000),
    riskFreeRate: config.riskFreeRate,
    samples,
    seed,
    block,
  });
}

/** The total return of a case's backtest with other costs. */
async function totalReturn({ symbols, config, bars }: LuckCase, costs: TradingCosts): Promise<number> {
  const columns = symbols.map((symbol) => {
    const { time, ...own } = barsOf(symbol, bars);
    return [symbol, { timestamp: Array.from(time), ...own }] as const;
  });
  const decide = ({ ["direction"]: direction }: StrategyBars, directions: Int8Array): void => {
    for (let bar = 0; bar < directions.length; bar++) directions[bar] = Number(direction?.[bar]);
  };
  const strategy = strategyOf("decided", () => decide, { columns: ["direction"] });
  const { portfolio } = await backtest(memoryDataset(Object.fromEntries(columns)), {
    strategy,
    config: { ...config, ...costs },
    metrics: ["totalReturn"],
  });
  return portfolio?.metrics.totalReturn ?? Number.NaN;
}

describe("random entries", () => {
  it.each(choices)("choose $k of $of numbers as other implementations do", ({ seed, k, of, chosen }) => {
    const choice = createNumberChoice(k);
    choice.draw(createRandomNumbers(seed), of);
    expect(Array.from(choice.chosen)).toEqual(chosen);
  });

  it.each(cases)("are those of other implementations: $name", (luck) => {
    const options = entryOptions(luck);
    const { randomEntry } = luck.expected;
    const result = randomEntries(options);
    if (randomEntry === null) {
      expect(result).toBeUndefined();
      return;
    }
    const { warmup, free, firstSample, ...rest } = randomEntry;
    expectClose(result, rest);
    const random = createRandomNumbers(luck.seed ?? 1);
    const placed = options.symbols.map(({ symbol, bars, trades: list }) => {
      const { last } = entryPoints(symbol, bars, options.fill, options.costs);
      const trades = heldTrades(symbol, list, options.fill, last);
      const placement = createRandomPlacement(trades, last, luck.warmup);
      if (trades.count > 0) placement.place(random);
      const rows = Array.from(placement.order, (trade, place) => [
        placement.entries[place],
        trades.lengths[trade],
        trades.sides[trade],
      ]);
      return { warmup: placement.warmup, free: placement.free, rows };
    });
    expect(placed.map((one) => one.rows)).toEqual(firstSample);
    expect(placed.map((one) => one.warmup)).toEqual(warmup);
    expect(placed.map((one) => one.free)).toEqual(free);
  });

  const flatBars = (bars: number): EntryBars => ({
    time: Float64Array.from({ length: bars }, (_, bar) => bar),
    close: new Float64Array(bars).fill(10),
  });
  const trade = (entryBar: number, barsHeld: number): EntryTrade => ({
    entryBar,
    barsHeld,
    direction: 1,
    reason: "signal",
    open: false,
  });

  it("never overlap, keep their lengths, and stay inside the bars", () => {
    const lists = fc.array(fc.tuple(fc.nat(5), fc.nat(6)), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(lists, fc.nat(30), fc.nat(1000), fc.option(fc.nat(9)), (list, after, seed, warmup) => {
        let bar = 0;
        const own = list.map(([before, held]) => {
          const one = trade(bar + before, held);
          bar += before + held;
          return one;
        });
        const last = bar + after;
        const trades = heldTrades("A", own, "nextClose", last);
        const placement = createRandomPlacement(trades, last, warmup ?? undefined);
        const random = createRandomNumbers(seed);
        for (let sample = 0; sample < 3; sample++) {
          placement.place(random);
          let end = placement.warmup;
          placement.order.forEach((number, place) => {
            expect(placement.entries[place]).toBeGreaterThanOrEqual(end);
            end = (placement.entries[place] ?? 0) + (trades.lengths[number] ?? 0);
          });
          expect(end).toBeLessThanOrEqual(last);
          expect(Array.from(placement.order).toSorted((a, b) => a - b)).toEqual(own.map((_, place) => place));
        }
      }),
    );
  });

  it("choose every set of numbers equally often", () => {
    const choice = createNumberChoice(2);
    const random = createRandomNumbers(1);
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 6000; draw++) {
      choice.draw(random, 4);
      const key = choice.chosen.join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it("add up returns at one time, and spread twice as wide for two equal symbols", () => {
    const { direction, ...bars } = barsOf("A");
    const points = entryPoints("A", bars, "nextClose", noCosts);
    const trades = heldTrades("A", [trade(3, 40), trade(60, 100)], "nextClose", points.last);
    const symbol = { time: bars.time, points, trades };
    expect(jointSpread([symbol])).toBe(1);
    expect(jointSpread([symbol, symbol])).toBeCloseTo(2, 12);
    const short = { ...trades, sides: trades.sides.map((side) => -side) };
    expect(jointSpread([symbol, { ...symbol, trades: short }])).toBe(1);
    const still = { ...symbol, points: entryPoints("A", flatBars(bars.time.length), "nextClose", noCosts) };
    expect(jointSpread([still, still])).toBe(1);
    const sameTime = { ...symbol, time: new Float64Array(bars.time.length) };
    expect(jointSpread([sameTime, sameTime])).toBe(1);
  });

  it("count the bar of an exit inside it whole if orders fill at opens", () => {
    const lengthOf = (reason: string, fill: "nextOpen" | "nextClose"): number | undefined =>
      heldTrades("A", [{ ...trade(1, 2), reason }], fill, 9).lengths[0];
    for (const reason of ["signal", "timeExit", "rebalance", "bankruptcy"])
      expect(lengthOf(reason, "nextOpen")).toBe(2);
    for (const reason of ["stopLoss", "marginCall", "endOfData"]) expect(lengthOf(reason, "nextOpen")).toBe(3);
    expect(lengthOf("stopLoss", "nextClose")).toBe(2);
  });

  it("are in order of entry, those that are left at once first", () => {
    const { entries, lengths } = heldTrades("A", [trade(3, 2), trade(3, 0), trade(1, 2)], "nextClose", 9);
    expect([Array.from(entries), Array.from(lengths)]).toEqual([
      [1, 3, 3],
      [2, 0, 2],
    ]);
  });

  it("are as good as the actual ones if only rounding differs", () => {
    const close = Float64Array.from({ length: 200 }, (_, bar) => 100 * 1.01 ** bar);
    const own = Array.from({ length: 12 }, (_, place) => trade(place * 12, 1 + (place % 5)));
    const symbol: EntrySymbol = { symbol: "A", bars: { ...flatBars(200), close }, trades: own };
    expect(randomEntries({ symbols: [symbol], fill: "nextClose", costs: noCosts, samples: 200 })?.p).toBe(1);
  });

  it("lose all of a trade, and not more, if costs leave nothing of a price", () => {
    const costs = { ...noCosts, slippageBps: 9999, spreadBps: 9999 };
    for (const direction of [1, -1]) {
      const symbol: EntrySymbol = { symbol: "A", bars: flatBars(9), trades: [{ ...trade(1, 2), direction }] };
      const result = randomEntries({ symbols: [symbol], fill: "nextClose", costs, samples: 5 });
      expect(result).toMatchObject({ totalReturn: -1, returnPerBar: -0.5, p: 1 });
    }
  });

  it("take the close for the worst price without opens, highs and lows", () => {
    const { buy, sell, last } = entryPoints("A", flatBars(3), "worst", { ...noCosts, spreadBps: 20 });
    expect(last).toBe(3);
    expect(Array.from(buy)).toEqual([10.01, 10.01, 10.01, 10.01].map((price) => expect.closeTo(price, 12)));
    expect(sell[3]).toBeCloseTo(9.99, 12);
  });

  it("refuse bars, trades and options that cannot be", () => {
    const symbol: EntrySymbol = { symbol: "A", bars: flatBars(9), trades: [trade(1, 2)] };
    const options: RandomEntryOptions = { symbols: [symbol], fill: "nextClose", costs: noCosts };
    const fault = (changed: Partial<EntrySymbol>): string =>
      messageOf(() => randomEntries({ ...options, symbols: [{ ...symbol, ...changed }] }), "ATC_INVALID_ARGUMENT");
    expect(fault({ trades: [trade(1, 3), trade(2, 1)] })).toContain('"A" has trades that overlap');
    expect(fault({ trades: [trade(1, 8)] })).toContain("holds 8 bars from bar 1");
    expect(fault({ trades: [{ ...trade(1, 1), direction: 0 }] })).toContain("direction 0");
    expect(fault({ bars: flatBars(0) })).toContain("no bars");
    expect(fault({ bars: { ...flatBars(9), close: new Float64Array(9) } })).toContain("close of bar 0");
    expect(fault({ bars: { ...flatBars(9), high: new Float64Array(3) } })).toContain("3 values of high");
    expect(fault({ bars: { ...flatBars(9), time: flatBars(9).time.toReversed() } })).toContain("time of bar 1");
    expect(messageOf(() => randomEntries({ ...options, fill: "nextOpen" }), "ATC_INVALID_ARGUMENT")).toContain("opens");
    for (const wrong of [{ seed: 2 ** 53 }, { samples: 0 }, { warmup: -1 }])
      expect(messageOf(() => randomEntries({ ...options, ...wrong }))).toContain(Object.keys(wrong)[0]);
    expect(messageOf(() => randomEntries({ ...options, costs: { ...noCosts, minFee: -1 } }))).toContain("minFee is -1");
  });
});

describe("the bootstrap of bar returns", () => {
  it.each(cases)("is that of other implementations: $name", (luck) => {
    const { bootstrap } = luck.expected;
    const result = bootstrapOf(luck);
    if (bootstrap === null) expect(result).toBeUndefined();
    else {
      const { firstSample, ...rest } = bootstrap;
      expectClose(result, rest);
      const rows = luck.equity.length - 1;
      const blocks = createStationaryBlocks(rows, result?.block ?? 1);
      blocks.draw(createRandomNumbers(luck.seed ?? 1));
      expect(sampledRows(blocks, rows).slice(0, firstSample.length)).toEqual(firstSample);
    }
  });

  it("leaves out the Sharpe ratio of samples that do not vary", () => {
    const equity = Float64Array.from([1, 1.5, 1.5, 1.5, 1.5]);
    const { sharpe, totalReturn: totals } =
      returnBootstrap({ equity, years: 1, block: 1, seed: 5, samples: 200 }) ?? {};
    expect(sharpe?.every(Number.isFinite)).toBe(true);
    // All four draws of the one gain: a compounded return without any spread.
    expect(totals?.length).toBe(5);
    const flat = returnBootstrap({ equity: Float64Array.from([1, 2, 4, 8, 16]), years: 1, block: 2 });
    expect(flat?.sharpe).toBeUndefined();
    expect(flat?.totalReturn).toEqual([15, 15, 15, 15, 15]);
  });

  it("measures the spread of samples that hardly vary without rounding", () => {
    const percents = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(percents, ([a = 0, b = 0, c = 0]) => {
        const equity = [1];
        for (const percent of [a, b, c]) equity.push((equity.at(-1) ?? 0) * (1 + percent / 100));
        const { sharpe } =
          returnBootstrap({ equity: Float64Array.from(equity), years: 1, block: 1, samples: 100 }) ?? {};
        // Samples of a single row, repeated, are left out; others spread by at least half a percent.
        expect(Math.max(...(sharpe ?? []))).toBeLessThan(1000);
      }),
    );
  });

  it("has no yearly return without time", () => {
    const { cagr, p } = returnBootstrap({ equity: Float64Array.from([1, 2, 1, 2, 3]), years: 0, barsPerYear: 5 }) ?? {};
    expect([cagr, typeof p]).toEqual([undefined, "number"]);
    const falling = returnBootstrap({ equity: Float64Array.from([9, 7, 4, 2, 1]), years: 0, barsPerYear: 5 });
    expect(falling?.cagr).toBeUndefined();
  });

  it("refuses options out of range and equity that is not finite", () => {
    const equity = Float64Array.from([1, 2, 3, 4]);
    for (const wrong of [{ years: -1 }, { barsPerYear: 0 }, { riskFreeRate: Number.NaN }, { block: 0 }, { seed: 0.5 }])
      expect(messageOf(() => returnBootstrap({ equity, years: 1, ...wrong }))).toContain(Object.keys(wrong)[0]);
    const broken = Float64Array.from([1, Number.NaN, 3, 4]);
    expect(messageOf(() => returnBootstrap({ equity: broken, years: 1 }), "ATC_INVALID_ARGUMENT")).toContain("bar 1");
  });
});

describe("cost sensitivity", () => {
  it.each(cases)("is that of other implementations: $name", async (luck) => {
    const costs = { ...backtestDefaults, ...luck.config };
    expectClose(await costSensitivity(costs, (changed) => totalReturn(luck, changed)), luck.expected.costs);
  });

  it("multiplies every cost of trading, up to what a backtest accepts", () => {
    const costs = { ...noCosts, feeBps: 3, minFee: 1, slippageBps: 4000, spreadBps: 10, slippageRange: 0.3 };
    const multiplied = { ...noCosts, feeBps: 12, minFee: 4, slippageBps: 9999, spreadBps: 40, slippageRange: 1 };
    expect(multiplyCosts(costs, 4)).toEqual(multiplied);
  });

  it("finds the multiplier at which a falling return is 0", async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0.01, max: 63, noNaN: true }), async (zero) => {
        const { breakEven } = await costSensitivity({ ...noCosts, feeBps: 1 }, ({ feeBps }) => zero - feeBps);
        expect(Math.abs((breakEven ?? 0) - zero)).toBeLessThan(3e-11);
      }),
    );
  });

  it("refuses costs out of range", async () => {
    await expect(costSensitivity({ ...noCosts, spreadBps: Number.NaN }, () => 0)).rejects.toThrow("spreadBps is NaN");
  });
});

describe("the verdict on a backtest", () => {
  it.each(cases)("is that of other implementations: $name", (luck) => {
    const { breakEven } = luck.expected.costs as { breakEven: number | null };
    const verdict = luckVerdict({
      randomEntry: randomEntries(entryOptions(luck)),
      bootstrap: bootstrapOf(luck),
      costs: { breakEven: breakEven ?? undefined },
    });
    expect(verdict).toEqual(luck.expected.verdict);
  });

  it("needs every test, each at its limit", () => {
    const tests = { randomEntry: { p: 0.025 }, bootstrap: { p: 0.05 }, costs: { breakEven: 2 } };
    expect(luckVerdict(tests)).toEqual({ survives: true, failed: [] });
    const worse = { randomEntry: { p: 0.026 }, bootstrap: { p: 0.051 }, costs: { breakEven: 1.99 } };
    expect(luckVerdict(worse).failed).toEqual(["randomEntry", "bootstrap", "costs"]);
    expect(luckVerdict({ ...tests, bootstrap: undefined })).toEqual({ survives: false, failed: ["bootstrap"] });
  });
});

describe("Monte Carlo of trades", () => {
  const trades = readFixture<readonly { return: number; profit: number }[]>("daily-trades");
  const returns = Float64Array.from(trades, (one) => one.return);
  const profits = Float64Array.from(trades, (one) => one.profit);
  const ruined = returns.slice(0, 12);
  ruined[4] = -1.2;
  const { monteCarlo } = readFixture<{
    monteCarlo: readonly { method: "bootstrap" | "permutation"; compound: boolean; samples: number; seed: number }[];
  }>("expected");

  it.each(monteCarlo)("is that of other implementations: $method, compounded $compound, seed $seed", (expected) => {
    const { method, compound, samples, seed } = expected;
    const isRuined = seed === 5;
    const outcomes = isRuined ? ruined : compound ? returns : profits;
    const initialCapital = isRuined ? 1000 : 10_000;
    expectClose(tradePaths({ outcomes, initialCapital, method, compound, samples, seed }), expected);
  });

  it("has no final equity if it is too large for a number", () => {
    const { finalEquity, maxDrawdown } =
      tradePaths({ outcomes: Float64Array.from([1e200, 1e200]), initialCapital: 1 }) ?? {};
    expect([finalEquity, maxDrawdown]).toEqual([undefined, [0, 0, 0, 0, 0]]);
  });

  it("is unknown without trades", () => {
    expect(tradePaths({ outcomes: new Float64Array(), initialCapital: 1 })).toBeUndefined();
  });

  it("ends alike for every permutation, and never falls by less than the largest loss", () => {
    const list = fc.array(fc.double({ min: -0.5, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(list, fc.nat(99), (outcomes, seed) => {
        const options = { outcomes: Float64Array.from(outcomes), initialCapital: 1, seed, samples: 20 };
        const { finalEquity = [], maxDrawdown = [] } = tradePaths({ ...options, method: "permutation" }) ?? {};
        expect((finalEquity[4] ?? 0) - (finalEquity[0] ?? 0)).toBeLessThan(1e-9 * (finalEquity[4] ?? 0));
        expect(maxDrawdown[0]).toBeGreaterThanOrEqual(-Math.min(0, ...outcomes) - 1e-12);
      }),
    );
  });

  it("refuses outcomes and options out of range", () => {
    const options = { outcomes: Float64Array.from([0.1, Number.NaN]), initialCapital: 1 };
    expect(messageOf(() => tradePaths(options), "ATC_INVALID_ARGUMENT")).toContain("trade 1 is NaN");
    for (const wrong of [{ initialCapital: 0 }, { ruin: 0 }, { samples: 1.5 }, { seed: -1 }])
      expect(messageOf(() => tradePaths({ ...options, ...wrong }))).toContain(Object.keys(wrong)[0]);
  });
});
