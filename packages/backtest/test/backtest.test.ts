import assert from "node:assert/strict";
import { AtcError, isAtcError, type Progress, type SignalConfig } from "@atc/contract";
import { describe, it } from "vitest";
import {
  arrayCurves,
  atcStrategy,
  type BacktestIntoOptions,
  type BacktestOptions,
  backtest,
  backtestInto,
  backtestSeries,
  type CurveSink,
  decodeFigures,
  encodeFigures,
  type MemoryColumns,
  memoryDataset,
  memorySeries,
  resultToJson,
  type SymbolFigures,
  strategyOf,
  validateBacktestConfig,
} from "../src/index.ts";
import { days } from "./given.ts";

function prices(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => 100 + 20 * Math.sin((i + seed) / 9) + (i % 5));
}

function bars(count: number, seed = 0): MemoryColumns {
  const close = prices(count, seed);
  return { timestamp: days(count), open: close.map((price) => price * 1.001), close };
}

const long = strategyOf("long", () => (_bars, directions) => {
  directions.fill(1);
});

async function failure(options: BacktestOptions, data = memoryDataset({ A: bars(10) })): Promise<unknown> {
  return backtest(data, options).then(
    () => assert.fail("it must not succeed"),
    (error: unknown) => error,
  );
}

describe("a backtest of a dataset", () => {
  it("lists a symbol that cannot be computed and goes on", async () => {
    const broken = { ...bars(10), close: prices(10, 0).with(3, Number.NaN) };
    const result = await backtest(memoryDataset({ C: bars(10), B: broken, A: bars(10) }), { strategy: long });
    assert.deepEqual(
      result.symbols.map(({ symbol }) => symbol),
      ["A", "C"],
    );
    const [skipped] = result.skipped;
    assert.deepEqual([result.skipped.length, skipped?.symbol, skipped?.code], [1, "B", "ATC_INVALID_DATA"]);
    assert.match(skipped?.reason ?? "", /symbol "B", bar 3 \(2020-01-04T00:00:00.000Z\): close is "NaN"/);
    assert.equal(result.portfolio?.metrics.fees, ((result.symbols[0]?.metrics.fees ?? 0) * 2) / 2);
  });
  it("has no portfolio where every symbol is skipped", async () => {
    const result = await backtest(memoryDataset({ A: { ...bars(3), close: [0, 0, 0] } }), { strategy: long });
    assert.deepEqual([result.symbols, result.portfolio, result.skipped.length], [[], undefined, 1]);
    const json = resultToJson(result);
    assert.deepEqual([json.portfolio, json.symbols, json.skipped[0]?.symbol], [null, [], "A"]);
  });
  it("uses ATC with the given configuration where no strategy is given", async () => {
    const data = memoryDataset({ A: bars(300) });
    const signals: Partial<SignalConfig> = { robustness: "Narrow", calculationSource: "open" };
    const result = await backtest(data, { signals });
    const alone = backtestSeries(data.series("A"), { strategy: atcStrategy(signals) });
    assert.deepEqual(result.symbols[0], alone);
    assert.ok(alone.metrics.trades > 0);
  });
  it("skips a symbol that has no bar after the cutout", async () => {
    const result = await backtest(memoryDataset({ A: bars(40), B: bars(41) }), { signals: { cutout: 40 } });
    assert.deepEqual([result.skipped[0]?.symbol, result.skipped[0]?.code], ["A", "ATC_INVALID_DATA"]);
    assert.equal(result.symbols[0]?.symbol, "B");
  });
  it("takes the wanted symbols only, sorted, and the last bars of each", async () => {
    const data = memoryDataset({ a: bars(9), B: bars(4), C: bars(9) });
    const { symbols } = await backtest(data, { strategy: long, symbols: ["a", "B", "a"], limit: 5 });
    assert.deepEqual(
      symbols.map(({ symbol, metrics }) => [symbol, metrics.bars, metrics.start.slice(0, 10)]),
      [
        ["B", 4, "2020-01-01"],
        ["a", 5, "2020-01-05"],
      ],
    );
  });
  it("counts its bars over all symbols", async () => {
    const told: Progress[] = [];
    const data = memoryDataset({ A: bars(150_000), B: { ...bars(10), close: Array(10).fill(-1) }, C: bars(5) });
    await backtest(data, { strategy: long, onProgress: (progress) => told.push(progress) });
    assert.deepEqual(told.at(-1), { phase: "computing", done: 150_015, total: 150_015, unit: "bars" });
    assert.deepEqual(
      told.map(({ done }) => done),
      [131_072, 150_015],
    );
  });
  it("asks the memory before it computes", async () => {
    const data = memoryDataset({ A: bars(30), B: bars(30) });
    const curves = arrayCurves();
    const kept = new Map<string, SymbolFigures>();
    const computed: string[] = [];
    const remember: BacktestIntoOptions["remember"] = async (symbol, compute) => {
      const known = kept.get(symbol);
      if (known !== undefined) return decodeFigures(encodeFigures(known));
      computed.push(symbol);
      const result = await compute();
      kept.set(symbol, result);
      return result;
    };
    const first = await backtestInto(data, { strategy: long, curves, remember });
    const second = await backtestInto(data, { strategy: long, curves, remember });
    assert.deepEqual(second, first);
    assert.deepEqual(computed, ["A", "B"]);
  });
  it("gives the same figures and curves into a store as in arrays", async () => {
    const times = [40, 90, 40].map((count, seed) => bars(count, seed));
    const data = memoryDataset({ A: times[0] ?? {}, B: times[1] ?? {}, C: times[2] ?? {} } as never);
    const config = { riskFreeRate: 0.03, feeBps: 3 };
    const whole = await backtest(data, { config });
    const curves = arrayCurves();
    const points: [bigint, number][] = [];
    const figures = await backtestInto(data, {
      config,
      curves,
      onPortfolio: (at, equity, length) => {
        for (let i = 0; i < length; i++) points.push([at[i] as bigint, equity[i] as number]);
      },
    });
    assert.deepEqual(resultToJson(figures), resultToJson(whole));
    assert.deepEqual(
      points,
      Array.from(whole.portfolio?.times ?? [], (at, i) => [at, whole.portfolio?.equity[i]]),
    );
    for (const symbol of whole.symbols) assert.deepEqual({ ...symbol, ...curves.arrays(symbol.symbol) }, symbol);
  });
});

