import { describe, expect, it } from "vitest";
import {
  createCurveTables,
  createMetrics,
  createRolling,
  defaultRollingWindow,
  isoTime,
  type MetricRecord,
  metricNames,
  partOfTrades,
} from "../src/index.ts";
import { agrees, type CurveFixture, curveFixture, curveNames, inBlocks } from "./curve-fixtures.ts";

function computed(fixture: CurveFixture, size: number): MetricRecord {
  const { times, equity, close, trades, benchmark, config, totals } = fixture;
  const blocks = benchmark && {
    *[Symbol.iterator]() {
      for (let from = 0; from < benchmark.times.length; from += size)
        yield {
          times: benchmark.times.subarray(from, from + size),
          close: Float64Array.from(benchmark.close).subarray(from, from + size),
        };
    },
  };
  const computation = createMetrics(metricNames, { ...config, timeUnit: "ms", benchmark: blocks });
  inBlocks(equity.length, size, (from, to) => {
    computation.addBars({
      length: to - from,
      times: times.subarray(from, to),
      equity: equity.subarray(from, to),
      benchmark: close.subarray(from, to),
    });
  });
  inBlocks(trades.length, size, (from, to) => {
    computation.addTrades(partOfTrades(trades, from, to));
  });
  const reread: typeof totals.reread = (visit) =>
    inBlocks(equity.length, size, (from, to) => {
      visit(equity.subarray(from, to), to - from);
    });
  return computation.finish({ ...totals, reread }).metrics;
}

function differences(own: Readonly<Record<string, unknown>>, expected: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(expected)
    .filter(([name, value]) => !agrees(own[name], value))
    .map(([name, value]) => `${name}: ${String(own[name])} for ${String(value)}`);
}

describe.each(curveNames)("the curve %s", (name) => {
  const fixture = curveFixture(name);
  const { times, equity, config, expected, totals } = fixture;
  const years = Number(totals.lastTime - totals.firstTime) / (365.25 * 86_400_000);
  const returns = equity.length - 1;
  const barsPerYear = config.barsPerYear ?? (years === 0 ? Number.NaN : returns / years);

  it.each([1, 7, 4096])("has the expected metrics in blocks of %i", (size) => {
    expect(differences({ ...computed(fixture, size) }, expected.metrics)).toStrictEqual([]);
  });
  it("has the same bits in blocks of any size", () => {
    expect(computed(fixture, 7)).toStrictEqual(computed(fixture, 4096));
    expect(computed(fixture, 1025)).toStrictEqual(computed(fixture, 4096));
  });
  it.each([1, 7, 4096])("has the expected tables in blocks of %i", (size) => {
    const builder = createCurveTables("ms");
    inBlocks(equity.length, size, (from, to) => {
      builder.addBars(times.subarray(from, to), equity.subarray(from, to), to - from);
    });
    const tables = builder.finish();
    const flat = tables.monthlyReturns.map(({ year, months, total }) => [year, ...months, total]);
    const wanted = (expected.monthlyReturns as { year: number; months: number[]; total: number }[]).map((row) => [
      row.year,
      ...row.months,
      row.total,
    ]);
    expect(flat.length).toBe(wanted.length);
    expect(flat.flat().filter((value, i) => !agrees(value, wanted.flat()[i]))).toStrictEqual([]);
    const text = (time: bigint | undefined) => (time === undefined ? null : isoTime(time, "ms"));
    const own = tables.drawdowns.map((drawdown) => ({
      ...drawdown,
      peak: text(drawdown.peak),
      trough: text(drawdown.trough),
      recovery: text(drawdown.recovery),
    }));
    expect(own.length).toBe(expected.drawdowns.length);
    own.forEach((drawdown, i) => {
      expect(differences(drawdown, expected.drawdowns[i] ?? {})).toStrictEqual([]);
    });
  });
  it.each([1, 7, 4096])("has the expected series in blocks of %i", (size) => {
    const window = config.rollingWindow ?? defaultRollingWindow(returns, barsPerYear);
    expect(window).toBe(expected.rolling.window);
    const isLost = equity.some((value) => value <= 0);
    const rolling = createRolling({ window, barsPerYear, riskFreeRate: config.riskFreeRate ?? 0, isLost });
    const sharpe = new Float64Array(equity.length);
    const volatility = new Float64Array(equity.length);
    inBlocks(equity.length, size, (from, to) => {
      rolling.add(equity.subarray(from, to), to - from, sharpe.subarray(from, to), volatility.subarray(from, to));
    });
    const wrong = (own: Float64Array, values: readonly (number | null)[]) =>
      Array.from(own, (value) => (Number.isFinite(value) ? value : null)).filter(
        (value, i) => !agrees(value, values[i]),
      );
    expect(wrong(sharpe, expected.rolling.sharpe)).toStrictEqual([]);
    expect(wrong(volatility, expected.rolling.volatility)).toStrictEqual([]);
  });
});
