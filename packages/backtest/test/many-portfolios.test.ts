import type { BacktestConfig } from "@atc/contract";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import {
  backtest,
  backtestSeries,
  checkConfigurations,
  createManyPortfolios,
  createPortfolioMemories,
  type ManyPortfoliosOptions,
  manyPortfoliosBytes,
  memoryDataset,
  memorySeries,
  planTimeUnion,
  portfolio,
  type SymbolResult,
  type TimeUnion,
} from "../src/index.ts";
import { day, given } from "./given.ts";

const kernels = ["wasm", "reference"] as const;
const chosen = process.env["ATC_KERNEL"];
afterEach(() => {
  if (chosen === undefined) delete process.env["ATC_KERNEL"];
  else process.env["ATC_KERNEL"] = chosen;
});

/** The bars of one symbol, and the directions of each configuration. */
interface Bars {
  readonly timestamp: BigInt64Array;
  readonly close: Float64Array;
  readonly open?: Float64Array | undefined;
  readonly directions: readonly Int8Array[];
}

const settings = fc.record({
  feeBps: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 300, noNaN: true })),
  slippageBps: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 900, noNaN: true })),
  side: fc.constantFrom<BacktestConfig["side"][]>("both", "both", "long", "short"),
  initialCapital: fc.double({ min: 1, max: 1e6, noNaN: true }),
  fill: fc.constantFrom<BacktestConfig["fill"][]>("nextOpen", "nextClose"),
  riskFreeRate: fc.constantFrom(0, 0, 0.03, -0.01),
  barsPerYear: fc.constantFrom(undefined, undefined, 252),
});

/** Which of the common times a symbol has, and how often. */
const presence = fc.oneof(
  fc.constant({ skip: 0, drop: 0, every: 1, repeats: 1 }),
  fc.record({
    skip: fc.integer({ min: 0, max: 60 }),
    drop: fc.integer({ min: 0, max: 60 }),
    every: fc.integer({ min: 1, max: 4 }),
    repeats: fc.constantFrom(1, 1, 2, 70),
  }),
);

const cases = fc.record({
  length: fc.integer({ min: 130, max: 300 }),
  settings: fc.array(settings, { minLength: 1, maxLength: 19 }),
  symbols: fc.array(fc.record({ presence, hasOpen: fc.boolean(), seed: fc.integer({ min: 1, max: 1e6 }) }), {
    minLength: 1,
    maxLength: 7,
  }),
  flips: fc.constantFrom(2, 9, 40),
  swing: fc.constantFrom(0.02, 0.5),
  blockLength: fc.constantFrom(64, 128, undefined),
});

type Case = typeof cases extends fc.Arbitrary<infer C> ? C : never;

const always = { skip: 0, drop: 0, every: 1, repeats: 1 } as const;
const plain = {
  feeBps: 0,
  slippageBps: 0,
  side: "both",
  initialCapital: 1000,
  fill: "nextOpen",
  riskFreeRate: 0,
  barsPerYear: undefined,
} as const;

interface WebAssemblyMemories {
  Memory: new (limits: { readonly initial: number }) => object;
}

/** Counts the WebAssembly memories that are created until it is disposed of. */
function countedMemories(): { readonly created: number } & Disposable {
  const { WebAssembly: code } = globalThis as unknown as { readonly WebAssembly: WebAssemblyMemories };
  const { Memory } = code;
  let created = 0;
  code.Memory = class extends Memory {
    constructor(limits: { readonly initial: number }) {
      super(limits);
      created++;
    }
  };
  return {
    get created() {
      return created;
    },
    [Symbol.dispose]() {
      code.Memory = Memory;
    },
  };
}

function createUniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Before 1970: the words of times change their sign. */
const first = -10n * BigInt(day);