/** A sink that hands out the same memory for every block, filled with rubbish, as a spool does. */
function reusingSink(bars: number): { readonly sink: CurveSink; readonly kept: ReturnType<typeof arrayCurves> } {
  const kept = arrayCurves();
  const inner = kept.sink("A", bars);
  let memory = { times: new BigInt64Array(0), equity: new Float64Array(0), directions: new Int8Array(0) };
  const sink: CurveSink = {
    ...inner,
    room(length) {
      if (memory.times.length < length)
        memory = {
          times: new BigInt64Array(length).fill(-7n),
          equity: new Float64Array(length).fill(Number.NaN),
          directions: new Int8Array(length),
        };
      return { ...memory, directions: memory.directions.fill(0) };
    },
    takeBars(length) {
      const room = inner.room(length);
      room.times.set(memory.times.subarray(0, length));
      room.equity.set(memory.equity.subarray(0, length));
      room.directions.set(memory.directions.subarray(0, length));
      inner.takeBars(length);
    },
  };
  return { sink, kept };
}

describe("a sink", () => {
  it("may hand out the same memory again, with bars left out and a strategy that writes only what it changes", () => {
    const columns = bars(700);
    const close = [...(columns["close"] as number[])];
    for (let i = 0; i < close.length; i += 13) close[i] = Number.NaN;
    const series = memorySeries("A", { ...columns, close });
    const sparse = strategyOf("sparse", () => (_bars, directions) => {
      for (let i = 0; i < directions.length; i += 3) directions[i] = i % 2 === 0 ? 1 : -1;
    });
    const options = { strategy: sparse, config: { invalidPrices: "skip" }, blockLength: 64 } as const;
    const whole = backtestSeries(series, options);
    const { sink, kept } = reusingSink(series.length);
    const figures = backtestSeries(series, { ...options, sink });
    assert.deepEqual({ ...figures, ...kept.arrays("A") }, whole);
    assert.ok(whole.trades.length > 100 && whole.skippedBars > 50);
  });
  it("receives more trades than a ledger hands on at once, each symbol its own", () => {
    const turning = strategyOf("turning", () => {
      let bar = 0;
      return (_bars, directions) => {
        for (let i = 0; i < directions.length; i++) directions[i] = bar++ % 2 === 0 ? 1 : -1;
      };
    });
    const curves = arrayCurves();
    for (const [seed, symbol] of ["A", "B"].entries())
      backtestSeries(memorySeries(symbol, bars(1500, seed)), {
        strategy: turning,
        sink: curves.sink(symbol, 1500),
      });
    for (const [seed, symbol] of ["A", "B"].entries()) {
      const { trades } = backtestSeries(memorySeries(symbol, bars(1500, seed)), { strategy: turning });
      assert.equal(trades.length, 1499);
      assert.deepEqual(curves.arrays(symbol).trades, trades);
    }
  });
});

