import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  allocateFills,
  allocateTrades,
  backtestSeries,
  memorySeries,
  portfolio,
  readerOfArrays,
  type SymbolResult,
} from "../src/index.ts";
import { joinCommonTimes } from "../src/portfolio/common-times.ts";
import { mergeCurves, type TimedCurve } from "../src/portfolio/time-merge.ts";
import { day, free, given, simulated, start } from "./given.ts";
import { naiveMetrics } from "./naive.ts";

/** A curve in arrays. */
interface TimedValues {
  readonly times: BigInt64Array;
  readonly values: Float64Array;
}

const noTrades = allocateTrades(0);
const fills = allocateFills(0);
const readerOf = ({ times, values }: TimedValues) =>
  readerOfArrays({
    times,
    equity: values,
    directions: new Int8Array(times.length),
    columns: {},
    trades: noTrades,
    fills,
  });

function timedCurve({ times, values }: TimedValues): TimedCurve {
  return {
    length: times.length,
    read(row, intoTimes, intoValues) {
      intoTimes.set(times.subarray(row, row + intoTimes.length));
      intoValues.set(values.subarray(row, row + intoValues.length));
    },
  };
}

function timedValues({ length, read }: TimedCurve): TimedValues {
  const whole = { times: new BigInt64Array(length), values: new Float64Array(length) };
  read(0, whole.times, whole.values);
  return whole;
}

const time = fc.oneof(
  fc.bigInt({ min: 0n, max: 12n }),
  // Neighbours that a double cannot distinguish, around a change of the high word, and before 1970.
  fc.bigInt({ min: 2n ** 60n - 3n, max: 2n ** 60n + 3n }),
  fc.bigInt({ min: 2n ** 32n - 3n, max: 2n ** 32n + 3n }),
  fc.bigInt({ min: -4n, max: 3n }),
);
const curve = fc
  .array(fc.tuple(time, fc.double({ min: 1, max: 1e5, noNaN: true })), { minLength: 1, maxLength: 30 })
  .map((points): TimedValues => {
    const sorted = points.toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
    return {
      times: BigInt64Array.from(sorted, ([at]) => at),
      values: Float64Array.from(sorted, ([, value]) => value),
    };
  });

function merged(curves: readonly TimedValues[]): [bigint, number][] {
  const points: [bigint, number][] = [];
  mergeCurves(curves.map(timedCurve), (times, sums, length) => {
    for (let i = 0; i < length; i++) points.push([times[i] as bigint, sums[i] as number]);
  });
  return points;
}

function latest({ times, values }: TimedValues, at: bigint): number {
  const row = times.findLastIndex((own) => own <= at);
  return values[Math.max(row, 0)] as number;
}

describe("merging curves", () => {
  it("gives one curve each time once, with its last value, over the ends of blocks", () => {
    // Three values share each time, and a block ends between two of them.
    const rows = 3 * 4096 + 2;
    const times = BigInt64Array.from({ length: rows }, (_, row) => -5n + BigInt(Math.floor(row / 3)) * 2n ** 33n);
    const values = Float64Array.from({ length: rows }, (_, row) => row / 7);
    const twice = { times, values: values.map((value) => value / 2) };
    const points = merged([{ times, values }]);
    expect(points).toStrictEqual(merged([twice, twice]));
    expect(points.length).toBe(4097);
    expect(points[0]).toStrictEqual([-5n, 2 / 7]);
  });

  it("sums the latest values at every time of the union", () => {
    fc.assert(
      fc.property(fc.array(curve, { minLength: 1, maxLength: 9 }), (curves) => {
        const points = merged(curves);
        const union = [...new Set(curves.flatMap(({ times }) => [...times]))].toSorted((a, b) =>
          a < b ? -1 : Number(a > b),
        );
        expect(points.map(([at]) => at)).toStrictEqual(union);
        for (const [at, sum] of points) {
          const expected = curves.reduce((total, own) => total + latest(own, at), 0);
          expect(Math.abs(sum - expected) <= 1e-12 * expected, `${sum} for ${expected} at ${at}`).toBe(true);
        }
      }),
    );
  });
  it("adds up curves of equal times first, and only those", () => {
    const times = BigInt64Array.from([1n, 2n, 2n, 9n]);
    const other = BigInt64Array.from([1n, 2n, 3n, 9n]);
    const curveOf = (own: BigInt64Array, ...values: number[]) => ({ times: own, values: Float64Array.from(values) });
    const kept = curveOf(times, 1, 2, 3, 4);
    const curves = [kept, curveOf(other, 5, 6, 7, 8), curveOf(times, 10, 20, 30, 40)];
    const joined = joinCommonTimes(curves.map(readerOf)).map(timedValues);
    expect(joined).toStrictEqual([curveOf(times, 11, 22, 33, 44), curveOf(other, 5, 6, 7, 8)]);
    expect([...kept.values]).toStrictEqual([1, 2, 3, 4]);
  });
  it("returns to exactly the same sum if all values do", () => {
    const curves = Array.from({ length: 7 }, (_, k) => ({
      times: BigInt64Array.from({ length: 10_000 }, (_none, i) => BigInt(7 * i + k)),
      values: Float64Array.from({ length: 10_000 }, (_none, i) => 0.1 * (k + 1) * (i % 2 === 0 ? 1 : 1.7)),
    }));
    const points = merged(curves);
    const sums = new Set(points.slice(6).map(([, sum]) => sum));
    expect(points.length).toBe(70_000);
    expect(sums.size).toBe(14);
  });
});