function barsOf({ length, symbols, settings: all, flips, swing }: Case): readonly Bars[] {
  return symbols.map(({ presence: { skip, drop, every, repeats }, hasOpen, seed }) => {
    const random = createUniform(seed);
    const times: bigint[] = [];
    for (let i = skip; i < length - drop; i += every)
      // One time has many rows.
      for (let k = 0; k < (i === skip + 7 * every ? repeats : 1); k++) times.push(first + BigInt(i * day));
    let price = 100;
    const close = Float64Array.from(times, () => {
      price *= 1 + (random() - 0.5) * swing;
      return price;
    });
    const open = close.map((_, i) => (close[i - 1] ?? 100) * (1 + (random() - 0.5) * 0.01));
    const directions = all.map(() => {
      let held = 0;
      return Int8Array.from(times, () => {
        if (random() < 1 / flips) held = Math.floor(random() * 3) - 1;
        return held;
      });
    });
    return { timestamp: BigInt64Array.from(times), close, directions, ...(hasOpen ? { open } : {}) };
  });
}

function unionOf(bars: readonly Bars[], options: Parameters<typeof planTimeUnion>[1] = {}): TimeUnion {
  const rows = bars.map(({ timestamp }) => ({
    bars: timestamp.length,
    times: (row: number, into: BigInt64Array) => into.set(timestamp.subarray(row, row + into.length)),
  }));
  return planTimeUnion(rows, options);
}

function simulate(bars: readonly Bars[], union: TimeUnion, options: Omit<ManyPortfoliosOptions, "union">) {
  using portfolios = createManyPortfolios({ ...options, union });
  for (const block of union.blocks())
    portfolios.push(block, (symbol: number) => {
      const { close, open, directions } = bars[symbol] as Bars;
      const [from, to] = [block.from[symbol] as number, block.to[symbol] as number];
      return {
        close: close.subarray(from, to),
        open: open?.subarray(from, to),
        directions: directions.map((row) => row.subarray(from, to)),
      };
    });
  return { results: portfolios.results(), symbols: bars.map((_, symbol) => portfolios.ofSymbol(symbol)) };
}

const names = [
  ...(["totalReturn", "cagr", "volatility", "sharpe", "sortino", "maxDrawdown"] as const),
  ...(["calmar", "exposure", "trades", "fees"] as const),
];

type Figures = ReturnType<typeof simulate>["results"] | ReturnType<typeof simulate>["symbols"][number];

function row(results: Figures, index: number): unknown {
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return Object.fromEntries(names.map((name) => [name, finite(results[name][index] as number)]));
}

function wanted({ metrics }: { readonly metrics: SymbolResult["metrics"] }): unknown {
  return Object.fromEntries(names.map((name) => [name, metrics[name]]));
}

function separate(bars: readonly Bars[], index: number, config: Partial<BacktestConfig>): readonly SymbolResult[] {
  return bars.map(({ timestamp, close, open, directions }, symbol) => {
    const columns = { timestamp, close, ...(open === undefined ? {} : { open }) };
    const series = memorySeries(String(symbol), columns);
    return backtestSeries(series, { strategy: given(directions[index] as Int8Array), config });
  });
}

