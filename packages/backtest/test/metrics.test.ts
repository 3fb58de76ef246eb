import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { isoTimeExact } from "../src/base/calendar.ts";
import { isoTime } from "../src/index.ts";
import { addEquities, createEquityStatistics, meanEquity } from "../src/statistics/equity-statistics.ts";
import { simulated } from "./given.ts";

describe("metrics", () => {
  it("of one bar are null where they need a span", () => {
    const { metrics } = simulated([10], [1]);
    assert.deepEqual(metrics, {
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
    assert.deepEqual([metrics.volatility, metrics.sharpe, metrics.sortino], [null, null, null]);
    assert.deepEqual([metrics.bars, metrics.exposure, metrics.cagr], [2, 0.5, 0]);
    assert.ok(Math.abs((metrics.buyAndHold as number) - 0.1) < 1e-15);
  });
  it("without trades are flat, not NaN", () => {
    const { metrics } = simulated([10, 11, 12], [0, 0, 0]);
    assert.deepEqual([metrics.totalReturn, metrics.volatility, metrics.sharpe, metrics.calmar], [0, 0, null, null]);
    assert.deepEqual([metrics.trades, metrics.winRate, metrics.turnover, metrics.exposure], [0, null, 0, 0]);
  });
  it("of a constant price are flat with a position", () => {
    const { metrics } = simulated(Array(50).fill(7), Array(50).fill(1));
    assert.deepEqual([metrics.totalReturn, metrics.volatility, metrics.sharpe], [0, 0, null]);
    assert.deepEqual([metrics.exposure, metrics.trades, metrics.buyAndHold], [0.98, 0, 0]);
  });
  it("count a trade without profit as neither won nor lost", () => {
    const { metrics } = simulated([7, 7, 7], [1, 0, 0]);
    assert.deepEqual([metrics.trades, metrics.winRate, metrics.profitFactor], [1, 0, null]);
    assert.deepEqual([metrics.averageWin, metrics.averageLoss], [null, null]);
  });
  it("leave the open trade out of the count", () => {
    const { metrics, trades } = simulated([10, 10, 20], [1, 1, 1]);
    assert.deepEqual([metrics.trades, metrics.winRate, trades.length, trades.profit[0]], [0, null, 1, 10_000]);
  });
  it("measure Sharpe and Sortino against the rate without risk", () => {
    const prices = Array.from({ length: 100 }, (_, i) => 100 + i + 5 * Math.sin(i));
    const ratio = (riskFreeRate: number) => simulated(prices, Array(100).fill(1), { riskFreeRate }).metrics;
    assert.ok((ratio(0.5).sharpe as number) < (ratio(0).sharpe as number));
    assert.ok((ratio(0.5).sortino as number) < (ratio(0).sortino as number));
    assert.equal(ratio(0.5).volatility, ratio(0).volatility);
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
  it("start at the last bar that holds the maximum", () => {
    assert.deepEqual(drawdown([2, 4, 4, 2, 3]), [0.5, 2, 3, null]);
  });
  it("keep the earliest of equals and recover at the first bar at the old height", () => {
    assert.deepEqual(drawdown([4, 2, 4, 2, 8]), [0.5, 0, 1, 2]);
  });
  it("forget the recovery of a smaller fall", () => {
    assert.deepEqual(drawdown([4, 3, 4, 1, 3]), [0.75, 2, 3, null]);
  });
  it("are null where the equity never falls", () => {
    assert.deepEqual(drawdown([1, 2, 4]), [0, null, null, null]);
  });
});

describe("running statistics", () => {
  it("do not wear down over a million bars", () => {
    const statistics = createEquityStatistics();
    const bars = 1_000_000;
    const equity = Float64Array.from({ length: bars }, (_, i) => 1e9 * (i % 2 === 0 ? 1 : 1.000001));
    addEquities(statistics, equity, new BigInt64Array(bars), bars);
    assert.ok(Math.abs(meanEquity(statistics) / (1e9 * 1.0000005) - 1) < 1e-15);
    const deviation = Math.sqrt(statistics.squares / (bars - 2));
    assert.ok(Math.abs(deviation / 1e-6 - 1) < 1e-5);
  });
});

describe("times as text", () => {
  it("have milliseconds, rounded down", () => {
    assert.equal(isoTime(1_600_000_000_123n, "ms"), "2020-09-13T12:26:40.123Z");
    assert.equal(isoTime(1_600_000_000_123_999_999n, "ns"), "2020-09-13T12:26:40.123Z");
    assert.equal(isoTime(-1n, "ns"), "1969-12-31T23:59:59.999Z");
  });
  it("have nanoseconds where every digit counts", () => {
    assert.equal(isoTimeExact(1_600_000_000_123_000_789n, "ns"), "2020-09-13T12:26:40.123000789Z");
    assert.equal(isoTimeExact(-1n, "ns"), "1969-12-31T23:59:59.999999999Z");
    assert.equal(isoTimeExact(0n, "ms"), "1970-01-01T00:00:00.000Z");
  });
  it("are plain numbers beyond what a date can hold", () => {
    assert.equal(isoTime(2n ** 62n, "ms"), "4611686018427387904");
  });
});
