import { AtcError, isAtcError, type Progress, type SignalConfig } from "@atc/contract";
import { describe, expect, it } from "vitest";
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
import { days, given } from "./given.ts";

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
    () => expect.unreachable("it must not succeed"),
    (error: unknown) => error,
  );
}

describe("a backtest of a dataset", () => {
  it("lists a symbol that cannot be computed and continues", async () => {
    const broken = { ...bars(10), close: prices(10, 0).with(3, Number.NaN) };
    const result = await backtest(memoryDataset({ C: bars(10), B: broken, A: bars(10) }), { strategy: long });
    expect(result.symbols.map(({ symbol }) => symbol)).toStrictEqual(["A", "C"]);
    const [skipped] = result.skipped;
    expect([result.skipped.length, skipped?.symbol, skipped?.code]).toStrictEqual([1, "B", "ATC_INVALID_DATA"]);
    expect(skipped?.reason ?? "").toMatch(/symbol "B", bar 3 \(2020-01-04T00:00:00.000Z\): close is "NaN"/);
    expect(result.portfolio?.metrics.fees).toBe(((result.symbols[0]?.metrics.fees ?? 0) * 2) / 2);
  });
  it("has no portfolio if every symbol is skipped", async () => {
    const result = await backtest(memoryDataset({ A: { ...bars(3), close: [0, 0, 0] } }), { strategy: long });
    expect([result.symbols, result.portfolio, result.skipped.length]).toStrictEqual([[], undefined, 1]);
    const json = resultToJson(result);
    expect([json.portfolio, json.symbols, json.skipped[0]?.symbol]).toStrictEqual([null, [], "A"]);
  });
  it("uses ATC with the given configuration by default", async () => {
    const data = memoryDataset({ A: bars(300) });
    const signals: Partial<SignalConfig> = { robustness: "Narrow", calculationSource: "open" };
    const result = await backtest(data, { signals });
    const alone = backtestSeries(data.series("A"), { strategy: atcStrategy(signals) });
    expect(result.symbols[0]).toStrictEqual(alone);
    expect(alone.metrics.trades > 0).toBe(true);
  });
  it("skips a symbol that has no bar after the cutout", async () => {
    const result = await backtest(memoryDataset({ A: bars(40), B: bars(41) }), { signals: { cutout: 40 } });
    expect([result.skipped[0]?.symbol, result.skipped[0]?.code]).toStrictEqual(["A", "ATC_INVALID_DATA"]);
    expect(result.symbols[0]?.symbol).toBe("B");
  });
  it("uses only the given symbols, sorted, and the last bars of each", async () => {
    const data = memoryDataset({ a: bars(9), B: bars(4), C: bars(9) });
    const { symbols } = await backtest(data, { strategy: long, symbols: ["a", "B", "a"], limit: 5 });
    expect(symbols.map(({ symbol, metrics }) => [symbol, metrics.bars, metrics.start.slice(0, 10)])).toStrictEqual([
      ["B", 4, "2020-01-01"],
      ["a", 5, "2020-01-05"],
    ]);
  });
  it("counts its bars over all symbols", async () => {
    const told: Progress[] = [];
    const data = memoryDataset({ A: bars(150_000), B: { ...bars(10), close: Array(10).fill(-1) }, C: bars(5) });
    await backtest(data, { strategy: long, onProgress: (progress) => told.push(progress) });
    expect(told.at(-1)).toStrictEqual({ phase: "computing", done: 150_015, total: 150_015, unit: "bars" });
    expect(told.map(({ done }) => done)).toStrictEqual([131_072, 150_015]);
  });
  it("calls `remember` before it computes", async () => {
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
    expect(second).toStrictEqual(first);
    expect(computed).toStrictEqual(["A", "B"]);
  });
  it("writes the same figures and curves to a store as to arrays", async () => {
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
    expect(resultToJson(figures)).toStrictEqual(resultToJson(whole));
    expect(points).toStrictEqual(Array.from(whole.portfolio?.times ?? [], (at, i) => [at, whole.portfolio?.equity[i]]));
    for (const symbol of whole.symbols) expect({ ...symbol, ...curves.arrays(symbol.symbol) }).toStrictEqual(symbol);
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
      return { ...memory, directions: memory.directions.fill(0), columns: {} };
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
  it("may return the same memory again, with bars left out and a strategy that writes only what it changes", () => {
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
    expect({ ...figures, ...kept.arrays("A") }).toStrictEqual(whole);
    expect(whole.trades.length > 100 && whole.skippedBars > 50).toBe(true);
  });
  it("receives more trades than one block of a ledger, each symbol its own", () => {
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
      expect(trades.length).toBe(1499);
      expect(curves.arrays(symbol).trades).toStrictEqual(trades);
    }
  });
});

describe("prices whose equity exceeds the range of a double", () => {
  const tiny = { timestamp: days(40), close: prices(40, 0).map((price) => price * 1e-320) };
  it("skip the symbol, name it, and leave the others and the portfolio right", async () => {
    const result = await backtest(memoryDataset({ BAD: tiny, GOOD: bars(40) }));
    const alone = await backtest(memoryDataset({ GOOD: bars(40) }));
    expect(result.skipped.map(({ symbol, code }) => [symbol, code])).toStrictEqual([["BAD", "ATC_INVALID_DATA"]]);
    expect(result.skipped[0]?.reason ?? "").toMatch(
      /symbol "BAD" exceeds the range of a double: at 2020-\d\d-\d\dT.* the close is \d\S*e-3\d\d and the equity/,
    );
    expect(result.portfolio).toStrictEqual(alone.portfolio);
  });

  it.each(["separate", "shared"] as const)(
    "are found though the equity is finite again at the next close, account: %s",
    async (account) => {
      const close = [1e-300, 1e-300, 1e10, 1e-300, 1e-300];
      const data = memoryDataset({ BAD: { timestamp: days(5), close } });
      const strategy = given([1, 1, 1, 1, 1]);
      const run = backtest(data, { strategy, config: { account } });
      const message = /exceeds the range of a double: at 2020-01-03T00:00:00.000Z .*equity (is )?Infinity/;
      if (account === "shared") await expect(run).rejects.toThrow(message);
      else expect((await run).skipped).toMatchObject([{ symbol: "BAD", reason: expect.stringMatching(message) }]);
    },
  );
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
    expect(isAtcError(error, "ATC_ABORTED") && (error.cause as Error).message === "enough").toBe(true);
    expect(told.length).toBe(1);
  });
  it("is an abort before the start", async () => {
    expect(isAtcError(await failure({ strategy: long, signal: AbortSignal.abort() }), "ATC_ABORTED")).toBe(true);
    const series = memorySeries("A", bars(3));
    expect(() => backtestSeries(series, { strategy: long, signal: AbortSignal.abort() })).toThrow(
      expect.objectContaining({ code: "ATC_ABORTED" }),
    );
  });
  it("is a dataset that is disposed during it", async () => {
    const data = memoryDataset({ A: bars(200_000) });
    const error = await failure({ strategy: long, onProgress: () => data[Symbol.dispose]() }, data);
    expect(isAtcError(error, "ATC_CLOSED")).toBe(true);
  });
  it("is an invalid configuration", async () => {
    expect(isAtcError(await failure({ config: { feeBps: -1 } }), "ATC_INVALID_CONFIG")).toBe(true);
    expect(isAtcError(await failure({ signals: { emaLength: 3 } }), "ATC_INVALID_CONFIG")).toBe(true);
  });
  it("is an unknown symbol, with the most similar one", async () => {
    const error = await failure({ strategy: long, symbols: ["AAPLE"] }, memoryDataset({ AAPL: bars(3) }));
    expect(isAtcError(error, "ATC_NOT_FOUND") && error.message.includes('"AAPL"')).toBe(true);
  });
  it("is an unknown symbol, with the first ten if none is similar", async () => {
    const names = Array.from({ length: 12 }, (_, i) => `S${i + 10}`);
    const many = memoryDataset(Object.fromEntries(names.map((name) => [name, bars(3)])));
    expect(() => many.series("quartz")).toThrow(/it has S10, S11, .*S19 and 2 more$/);
    expect(() => memoryDataset({}).series("quartz")).toThrow(/it has no symbols$/);
  });
  it("is a limit below 1, or a strategy together with a configuration of ATC", async () => {
    expect(isAtcError(await failure({ strategy: long, limit: 0 }), "ATC_INVALID_ARGUMENT")).toBe(true);
    expect(isAtcError(await failure({ strategy: long, limit: 1.5 }), "ATC_INVALID_ARGUMENT")).toBe(true);
    expect(isAtcError(await failure({ strategy: long, signals: {} }), "ATC_INVALID_ARGUMENT")).toBe(true);
  });
  it("is any other error of the strategy", async () => {
    const buggy = strategyOf("buggy", () => () => {
      throw new TypeError("a defect");
    });
    expect((await failure({ strategy: buggy })) instanceof TypeError).toBe(true);
    const damaged = strategyOf("damaged", () => () => {
      throw new AtcError("ATC_CORRUPT_DATA", "a damaged segment");
    });
    expect(isAtcError(await failure({ strategy: damaged }), "ATC_CORRUPT_DATA")).toBe(true);
  });
});

describe("the configuration", () => {
  it("fills in defaults for absent and undefined members", () => {
    const given = { feeBps: undefined, side: "long" } as unknown as Parameters<typeof validateBacktestConfig>[0];
    const { feeBps, side, initialCapital } = validateBacktestConfig(given);
    expect([feeBps, side, initialCapital]).toStrictEqual([10, "long", 10_000]);
  });
  it("lists every fault with what is accepted", () => {
    const wrong = { feeBps: Number.NaN, slippageBps: 10_000, side: "up", fill: 1, initialCapital: 0, feebps: 3 };
    const validate = (): unknown =>
      validateBacktestConfig(wrong as unknown as Parameters<typeof validateBacktestConfig>[0]);
    const faults = Object.entries(wrong).map(([path, value]) => {
      const allowed = path === "feebps" ? expect.stringMatching(/feeBps/) : expect.any(String);
      return { path, value: String(value), allowed };
    });
    expect(validate).toThrow(expect.objectContaining({ code: "ATC_INVALID_CONFIG", details: { faults } }));
  });
});