describe.each(kernels)("many portfolios with the kernel %s", (kernel) => {
  it("equal separate backtests in every bit, whatever the times and blocks", () => {
    process.env["ATC_KERNEL"] = kernel;
    fc.assert(
      fc.property(cases, (one) => {
        const bars = barsOf(one);
        const union = unionOf(bars, { blockLength: one.blockLength });
        const configurations = one.settings as Partial<BacktestConfig>[];
        const returns = new Map<number, number[]>();
        const onReturns = (index: number, values: Float64Array, length: number): void => {
          returns.set(index, [...(returns.get(index) ?? []), ...values.subarray(0, length)]);
        };
        const many = simulate(bars, union, { configurations, returns: { configurations: [0], onReturns } });
        for (const [index, config] of configurations.entries()) {
          const results = separate(bars, index, config);
          const whole = portfolio(results, config);
          expect(row(many.results, index)).toStrictEqual(wanted(whole));
          expect(many.results.equity[index]).toBe(whole.equity.at(-1));
          expect(many.results.traded[index]).toBe(whole.traded);
          for (const [symbol, result] of results.entries())
            expect(row(many.symbols[symbol] as Figures, index)).toStrictEqual(wanted(result));
          if (index > 0) continue;
          const own = [...whole.equity].slice(1).map((equity, i) => equity / (whole.equity[i] as number) - 1);
          expect(returns.get(0) ?? []).toStrictEqual(own);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("equal the portfolio of a dataset over a period", async () => {
    process.env["ATC_KERNEL"] = kernel;
    const shapes = [...Array(5).keys()].map((k) => ({ skip: 17 * k, drop: 3 * k, every: 1 + (k % 2), repeats: 1 }));
    const symbols = shapes.map((shape, k) => ({ presence: shape, hasOpen: k !== 2, seed: k + 1 }));
    const [one, two, three] = [{}, { feeBps: 3 }, { feeBps: 25, riskFreeRate: 0.02, side: "long" as const }];
    const bars = barsOf({ length: 400, settings: [], symbols, flips: 9, swing: 0.03, blockLength: 64 } as never);
    const columns = bars.map(({ timestamp, close, open }) => ({ timestamp, close, ...(open && { open }) }));
    const data = memoryDataset(Object.fromEntries(columns.map((each, k) => [`S${k}`, each])));
    const from = Number(first) + 200 * day - 1;
    const period = { from, to: from + 150 * day };
    const configurations = [one, two, three];
    const wholes = await Promise.all(configurations.map((config) => backtest(data, { config, period })));
    const decided = (wholes[0] as (typeof wholes)[number]).symbols.map(({ times, directions }, k): Bars => {
      const { timestamp, close, open } = bars[k] as Bars;
      const start = timestamp.indexOf(times[0] as bigint);
      const part = (values: Float64Array) => values.subarray(start, start + times.length);
      return { timestamp: times, close: part(close), open: open && part(open), directions: [directions] };
    });
    const union = unionOf(decided, { from: BigInt(from), blockLength: 64 });
    const { results } = simulate(decided, union, { configurations, directionOf: [0, 0, 0] });
    for (const [index, { portfolio: whole }] of wholes.entries()) {
      expect(whole?.metrics.trades).toBeGreaterThan(3);
      expect(row(results, index)).toStrictEqual(wanted(whole as NonNullable<typeof whole>));
    }
  });

  it("sum many groups of times like a portfolio does", () => {
    process.env["ATC_KERNEL"] = kernel;
    for (const count of [1, 2, 3, 8, 13]) {
      const bars = flat(count, 100).map((each, symbol) => ({
        ...each,
        timestamp: each.timestamp.map((time) => time + BigInt(symbol)),
        close: each.close.map((_, i) => 100 + Math.sin(i * (symbol + 1))),
      }));
      const config = { initialCapital: 1000.1 };
      const { results } = simulate(bars, unionOf(bars), { configurations: [config] });
      const whole = portfolio(separate(bars, 0, config), config);
      expect(results.bars).toBe(100 * count);
      expect(row(results, 0)).toStrictEqual(wanted(whole));
    }
  });

  it("count lost accounts, and mark those beyond the range of a double", () => {
    process.env["ATC_KERNEL"] = kernel;
    const short = new Int8Array(5).fill(-1);
    const long = new Int8Array(5).fill(1);
    const timestamp = BigInt64Array.of(0n, 1n, 2n, 3n, 4n);
    const of = (close: number[], ...directions: Int8Array[]): Bars => ({
      timestamp,
      close: Float64Array.from(close),
      directions,
    });
    const bars = [
      of([10, 10, 30, 30, 30], short, long, Int8Array.of(-1, -1, 0, 0, 0)),
      of([1e-300, 1e-300, 1e300, 1, 1], new Int8Array(5), long, new Int8Array(5)),
    ];
    const configurations = [{}, {}, {}];
    const { results } = simulate(bars, unionOf(bars), { configurations });
    expect(results.lost[2]).toBe(1);
    expect([...results.overflowed]).toStrictEqual([0, 1, 0]);
    expect([...results.sharpe].map(Number.isNaN)).toStrictEqual([false, true, false]);
    expect(row(results, 2)).toStrictEqual(wanted(portfolio(separate(bars, 2, {}), {})));
  });

  it("mark every account that a separate backtest refuses", () => {
    process.env["ATC_KERNEL"] = kernel;
    const exponent = fc.oneof(fc.integer({ min: -300, max: 300 }), fc.integer({ min: -2, max: 2 }));
    const bar = fc.record({ exponent, direction: fc.constantFrom(-1, 0, 1) });
    let refused = 0;
    fc.assert(
      fc.property(fc.array(bar, { minLength: 2, maxLength: 12 }), (rows) => {
        const directions = [Int8Array.from(rows, ({ direction }) => direction)];
        const close = Float64Array.from(rows, (one) => 10 ** one.exponent);
        const bars = [{ timestamp: BigInt64Array.from(rows, (_, i) => BigInt(i * day)), close, directions }];
        const { results } = simulate(bars, unionOf(bars), { configurations: [{ feeBps: 5 }] });
        let whole: ReturnType<typeof portfolio> | undefined;
        try {
          whole = portfolio(separate(bars, 0, { feeBps: 5 }), { feeBps: 5 });
        } catch {
          refused++;
        }
        if (results.overflowed[0] === 0) expect(row(results, 0)).toStrictEqual(whole && wanted(whole));
      }),
      { numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(10);
  });

  it("name the configuration, symbol and bar of a direction that does not exist", () => {
    process.env["ATC_KERNEL"] = kernel;
    const bars = flat(3, 300, 11);
    (bars[1]?.directions[9] as Int8Array)[170] = -2;
    const run = () => simulate(bars, unionOf(bars), { configurations: Array(11).fill({}) });
    expect(run).toThrow(
      expect.objectContaining({
        code: "ATC_INVALID_ARGUMENT",
        details: { configuration: 9, symbol: "1", bar: 170, direction: -2 },
      }),
    );
  });

  it("accept directions as a matrix of any stride", () => {
    process.env["ATC_KERNEL"] = kernel;
    const bars = flat(2, 200, 3).map((each) => ({
      ...each,
      directions: each.directions.map((all, k) => all.map((_, i) => (Math.floor(i / (k + 2)) % 3) - 1)),
    }));
    const union = unionOf(bars);
    const configurations = [{}, {}, {}];
    const { results } = simulate(bars, union, { configurations });
    for (const stride of [128, 140, 1000]) {
      using portfolios = createManyPortfolios({ configurations, union });
      for (const block of union.blocks())
        portfolios.push(block, (symbol) => {
          const { close, directions } = bars[symbol] as Bars;
          const [from, to] = [block.from[symbol] as number, block.to[symbol] as number];
          const values = new Int8Array(3 * stride).fill(7);
          for (const [k, all] of directions.entries()) values.set(all.subarray(from, to), k * stride);
          return { close: close.subarray(from, to), directions: { values, stride } };
        });
      expect(portfolios.results()).toStrictEqual(results);
    }
  });
});

/** Symbols with constant prices, daily, always long. */
function flat(symbols: number, length: number, configurations = 1): readonly Bars[] {
  return Array.from({ length: symbols }, () => ({
    timestamp: BigInt64Array.from({ length }, (_, i) => BigInt(i * day)),
    close: new Float64Array(length).fill(100),
    directions: Array.from({ length: configurations }, () => new Int8Array(length).fill(1)),
  }));
}

describe("many portfolios", () => {
  const bars = flat(2, 200);
  const union = unionOf(bars);

  function pushAll(portfolios: ReturnType<typeof createManyPortfolios>, rows = directionsOf): void {
    for (const block of union.blocks())
      portfolios.push(block, (symbol) => rows((block.to[symbol] as number) - (block.from[symbol] as number)));
  }

  function directionsOf(count: number) {
    return { close: new Float64Array(count).fill(100), directions: [new Int8Array(count)] };
  }

  it("refuse configurations that they cannot follow, and name each", () => {
    for (const [config, keys] of [
      [{ stopLoss: 0.1, feePerTrade: 1 }, ["feePerTrade", "stopLoss"]],
      [{ account: "shared" as const }, ["account"]],
    ] as const)
      expect(() => createManyPortfolios({ configurations: [{}, config], union })).toThrow(
        expect.objectContaining({ code: "ATC_INVALID_CONFIG", details: { keys, configuration: 1 } }),
      );
  });

  it.each([
    ["no configurations", { configurations: [] }],
    ["rows of directions for another number", { configurations: [{}], directionOf: [0, 1] }],
    ["a row of directions below 0", { configurations: [{}], directionOf: [-1] }],
    [
      "returns of a configuration that does not exist",
      { configurations: [{}], returns: { configurations: [1], onReturns: () => undefined } },
    ],
  ])("refuse %s", (_, options) => {
    expect(() => createManyPortfolios({ ...options, union })).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }),
    );
  });

  it.each([
    ["closes that are too short", (count: number) => ({ ...directionsOf(count), close: new Float64Array(count - 1) })],
    ["opens that are too long", (count: number) => ({ ...directionsOf(count), open: new Float64Array(count + 1) })],
    [
      "a row of directions that is too short",
      (count: number) => ({ ...directionsOf(count), directions: [new Int8Array(3)] }),
    ],
    [
      "too many rows of directions",
      (count: number) => ({ ...directionsOf(count), directions: [new Int8Array(count), new Int8Array(count)] }),
    ],
    [
      "a matrix that is too short",
      (count: number) => ({ ...directionsOf(count), directions: { values: new Int8Array(count - 1), stride: 128 } }),
    ],
  ])("refuse %s", (_, rows) => {
    using portfolios = createManyPortfolios({ configurations: [{}], union });
    expect(() => pushAll(portfolios, rows as never)).toThrow(expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }));
  });

  it("refuse blocks that are not in order, and results before the last", () => {
    using portfolios = createManyPortfolios({ configurations: [{}], union });
    for (const block of union.blocks()) {
      const rowsOf = (symbol: number) => directionsOf((block.to[symbol] as number) - (block.from[symbol] as number));
      portfolios.push(block, rowsOf);
      expect(() => portfolios.push(block, rowsOf)).toThrow(expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }));
      if (block.to[0] === 200) break;
      expect(() => portfolios.results()).toThrow(expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }));
    }
    expect(portfolios.results().bars).toBe(200);
    expect(() => portfolios.ofSymbol(2)).toThrow(expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }));
  });

  it("are closed after disposal", () => {
    const portfolios = createManyPortfolios({ configurations: [{}], union });
    pushAll(portfolios);
    portfolios[Symbol.dispose]();
    expect(() => portfolios.results()).toThrow(expect.objectContaining({ code: "ATC_CLOSED" }));
    expect(() => pushAll(portfolios)).toThrow(expect.objectContaining({ code: "ATC_CLOSED" }));
  });

  it("use the memory of earlier ones, also of larger ones, with the same figures", () => {
    const walk = (symbols: number, count: number, seed: number): Case => ({
      length: 200,
      settings: Array.from({ length: count }, (_, i) => ({
        ...plain,
        feeBps: i,
        riskFreeRate: i % 2 === 0 ? 0 : 0.03,
      })),
      symbols: Array.from({ length: symbols }, (_, i) => ({ presence: always, hasOpen: true, seed: seed + i })),
      flips: 9,
      swing: 0.02,
      blockLength: 64,
    });
    const figuresOf = (given: Case) => {
      const bars = barsOf(given);
      return simulate(bars, unionOf(bars, { blockLength: 64 }), { configurations: given.settings });
    };
    const [small, large] = [walk(2, 9, 5), walk(5, 40, 77)];
    const expected = figuresOf(small);
    using memories = countedMemories();
    for (let i = 0; i < 10; i++) {
      figuresOf(large);
      expect(figuresOf(small)).toEqual(expected);
    }
    // The collector may have freed some.
    expect(memories.created).toBeLessThan(10);
  });

  it("share memories that are given to them, and checked configurations, with the same figures", () => {
    const walk = (seed: number): Case => ({
      length: 200,
      settings: Array.from({ length: 20 }, (_, i) => ({ ...plain, feeBps: i, riskFreeRate: i % 2 === 0 ? 0 : 0.03 })),
      symbols: [0, 1, 2].map((i) => ({ presence: always, hasOpen: true, seed: seed + i })),
      flips: 9,
      swing: 0.02,
      blockLength: 64,
    });
    const [one, other] = [walk(5), walk(77)];
    const configurations = checkConfigurations(one.settings);
    expect(checkConfigurations(configurations)).toBe(configurations);
    using memories = createPortfolioMemories();
    const figuresOf = (given: Case, options: Partial<ManyPortfoliosOptions>) => {
      const bars = barsOf(given);
      return simulate(bars, unionOf(bars, { blockLength: 64 }), { configurations: given.settings, ...options });
    };
    const expected = [one, other].map((given) => figuresOf(given, {}));
    for (const [i, given] of [one, other, one, other].entries()) {
      expect(figuresOf(given, { configurations, memories })).toEqual(expected[i % 2]);
      expect(memories.free).toBe(1);
    }
    memories[Symbol.dispose]();
    expect(memories.free).toBe(0);
    const foreign = { free: 0, [Symbol.dispose]: () => undefined };
    expect(() => createManyPortfolios({ configurations, union, memories: foreign })).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }),
    );
  });

  it("report how much memory they take, and refuse more than one memory holds", () => {
    using portfolios = createManyPortfolios({ configurations: Array(40).fill({}), union });
    expect(manyPortfoliosBytes(40, union)).toBeGreaterThanOrEqual(portfolios.bytes);
    expect(manyPortfoliosBytes(40, union)).toBeLessThan(1.3 * portfolios.bytes);
    const long = planTimeUnion([{ bars: 1, times: (_row, into) => into.fill(0n) }], { blockLength: 4096 });
    const configurations = Array(40_000).fill({});
    expect(() => createManyPortfolios({ configurations, union: long })).toThrow(
      expect.objectContaining({ code: "ATC_UNSUPPORTED", details: { bytes: expect.any(Number) } }),
    );
  });
});

