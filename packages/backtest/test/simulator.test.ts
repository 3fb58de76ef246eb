import { type BacktestConfig, backtestDefaults } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backtestSeries, createSimulator, memorySeries, type Trades } from "../src/index.ts";
import { day, days, free, given, simulated, start } from "./given.ts";
import { naiveEquity, naiveMetrics } from "./naive.ts";

const price = fc.double({ min: 0.01, max: 1000, noNaN: true });
const bar = fc.record({
  open: price,
  close: price,
  direction: fc.constantFrom(-1, 0, 1),
  gap: fc.integer({ min: 0, max: 3 }),
});
const chosen = fc.record({
  feeBps: fc.double({ min: 0, max: 200, noNaN: true }),
  slippageBps: fc.double({ min: 0, max: 200, noNaN: true }),
  side: fc.constantFrom("both", "long", "short"),
  fill: fc.constantFrom("nextOpen", "nextClose"),
  initialCapital: fc.double({ min: 1, max: 1e6, noNaN: true }),
  riskFreeRate: fc.constantFrom(0, 0.03, -0.01),
});
const configs: fc.Arbitrary<BacktestConfig> = chosen.map((config) => ({ ...backtestDefaults, ...config }));
const cases = fc.record({ bars: fc.array(bar, { minLength: 1, maxLength: 120 }), config: configs });

type Case = typeof cases extends fc.Arbitrary<infer C> ? C : never;

function columns({ bars, config }: Case) {
  let time = start;
  const times = bars.map(({ gap }) => {
    time += gap * day;
    return time;
  });
  const open = bars.map((one) => one.open);
  const close = bars.map((one) => one.close);
  const directions = bars.map(({ direction }) => direction);
  return { times, open, close, directions, fill: config.fill === "nextOpen" ? open : close };
}

function run(one: Case, blockLength?: number) {
  const { times, open, close, directions } = columns(one);
  const series = memorySeries("X", { timestamp: times, open, close });
  return backtestSeries(series, { strategy: given(directions), config: one.config, blockLength });
}

function near(actual: number, expected: number, scale: number, what: string): void {
  expect(
    Math.abs(actual - expected) <= 1e-9 * Math.max(scale, Math.abs(expected)),
    `${what}: ${actual} for ${expected}`,
  ).toBe(true);
}

describe("the laws of the simulator", () => {
  it("gains exactly what its trades gained, the open one included", () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { equity, trades } = run(one);
        const gained = (equity.at(-1) as number) - one.config.initialCapital;
        const profits = trades.profit.reduce((sum, profit) => sum + profit, 0);
        const moved = trades.profit.reduce((sum, profit) => sum + Math.abs(profit), one.config.initialCapital);
        near(profits, gained, moved, "profits");
      }),
    );
  });

  it("pays exactly the fees of its trades", () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { metrics, trades } = run(one);
        near(
          trades.fees.reduce((sum, fee) => sum + fee, 0),
          metrics.fees,
          one.config.initialCapital,
          "fees",
        );
      }),
    );
  });

  it("agrees with a literal implementation of the specification", () => {
    fc.assert(
      fc.property(cases, (one) => {
        const bars = columns(one);
        const { equity, metrics } = run(one);
        const naive = naiveEquity(bars, one.config);
        naive.equity.forEach((value, t) => {
          near(equity[t] as number, value, one.config.initialCapital, `equity of bar ${t}`);
        });
        near(metrics.fees, naive.fees, one.config.initialCapital, "fees");
        // The figures are compared on the same equities: a ratio of two nearly equal ones may turn a last digit into a
        // first.
        const figures = naiveMetrics([...equity], bars.times, one.config.riskFreeRate);
        for (const [name, value] of Object.entries(figures)) {
          const own = metrics[name as keyof typeof metrics];
          if (typeof value === "number" && typeof own === "number") near(own, value, 1, name);
          else if (!isNoise(name, value, own)) expect(own, name).toBe(value);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("gives bit-identical results in blocks of any length", () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 130 }), (one, blockLength) => {
        expect(run(one, blockLength)).toStrictEqual(run(one));
      }),
    );
  });

  it("does not look ahead: later bars change no equity", () => {
    fc.assert(
      fc.property(cases, fc.nat(), (one, cut) => {
        const bars = one.bars.slice(0, 1 + (cut % one.bars.length));
        expect(run({ ...one, bars }).equity).toStrictEqual(run(one).equity.slice(0, bars.length));
      }),
    );
  });
});

/**
 * Whether one of both is null because equal returns leave a deviation of exactly 0 in one order of summing and of
 * 1e-17 in another.
 */
function isNoise(name: string, a: unknown, b: unknown): boolean {
  return (name === "sharpe" || name === "volatility") && (a === null || b === null);
}