describe("prices that a double cannot hold the equity of", () => {
  const tiny = { timestamp: days(40), close: prices(40, 0).map((price) => price * 1e-320) };
  it("leave the symbol out by its name, and the others and the portfolio are right", async () => {
    const result = await backtest(memoryDataset({ BAD: tiny, GOOD: bars(40) }));
    const alone = await backtest(memoryDataset({ GOOD: bars(40) }));
    assert.deepEqual(
      result.skipped.map(({ symbol, code }) => [symbol, code]),
      [["BAD", "ATC_INVALID_DATA"]],
    );
    assert.match(
      result.skipped[0]?.reason ?? "",
      /symbol "BAD" goes beyond what a double can hold: at 2020-\d\d-\d\dT.* the close is \d\S*e-3\d\d and the equity/,
    );
    assert.deepEqual(result.portfolio, alone.portfolio);
  });
});

describe("what ends a whole backtest", () => {
  it("is an abort between blocks", async () => {
    const controller = new AbortController();
    const told: number[] = [];
    // Four blocks, after which progress is reported, take longer than the time between two pauses.
    const slow = strategyOf("slow", () => (_bars, directions) => {
      const end = performance.now() + 7;
      while (performance.now() < end);
      directions.fill(1);
    });
    const error = await failure(
      {
        strategy: slow,
        signal: controller.signal,
        onProgress: ({ done }) => {
          told.push(done);
          setImmediate(() => controller.abort(new Error("enough")));
        },
      },
      memoryDataset({ A: bars(400_000) }),
    );
    assert.ok(isAtcError(error, "ATC_ABORTED") && (error.cause as Error).message === "enough");
    assert.equal(told.length, 1);
  });
  it("is an abort before the start", async () => {
    assert.ok(isAtcError(await failure({ strategy: long, signal: AbortSignal.abort() }), "ATC_ABORTED"));
    const series = memorySeries("A", bars(3));
    assert.throws(
      () => backtestSeries(series, { strategy: long, signal: AbortSignal.abort() }),
      (error) => isAtcError(error, "ATC_ABORTED"),
    );
  });
  it("is a dataset disposed meanwhile", async () => {
    const data = memoryDataset({ A: bars(200_000) });
    const error = await failure({ strategy: long, onProgress: () => data[Symbol.dispose]() }, data);
    assert.ok(isAtcError(error, "ATC_CLOSED"));
  });
  it("is a configuration that does not hold", async () => {
    assert.ok(isAtcError(await failure({ config: { feeBps: -1 } }), "ATC_INVALID_CONFIG"));
    assert.ok(isAtcError(await failure({ signals: { emaLength: 3 } }), "ATC_INVALID_CONFIG"));
  });
  it("is a symbol that the dataset lacks, with the nearest one", async () => {
    const error = await failure({ strategy: long, symbols: ["AAPLE"] }, memoryDataset({ AAPL: bars(3) }));
    assert.ok(isAtcError(error, "ATC_NOT_FOUND") && error.message.includes('"AAPL"'));
  });
  it("is a limit below 1, or a strategy beside a configuration of ATC", async () => {
    assert.ok(isAtcError(await failure({ strategy: long, limit: 0 }), "ATC_INVALID_ARGUMENT"));
    assert.ok(isAtcError(await failure({ strategy: long, limit: 1.5 }), "ATC_INVALID_ARGUMENT"));
    assert.ok(isAtcError(await failure({ strategy: long, signals: {} }), "ATC_INVALID_ARGUMENT"));
  });
  it("is any other error of the strategy", async () => {
    const buggy = strategyOf("buggy", () => () => {
      throw new TypeError("a defect");
    });
    assert.ok((await failure({ strategy: buggy })) instanceof TypeError);
    const damaged = strategyOf("damaged", () => () => {
      throw new AtcError("ATC_CORRUPT_DATA", "a damaged segment");
    });
    assert.ok(isAtcError(await failure({ strategy: damaged }), "ATC_CORRUPT_DATA"));
  });
});

describe("the configuration", () => {
  it("takes defaults for what is absent or undefined", () => {
    const given = { feeBps: undefined, side: "long" } as unknown as Parameters<typeof validateBacktestConfig>[0];
    const { feeBps, side, initialCapital } = validateBacktestConfig(given);
    assert.deepEqual([feeBps, side, initialCapital], [10, "long", 10_000]);
  });
  it("lists every fault with what is allowed", () => {
    const wrong = { feeBps: Number.NaN, slippageBps: 10_000, side: "up", fill: 1, initialCapital: 0, feebps: 3 };
    assert.throws(
      () => validateBacktestConfig(wrong as unknown as Parameters<typeof validateBacktestConfig>[0]),
      (error) => {
        assert.ok(isAtcError(error, "ATC_INVALID_CONFIG"));
        const faults = error.details["faults"] as unknown as { path: string; value: string; allowed: string }[];
        assert.deepEqual(
          faults.map(({ path, value }) => [path, value]),
          Object.entries(wrong).map(([path, value]) => [path, String(value)]),
        );
        assert.match(faults[5]?.allowed ?? "", /feeBps/);
        return true;
      },
    );
  });
});