describe("the union of times", () => {
  const rowsOf = (...times: number[]) => {
    const own = BigInt64Array.from(times, BigInt);
    return {
      bars: own.length,
      times: (row: number, into: BigInt64Array) => into.set(own.subarray(row, row + into.length)),
    };
  };

  it("has each time once, and the rows of each symbol up to it", () => {
    const union = planTimeUnion([rowsOf(1, 2, 2, 9), rowsOf(0, 2, 5), rowsOf(1, 2, 2, 9)]);
    expect(union.groups).toStrictEqual([[0, 2], [1]]);
    expect([union.length, union.firstTime, union.lastTime, union.blockLength]).toStrictEqual([5, 0n, 9n, 128]);
    const [block] = [...union.blocks()];
    expect([...(block?.times ?? [])].slice(0, 5)).toStrictEqual([0n, 1n, 2n, 5n, 9n]);
    expect([...(block?.to ?? [])]).toStrictEqual([4, 3, 4]);
    expect([...(block?.rowAt.subarray(0, 5) ?? [])]).toStrictEqual([-1, 0, 2, 2, 3]);
    expect([...(block?.rowAt.subarray(128, 133) ?? [])]).toStrictEqual([0, 0, 1, 2, 2]);
  });

  it("begins at the last time before its start", () => {
    const times = (from: number) => {
      const union = planTimeUnion([rowsOf(1, 4, 9), rowsOf(2, 4, 6)], { from: BigInt(from) });
      return [...union.blocks()].flatMap((block) => [...block.times.subarray(0, block.length)].map(Number));
    };
    expect([times(0), times(4), times(5), times(9), times(10)]).toStrictEqual([
      [1, 2, 4, 6, 9],
      [2, 4, 6, 9],
      [4, 6, 9],
      [6, 9],
      [],
    ]);
  });

  it("has longer blocks if symbols share few times", () => {
    const apart = Array.from({ length: 20 }, (_, symbol) =>
      rowsOf(...Array.from({ length: 50 }, (_none, i) => 20 * i + symbol)),
    );
    expect(planTimeUnion(apart).blockLength).toBe(1024);
    expect(planTimeUnion(apart.slice(0, 3)).blockLength).toBe(384);
  });

  it.each([
    ["no symbols", () => planTimeUnion([])],
    ["a symbol without rows", () => planTimeUnion([rowsOf(1), rowsOf()])],
    ["a block length that is not a multiple of 64", () => planTimeUnion([rowsOf(1)], { blockLength: 100 })],
  ])("refuses %s", (_, plan) => {
    expect(plan).toThrow(expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }));
  });

  it("refuses times that are not sorted, and names the row", () => {
    expect(() => planTimeUnion([rowsOf(1, 2), rowsOf(1, 3, 2)])).toThrow(
      expect.objectContaining({ code: "ATC_INVALID_DATA", details: { symbol: "1", row: 2 } }),
    );
  });
});