function result(symbol: string, from: number, close: readonly number[], directions: readonly number[]): SymbolResult {
  const timestamp = close.map((_, i) => start + (from + i) * day);
  const series = memorySeries(symbol, { timestamp, close: [...close] });
  return backtestSeries(series, { strategy: given(directions), config: free });
}

describe("a portfolio", () => {
  const a = result("A", 0, [10, 10, 20, 20], [1, 1, 1, 0]);
  const b = result("B", 2, [10, 10, 5, 5], [1, 1, 1, 0]);
  const both = portfolio([a, b], free);
  it("holds an account in cash before its first bar and at its last equity after its last", () => {
    expect([...both.equity]).toStrictEqual([10_000, 10_000, 15_000, 15_000, 12_500, 12_500]);
    expect(both.metrics.bars).toBe(6);
    expect([both.metrics.start, both.metrics.end]).toStrictEqual([
      "2020-01-01T00:00:00.000Z",
      "2020-01-06T00:00:00.000Z",
    ]);
  });
  it("has the figures of its equity", () => {
    const times = [...both.times].map(Number);
    for (const [name, value] of Object.entries(naiveMetrics([...both.equity], times, 0))) {
      const own = both.metrics[name as keyof typeof both.metrics];
      if (typeof value === "number") expect(Math.abs((own as number) - value) < 1e-12, name).toBe(true);
      else expect(own, name).toBe(value);
    }
  });
  it("adds up exposure and averages the returns of holding", () => {
    expect(both.metrics.exposure).toBe(6 / 8);
    expect(both.metrics.buyAndHold).toBe((1 - 0.5) / 2);
    expect(both.metrics.grossReturn).toBe(both.metrics.totalReturn);
  });
  it("of one symbol is that symbol", () => {
    const alone = simulated([10, 12, 9, 14, 11, 16], [1, -1, 1, -1, 0, 1], { riskFreeRate: 0.02 });
    const one = portfolio([alone], { riskFreeRate: 0.02 });
    expect(one.metrics).toStrictEqual(alone.metrics);
    expect([one.times, one.equity]).toStrictEqual([alone.times, alone.equity]);
  });
  it("uses the last value if ticks share a time", () => {
    const timestamp = new BigInt64Array([1n, 2n, 2n, 2n, 3n]);
    const series = memorySeries("T", { timestamp, close: [10, 10, 20, 40, 40] }, "ticks");
    const ticks = backtestSeries(series, { strategy: given([1, 1, 1, 1, 1]), config: free });
    const one = portfolio([ticks], free);
    expect([...one.times]).toStrictEqual([1n, 2n, 3n]);
    expect([...one.equity]).toStrictEqual([10_000, 40_000, 40_000]);
    expect([one.metrics.bars, ticks.metrics.bars, one.metrics.exposure]).toStrictEqual([3, 5, 0.8]);
  });
  it("requires a symbol, and only bars or only ticks", () => {
    const ticks = memorySeries("T", { timestamp: [1, 2], close: [1, 2] }, "ticks");
    const other = backtestSeries(ticks, { strategy: given([1, 1]), config: free });
    const refused = expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" });
    expect(() => portfolio([], free)).toThrow(refused);
    expect(() => portfolio([a, other], free)).toThrow(refused);
  });
});
