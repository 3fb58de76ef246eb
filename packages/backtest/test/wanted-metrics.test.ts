import { describe, expect, it } from "vitest";
import {
  createMetrics,
  type MetricBars,
  type MetricName,
  type MetricOptions,
  metricNames,
  metricTable,
} from "../src/index.ts";
import { createBarParts } from "../src/metrics/metric-parts.ts";
import type { MetricPart } from "../src/metrics/table/metric-definition.ts";
import { accountNames } from "../src/metrics/table/metric-names.ts";
import { type CurveFixture, curveFixture, totalsOf } from "./curve-fixtures.ts";

const barParts = [
  "lowest",
  "gains",
  "moments",
  "trend",
  "drawdowns",
  "days",
  "months",
  "years",
  "pairs",
  "captures",
] as const;

/** What exists of the parts that read bars. */
function existing(needed: readonly MetricPart[], hasRate: boolean): readonly string[] {
  const parts = createBarParts(new Set(needed), hasRate);
  return barParts.filter((name) => parts[name] !== undefined);
}

function barsOf({ times, equity, close }: CurveFixture): MetricBars {
  return { length: equity.length, times, equity, benchmark: close };
}

/** Some metrics of a fixture, and how often the equity was read again. */
function figuresOf(fixture: CurveFixture, wanted: readonly MetricName[], more: Partial<MetricOptions> = {}) {
  const { config, benchmark, trades, totals } = fixture;
  const computation = createMetrics(wanted, {
    ...config,
    timeUnit: "ms",
    benchmark: benchmark && [benchmark],
    ...more,
  });
  computation.addBars(barsOf(fixture));
  computation.addTrades(trades);
  let readings = 0;
  const reread: typeof totals.reread = (visit) => {
    readings++;
    totals.reread(visit);
  };
  return { ...computation.finish({ ...totals, reread }), readings, computation };
}

describe("wanted metrics", () => {
  const fixture = curveFixture("daily");
  const all = figuresOf(fixture, metricNames).metrics;

  it("are computed with no more than what they need", () => {
    expect(existing([], false)).toStrictEqual([]);
    for (const [part, name] of Object.entries({
      lowest: "lowest",
      shortfall: "gains",
      moments: "moments",
      trend: "trend",
      drawdowns: "drawdowns",
      days: "days",
      months: "months",
      years: "years",
      benchmark: "pairs",
      captures: "captures",
    }))
      expect(existing([part as MetricPart], false)).toStrictEqual([name]);
    for (const part of ["autocorrelations", "trades", "tradeTimes", "volume"] as const)
      expect(existing([part], false)).toStrictEqual([]);
    // With a rate, returns are compared with it when the years are known.
    expect(existing(["shortfall"], true)).toStrictEqual([]);
  });
  it("say what they read", () => {
    const reads = (name: MetricName) => {
      const { readsBars, readsTrades, readsFills, readsBenchmark } = createMetrics([name], { timeUnit: "ms" });
      return [readsBars, readsTrades, readsFills, readsBenchmark];
    };
    expect(reads("sharpe")).toStrictEqual([false, false, false, false]);
    expect(reads("longExposure")).toStrictEqual([false, false, false, false]);
    expect(reads("omega")).toStrictEqual([true, false, false, false]);
    expect(reads("medianTradeBars")).toStrictEqual([false, true, false, false]);
    expect(reads("capacity")).toStrictEqual([false, false, true, false]);
    expect(reads("beta")).toStrictEqual([true, false, false, true]);
    expect(createMetrics(["beta"], { timeUnit: "ms", benchmark: [] }).readsBenchmark).toBe(false);
  });
  it("are the same alone as with all others", () => {
    for (const name of metricNames) {
      const { metrics, computation } = figuresOf(fixture, [name]);
      expect(metrics[name], name).toBe(all[name]);
      expect(Object.keys(metrics)).toStrictEqual([...new Set([...accountNames, name])]);
      expect([...computation.parts], name).toStrictEqual([...metricTable[name].needs]);
    }
  });
  it("come in the order of the table", () => {
    expect(Object.keys(all)).toStrictEqual([...metricNames]);
    expect(Object.keys(figuresOf(fixture, ["beta", "omega"]).metrics).slice(-2)).toStrictEqual(["omega", "beta"]);
  });
  it("read the equity again only if they must, and once", () => {
    const readings = (riskFreeRate: number, ...names: MetricName[]) =>
      figuresOf(fixture, names, { riskFreeRate }).readings;
    expect([readings(0), readings(0, "omega", "skewness"), readings(0, "loSharpe")]).toStrictEqual([0, 0, 1]);
    expect([readings(0.01), readings(0.01, "omega", "loSharpe", "downsideDeviation")]).toStrictEqual([1, 1]);
    expect(figuresOf(curveFixture("flat"), ["loSharpe"]).readings).toBe(0);
  });
  it("refuse totals of other bars or trades than were added", () => {
    const { times, equity, trades, totals } = fixture;
    const fault = (message: string) =>
      expect.objectContaining({ code: "ATC_INVALID_ARGUMENT", message: expect.stringContaining(message) });
    const some = createMetrics(["omega"], { timeUnit: "ms" });
    some.addBars({ length: 7, times, equity });
    expect(() => some.finish(totals)).toThrow(fault("7 bars were added to the metrics, but the account has 2400"));
    expect(() => createMetrics(["days"], { timeUnit: "ms" }).finish(totals)).toThrow(fault("0 bars"));
    const twice = createMetrics(["sqn"], { timeUnit: "ms" });
    twice.addTrades(trades);
    twice.addTrades(trades);
    expect(() => twice.finish(totals)).toThrow(fault("80 closed trades"));
    expect(createMetrics(["finalEquity"], { timeUnit: "ms" }).finish(totals).metrics.finalEquity).toBe(
      totals.statistics.last,
    );
  });
  it("need a benchmark if they compare with one", () => {
    const { times, equity } = fixture;
    const computation = createMetrics(["beta"], { timeUnit: "ms" });
    expect(() => computation.addBars({ length: equity.length, times, equity })).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }),
    );
  });
});