describe("fills", () => {
  const opens = [10, 20, 30, 40];
  const closes = [11, 21, 31, 41];
  const filled = (fill: BacktestConfig["fill"], columns: object) =>
    backtestSeries(memorySeries("X", { timestamp: days(4), close: closes, ...columns }), {
      strategy: given([1, 1, 0, -1]),
      config: { fill, feeBps: 0 },
    }).trades;

  it("happen at the next open", () => {
    const { entryPrice, exitPrice, length } = filled("nextOpen", { open: opens });
    expect([length, entryPrice[0], exitPrice[0]]).toStrictEqual([1, 20, 40]);
  });
  it("happen at the next close if configured", () => {
    const { entryPrice, exitPrice } = filled("nextClose", { open: opens });
    expect([entryPrice[0], exitPrice[0]]).toStrictEqual([21, 41]);
  });
  it("happen at the next close if there is no open", () => {
    const { entryPrice, exitPrice } = filled("nextOpen", {});
    expect([entryPrice[0], exitPrice[0]]).toStrictEqual([21, 41]);
  });
  it("happen at the next price of ticks, even if it has the same time", () => {
    const timestamp = new BigInt64Array([5n, 5n, 5n, 6n]);
    const series = memorySeries("T", { timestamp, close: closes }, "ticks");
    const { trades, times, metrics } = backtestSeries(series, { strategy: given([1, 0, 0, 0]), config: free });
    expect([trades.entryPrice[0], trades.exitPrice[0], trades.entryTime[0]]).toStrictEqual([21, 31, 5n]);
    expect([times.length, metrics.bars, metrics.start]).toStrictEqual([4, 4, "1970-01-01T00:00:00.000Z"]);
  });
  it("never happen for the decision of the last bar", () => {
    const { equity, trades, directions } = simulated([10, 20], [0, 1]);
    expect([[...equity], trades.length, directions[1]]).toStrictEqual([[10_000, 10_000], 0, 1]);
  });
  it("cost slippage against the trader and a fee on the notional", () => {
    const { trades, equity } = simulated([100, 100, 100], [1, 0, 0], { feeBps: 100, slippageBps: 50 });
    expect([trades.entryPrice[0], trades.exitPrice[0], trades.quantity[0]]).toStrictEqual([
      100.49999999999999, 99.5, 100,
    ]);
    expect(Math.abs((equity[1] as number) - (10_000 - 50 - 100.5)) < 1e-9).toBe(true);
    expect(Math.abs((equity[2] as number) - (10_000 - 50 - 100.5 - 50 - 99.5)) < 1e-9).toBe(true);
  });
});

describe("directions", () => {
  const flips = [1, -1, 1, -1, 1, -1];
  it("that flip at every bar end a trade and begin one at each fill", () => {
    const { trades, metrics } = simulated([10, 11, 12, 13, 14, 15], flips);
    expect([...trades.direction]).toStrictEqual([1, -1, 1, -1, 1]);
    expect([...trades.open]).toStrictEqual([0, 0, 0, 0, 1]);
    expect(metrics.trades).toBe(4);
    expect([...trades.entryPrice.slice(1)]).toStrictEqual([...trades.exitPrice.slice(0, 4)]);
  });
  it("are restricted to one side, and reported as decided", () => {
    const long = simulated([10, 11, 12, 13, 14, 15], flips, { side: "long" });
    expect([...long.trades.direction]).toStrictEqual([1, 1, 1]);
    expect([...long.directions]).toStrictEqual(flips);
    const short = simulated([10, 11, 12, 13, 14, 15], flips, { side: "short" });
    expect([...short.trades.direction]).toStrictEqual([-1, -1]);
  });
  it("other than -1, 0 and 1 are refused", () => {
    expect(() => simulated([10, 11], [2, 0])).toThrow(expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }));
  });
});

describe("a lost account", () => {
  // Short 100 units at 100; at 250 the equity is 20,000 - 25,000.
  const lost = simulated([100, 100, 250, 10, 10, 10], [-1, -1, 1, 1, -1, 1]);
  it("closes its position at the fill that detects the loss and never trades again", () => {
    const early = simulated([100, 100, 250, 250, 10, 10], [-1, -1, 1, -1, 1, 1]);
    expect([early.trades.length, early.trades.open[0], early.trades.exitPrice[0]]).toStrictEqual([1, 0, 250]);
    expect([...early.equity]).toStrictEqual([10_000, 10_000, -5000, -5000, -5000, -5000]);
    expect(early.metrics.cagr).toBe(-1);
    expect(early.metrics.totalReturn).toBe(-1.5);
    expect(early.metrics.maxDrawdown).toBe(1.5);
    expect(early.warnings[0] as string).toMatch(/the account was lost.*below zero at the close of 2020-01-03/);
    expect(early.warnings[1] as string).toMatch(/the account was lost.*2020-01-04/);
  });
  it("ends only at a fill: an equity below zero between fills may recover, with a warning", () => {
    expect(lost.equity[2]).toStrictEqual(-5000);
    expect((lost.equity.at(-1) as number) > 0).toBe(true);
    expect(lost.warnings.filter((warning) => warning.includes("was lost"))).toMatchObject([
      expect.stringContaining("below zero at the close"),
    ]);
  });
  it("has a gross account of its own, which may survive", () => {
    const broke = simulated([100, 100, 199, 199, 100], [-1, -1, 1, -1, -1], { feeBps: 150 });
    expect(broke.metrics.cagr).toBe(-1);
    expect((broke.metrics.grossReturn as number) > -1).toBe(true);
  });
});

describe("a simulator alone", () => {
  it("continues after a call of `account`", () => {
    const profits: number[] = [];
    const onTrades = ({ profit }: Trades): unknown => profits.push(...profit);
    const simulator = createSimulator({ ...backtestDefaults, feeBps: 0 }, { onTrades });
    const equity = new Float64Array(2);
    const push = (times: bigint[], close: number[], directions: number[]): void => {
      const prices = Float64Array.from(close);
      const own = BigInt64Array.from(times);
      simulator.push({ times: own, close: prices, directions: Int8Array.from(directions) }, { times: own, equity });
    };
    push([0n, 1n], [10, 10], [1, 1]);
    const before = simulator.totals();
    push([2n], [20], [0]);
    push([3n], [20], [0]);
    const after = simulator.totals();
    expect([before.trades.closed, before.bars]).toStrictEqual([0, 2]);
    expect([after.trades.closed, after.trades.gained, after.bars]).toStrictEqual([1, 10_000, 4]);
    expect(profits).toStrictEqual([]);
    simulator.finish();
    expect(profits).toStrictEqual([10_000]);
    expect([after.statistics.last, before.statistics.last]).toStrictEqual([20_000, 10_000]);
  });
});
