import { describe, expect, it } from "vitest";
import { isoTimeExact } from "../src/base/calendar.ts";
import { isoTime } from "../src/index.ts";
import { addEquities, createEquityStatistics, meanEquity } from "../src/statistics/equity-statistics.ts";
import { simulated } from "./given.ts";

describe("metrics", () => {
  it("of one bar are null if they need a span", () => {
    const { metrics } = simulated([10], [1]);
    expect(metrics).toStrictEqual({
      bars: 1,
      start: "2020-01-01T00:00:00.000Z",
      end: "2020-01-01T00:00:00.000Z",
      totalReturn: 0,
      grossReturn: 0,
      cagr: null,
      volatility: null,
      sharpe: null,
      sortino: null,
      maxDrawdown: 0,
      maxDrawdownPeak: null,
      maxDrawdownTrough: null,
      maxDrawdownRecovery: null,
      calmar: null,
      exposure: 0,
      turnover: null,
      trades: 0,
      winRate: null,
      profitFactor: null,
      averageWin: null,
      averageLoss: null,
      fees: 0,
      buyAndHold: 0,
    });
  });
  it("of two bars have no deviation yet", () => {
    const { metrics } = simulated([10, 11], [1, 1]);
    expect([metrics.volatility, metrics.sharpe, metrics.sortino]).toStrictEqual([null, null, null]);
    expect([metrics.bars, metrics.exposure, metrics.cagr]).toStrictEqual([2, 0.5, 0]);
    expect(Math.abs((metrics.buyAndHold as number) - 0.1) < 1e-15).toBe(true);
  });
  it("without trades are flat, not NaN", () => {
    const { metrics } = simulated([10, 11, 12], [0, 0, 0]);
    expect([metrics.totalReturn, metrics.volatility, metrics.sharpe, metrics.calmar]).toStrictEqual([0, 0, null, null]);
    expect([metrics.trades, metrics.winRate, metrics.turnover, metrics.exposure]).toStrictEqual([0, null, 0, 0]);
  });
  it("of a constant price are flat with a position", () => {
    const { metrics } = simulated(Array(50).fill(7), Array(50).fill(1));
    expect([metrics.totalReturn, metrics.volatility, metrics.sharpe]).toStrictEqual([0, 0, null]);
    expect([metrics.exposure, metrics.trades, metrics.buyAndHold]).toStrictEqual([0.98, 0, 0]);
  });
  it("count a trade without profit as neither won nor lost", () => {
    const { metrics } = simulated([7, 7, 7], [1, 0, 0]);
    expect([metrics.trades, metrics.winRate, metrics.profitFactor]).toStrictEqual([1, 0, null]);
    expect([metrics.averageWin, metrics.averageLoss]).toStrictEqual([null, null]);
  });
  it("leave the open trade out of the count", () => {
    const { metrics, trades } = simulated([10, 10, 20], [1, 1, 1]);
    expect([metrics.trades, metrics.winRate, trades.length, trades.profit[0]]).toStrictEqual([0, null, 1, 10_000]);
  });
  it("measure Sharpe and Sortino against the risk-free rate", () => {
    const prices = Array.from({ length: 100 }, (_, i) => 100 + i + 5 * Math.sin(i));
    const ratio = (riskFreeRate: number) => simulated(prices, Array(100).fill(1), { riskFreeRate }).metrics;
    expect((ratio(0.5).sharpe as number) < (ratio(0).sharpe as number)).toBe(true);
    expect((ratio(0.5).sortino as number) < (ratio(0).sortino as number)).toBe(true);
    expect(ratio(0.5).volatility).toBe(ratio(0).volatility);
  });
});

describe("drawdowns", () => {
  // Long from bar 1 on: the equity follows the close.
  const drawdown = (close: readonly number[]) => {
    const { metrics } = simulated([close[0] as number, ...close], Array(close.length + 1).fill(1));
    const dayOf = (time: string | null) => (time === null ? null : Number(time.slice(8, 10)) - 2);
    return [
      metrics.maxDrawdown,
      dayOf(metrics.maxDrawdownPeak),
      dayOf(metrics.maxDrawdownTrough),
      dayOf(metrics.maxDrawdownRecovery),
    ];
  };
  it("start at the last bar with the maximum", () => {
    expect(drawdown([2, 4, 4, 2, 3])).toStrictEqual([0.5, 2, 3, null]);
  });
  it("keep the earliest of equals and recover at the first bar with the old maximum", () => {
    expect(drawdown([4, 2, 4, 2, 8])).toStrictEqual([0.5, 0, 1, 2]);
  });
  it("forget the recovery of a smaller drawdown", () => {
    expect(drawdown([4, 3, 4, 1, 3])).toStrictEqual([0.75, 2, 3, null]);
  });
  it("are null if the equity never falls", () => {
    expect(drawdown([1, 2, 4])).toStrictEqual([0, null, null, null]);
  });
});

describe("running statistics", () => {
  it("stay accurate over a million bars", () => {
    const statistics = createEquityStatistics();
    const bars = 1_000_000;
    const equity = Float64Array.from({ length: bars }, (_, i) => 1e9 * (i % 2 === 0 ? 1 : 1.000001));
    addEquities(statistics, equity, new BigInt64Array(bars), bars);
    expect(Math.abs(meanEquity(statistics) / (1e9 * 1.0000005) - 1) < 1e-15).toBe(true);
    const deviation = Math.sqrt(statistics.squares / (bars - 2));
    expect(Math.abs(deviation / 1e-6 - 1) < 1e-5).toBe(true);
  });
});

describe("times as text", () => {
  it("have milliseconds, rounded down", () => {
    expect(isoTime(1_600_000_000_123n, "ms")).toBe("2020-09-13T12:26:40.123Z");
    expect(isoTime(1_600_000_000_123_999_999n, "ns")).toBe("2020-09-13T12:26:40.123Z");
    expect(isoTime(-1n, "ns")).toBe("1969-12-31T23:59:59.999Z");
  });
  it("have nanoseconds if all digits are needed", () => {
    expect(isoTimeExact(1_600_000_000_123_000_789n, "ns")).toBe("2020-09-13T12:26:40.123000789Z");
    expect(isoTimeExact(-1n, "ns")).toBe("1969-12-31T23:59:59.999999999Z");
    expect(isoTimeExact(0n, "ms")).toBe("1970-01-01T00:00:00.000Z");
  });
  it("are plain numbers beyond what a date can hold", () => {
    expect(isoTime(2n ** 62n, "ms")).toBe("4611686018427387904");
  });
});