describe("options of metrics", () => {
  const fixture = curveFixture("minute");
  it("annualise by their own number of bars", () => {
    const yearly = (barsPerYear: number) => figuresOf(fixture, metricNames, { barsPerYear }).metrics;
    const [one, four] = [yearly(10_000), yearly(40_000)];
    for (const name of ["volatility", "sharpe", "sortino", "downsideDeviation", "kRatio", "trackingError"] as const)
      expect((four[name] as number) / (one[name] as number), name).toBeCloseTo(2, 12);
    expect(four.alpha as number).toBeCloseTo(4 * (one.alpha as number), 12);
    expect([four.cagr, four.turnover, four.tradesPerYear]).toStrictEqual([one.cagr, one.turnover, one.tradesPerYear]);
  });
  it("change the figures they are for, and no others", () => {
    const base = figuresOf(fixture, metricNames).metrics;
    const changed = (options: Partial<MetricOptions>) => {
      const { metrics } = figuresOf(fixture, metricNames, options);
      return metricNames.filter((name) => metrics[name] !== base[name]);
    };
    expect(changed({ tail: 0.4 })).toStrictEqual([
      "valueAtRisk",
      "conditionalValueAtRisk",
      "tailRatio",
      "commonSenseRatio",
    ]);
    expect(changed({ confidence: 0.9 })).toStrictEqual(["minTrackRecordLength"]);
    expect(changed({ sharpeThreshold: 1 })).toStrictEqual(["probabilisticSharpe", "minTrackRecordLength"]);
    expect(changed({ autocorrelationLags: 3 })).toStrictEqual(["loSharpe"]);
    expect(changed({ daysPerYear: 252 })).toStrictEqual(["dailyVolatility", "dailySharpe", "dailySortino"]);
  });
  it("have a Sharpe ratio without lags as Lo's", () => {
    const { metrics } = figuresOf(fixture, ["loSharpe"], { autocorrelationLags: 0 });
    expect(metrics.loSharpe as number).toBeCloseTo(metrics.sharpe as number, 10);
  });
});

describe("a benchmark with times of its own", () => {
  const compared = (
    times: readonly number[],
    equity: readonly number[],
    blocks: readonly (readonly [number, number][])[],
    bars = times.length,
  ) => {
    let isClosed = false;
    const benchmark = {
      *[Symbol.iterator]() {
        try {
          for (const block of blocks)
            yield {
              times: BigInt64Array.from(block, ([time]) => BigInt(time)),
              close: Float64Array.from(block, ([, close]) => close),
            };
        } finally {
          isClosed = true;
        }
      },
    };
    const own = [BigInt64Array.from(times, BigInt), Float64Array.from(equity)] as const;
    const computation = createMetrics(["benchmarkBars", "benchmarkReturn", "excessReturn"], {
      timeUnit: "ms",
      benchmark,
    });
    for (let from = 0; from < times.length; from += bars)
      computation.addBars({
        length: Math.min(bars, times.length - from),
        times: own[0].subarray(from),
        equity: own[1].subarray(from),
      });
    const { metrics, warnings } = computation.finish(totalsOf(...own));
    return { figures: [metrics.benchmarkBars, metrics.benchmarkReturn, metrics.excessReturn], warnings, isClosed };
  };

  it("fills nothing forward, and counts the last of equal times on both sides", () => {
    const times = [1, 2, 2, 4, 5, 5];
    const equity = [10, 11, 12, 13, 14, 20];
    const blocks = [
      [
        [0, 1],
        [1, 2],
      ],
      [],
      [
        [2, 7],
        [2, 4],
      ],
      [
        [3, 9],
        [5, 9],
      ],
      [
        [5, 8],
        [6, 1],
      ],
    ] as const;
    for (const bars of [1, 2, 6])
      expect(compared(times, equity, blocks as never, bars)).toStrictEqual({
        figures: [3, 3, -2],
        warnings: [],
        isClosed: true,
      });
  });
  it("ignores closes that are no prices", () => {
    const blocks = [
      [
        [1, 2],
        [2, Number.NaN],
        [3, 0],
        [4, -1],
        [5, Number.POSITIVE_INFINITY],
        [6, 3],
        [7, 4],
      ],
    ];
    expect(compared([1, 2, 3, 4, 5, 6, 7], [1, 1, 1, 1, 1, 1, 1], blocks as never).figures).toStrictEqual([3, 1, -1]);
  });
  it("warns of fewer than 3 common times", () => {
    const { figures, warnings } = compared(
      [1, 2, 3],
      [1, 2, 3],
      [
        [
          [2, 5],
          [4, 5],
        ],
      ],
    );
    expect(figures).toStrictEqual([1, null, null]);
    expect(warnings).toStrictEqual([expect.stringContaining("1 time in common")]);
    expect(compared([1, 2], [1, 2], []).figures).toStrictEqual([0, null, null]);
  });
});

describe("the volume of bars", () => {
  const shares = (fills: readonly (readonly [number, number])[], isProportional = true) => {
    const computation = createMetrics(["volumeShareP95", "volumeShareMax", "capacity"], { timeUnit: "ms" });
    for (const [quantity, volume] of fills) computation.addFills([quantity], [volume], 1);
    const { metrics, warnings } = computation.finish({
      ...totalsOf(BigInt64Array.of(0n, 1n), Float64Array.of(10_000, 11_000)),
      isProportional,
    });
    return { figures: [metrics.volumeShareP95, metrics.volumeShareMax, metrics.capacity], warnings };
  };

  it("is compared with the fills, whatever their side", () => {
    const fills = Array.from({ length: 21 }, (_, i) => [i % 2 === 0 ? i + 1 : -i - 1, 1000] as const);
    expect(shares(fills)).toStrictEqual({ figures: [0.02, 0.021, 25_000], warnings: [] });
    expect(shares(fills, false).figures).toStrictEqual([0.02, 0.021, null]);
  });
  it("gives the capital at which 95 % of the fills take at most 5 %", () => {
    expect(
      shares([
        [10, 100],
        [10, 100],
      ]).figures,
    ).toStrictEqual([0.1, 0.1, 5000]);
  });
  it("warns above 5 %, in words", () => {
    expect(shares([[5, 100]]).warnings).toStrictEqual([]);
    expect(
      shares([
        [6, 100],
        [1, 100],
      ]).warnings,
    ).toStrictEqual([expect.stringContaining("up to 6 % of the volume")]);
  });
  it("of 0 is a fill that nobody could have had", () => {
    const { figures, warnings } = shares([
      [5, 0],
      [1, 1000],
      [0, 0],
      [3, Number.NaN],
    ]);
    // No capital could have been traded.
    expect(figures).toStrictEqual([null, null, 0]);
    expect(warnings).toStrictEqual([expect.stringContaining("1 of 2 fills are in bars without volume")]);
  });
  it("is nothing without fills", () => {
    expect(shares([])).toStrictEqual({ figures: [null, null, null], warnings: [] });
  });
});
