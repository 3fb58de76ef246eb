import type { BacktestConfig } from "@atc/contract";
import { describe, expect, it } from "vitest";
import {
  type BacktestOptions,
  type BacktestResult,
  backtest,
  columnsStrategy,
  createAccount,
  type MemoryColumns,
  memoryDataset,
  validateBacktestConfig,
} from "../src/index.ts";

const hour = 3_600_000;
const start = Date.UTC(2021, 0, 4);

/** A generator of numbers from 0 to 1 that is the same everywhere. */
function uniformFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

type Columns = Readonly<Record<"timestamp" | "open" | "high" | "low" | "close" | "volume" | "direction", number[]>>;

/** Bars at some of the hours, with a direction that changes at times. */
function barsOf(seed: number, hours: number, share: number): Columns {
  const uniform = uniformFrom(seed);
  const columns: Columns = { timestamp: [], open: [], high: [], low: [], close: [], volume: [], direction: [] };
  let price = 50 + 100 * uniform();
  let direction = 0;
  for (let i = 0; i < hours; i++) {
    if (uniform() > share) continue;
    if (uniform() < 0.1) direction = Math.floor(3 * uniform()) - 1;
    const open = price * (1 + (uniform() - 0.5) / 50);
    price = open * (1 + (uniform() - 0.5) / 25);
    columns.timestamp.push(start + i * hour);
    columns.open.push(open);
    columns.high.push(Math.max(open, price) * (1 + uniform() / 100));
    columns.low.push(Math.min(open, price) * (1 - uniform() / 100));
    columns.close.push(price);
    columns.volume.push(Math.floor(1000 * uniform()));
    columns.direction.push(direction);
  }
  return columns;
}

type Market = Readonly<Record<string, Columns>>;

function run(
  market: Market,
  config: Partial<BacktestConfig>,
  options: Omit<BacktestOptions, "strategy" | "config" | "signals"> & { readonly fills?: boolean } = {},
): Promise<BacktestResult> {
  const dataset = memoryDataset(market as unknown as Readonly<Record<string, MemoryColumns>>);
  return backtest(dataset, { strategy: columnsStrategy(config), config, ...options });
}

const shared: Partial<BacktestConfig> = {
  account: "shared",
  rebalance: "bars:50",
  stopLoss: 0.03,
  sizing: "fixedFraction",
  size: 0.9,
};

/** The part of a market between two rows of time. */
function cut(market: Market, keeps: (symbol: string, time: number) => boolean): Market {
  const entries = Object.entries(market).map(([symbol, columns]) => {
    const rows = columns.timestamp.flatMap((time, row) => (keeps(symbol, time) ? [row] : []));
    const kept = Object.entries(columns).map(([name, values]) => [name, rows.map((row) => values[row])]);
    return [symbol, Object.fromEntries(kept)] as const;
  });
  return Object.fromEntries(entries) as Market;
}

describe("a shared account", () => {
  it("takes rows of all symbols in order of time, whatever windows and blocks they are read in", async () => {
    const market = Object.fromEntries(
      Array.from({ length: 7 }, (_, i) => [`S${i}`, barsOf(i + 1, 12_000, 0.3 + 0.1 * i)] as const),
    );
    const result = await run(market, shared, { fills: true });
    const names = Object.keys(market);
    const rows = names
      .flatMap((name, symbol) => (market[name] as Columns).timestamp.map((time, bar) => ({ name, symbol, time, bar })))
      .sort((a, b) => a.time - b.time || a.symbol - b.symbol);
    const column = (name: keyof Columns): Float64Array =>
      Float64Array.from(rows, ({ name: symbol, bar }) => (market[symbol] as Columns)[name][bar] as number);
    const points = { times: new BigInt64Array(rows.length), equity: new Float64Array(rows.length) };
    const account = createAccount(validateBacktestConfig(shared), {
      symbols: names.map((name) => ({ name, bars: (market[name] as Columns).close.length })),
    });
    const count = account.push(
      {
        times: BigInt64Array.from(rows, ({ time }) => BigInt(time)),
        symbols: Int32Array.from(rows, ({ symbol }) => symbol),
        open: column("open"),
        high: column("high"),
        low: column("low"),
        close: column("close"),
        directions: Int8Array.from(column("direction")),
      },
      points,
    );
    expect(result.portfolio?.times).toEqual(points.times.slice(0, count));
    expect(result.portfolio?.equity).toEqual(points.equity.slice(0, count));
    expect(rows.length).toBeGreaterThan(40_000);
  });

  it("adds up by symbol what it adds up as a whole", async () => {
    const market = { A: barsOf(3, 900, 0.9), B: barsOf(5, 700, 0.5), C: barsOf(8, 800, 0.7) };
    const config = { ...shared, initialCapital: 5000, slippageBps: 3 };
    const { portfolio, contributions = [], account, symbols } = await run(market, config, { fills: true });
    const sum = (term: (one: (typeof contributions)[number]) => number): number =>
      contributions.reduce((total, one) => total + term(one), 0);
    expect(symbols).toEqual([]);
    expect(contributions.map(({ symbol }) => symbol)).toEqual(["A", "B", "C"]);
    expect(sum(({ fees }) => fees)).toBeCloseTo(portfolio?.costs.fees ?? 0, 8);
    expect(sum(({ slippage }) => slippage)).toBeCloseTo(portfolio?.costs.slippage ?? 0, 8);
    expect(sum(({ trades }) => trades)).toBe(portfolio?.metrics.trades);
    expect(sum(({ contribution }) => contribution)).toBeCloseTo(portfolio?.metrics.totalReturn ?? 0, 10);
    expect(contributions.map(({ bars }) => bars)).toEqual(Object.values(market).map(({ close }) => close.length));
    const feesOf = (symbol: number): number =>
      account?.fills.fee.reduce((total, fee, i) => total + (account.fillSymbols?.[i] === symbol ? fee : 0), 0) ?? 0;
    for (const [place, { fees }] of contributions.entries()) expect(fees).toBeCloseTo(feesOf(place), 8);
  });

  it("of one symbol gives what an account of its own gives", async () => {
    const market = { A: barsOf(11, 500, 0.8) };
    const own = await run(market, { ...shared, account: "separate" });
    const one = await run(market, shared);
    expect(one.portfolio?.equity).toEqual(own.symbols[0]?.equity);
    expect(one.portfolio?.metrics).toEqual(own.portfolio?.metrics);
  });

  it("lists a symbol with two bars at one time, and computes the others without it", async () => {
    const good = { A: barsOf(2, 300, 1), C: barsOf(4, 300, 1) };
    const twice = barsOf(3, 300, 1);
    twice.timestamp[7] = twice.timestamp[6] as number;
    const result = await run({ ...good, B: twice }, shared);
    const without = await run(good, shared);
    expect(result.skipped).toEqual([
      {
        symbol: "B",
        code: "ATC_INVALID_DATA",
        reason: expect.stringContaining("two bars at 2021-01-04T06:00:00.000Z"),
      },
    ]);
    expect(result.portfolio?.equity).toEqual(without.portfolio?.equity);
    const separate = await run({ ...good, B: twice }, { ...shared, account: "separate" });
    expect(separate.skipped).toEqual([]);
  });

  it("refuses weights of symbols that the data lacks, not of those that are left out", async () => {
    const bad = barsOf(3, 300, 1);
    bad.close[5] = -1;
    const market = { A: barsOf(2, 300, 1), B: bad, C: barsOf(4, 300, 1) };
    const weighted = (weights: Readonly<Record<string, number>>) => run(market, { ...shared, weights });
    const { skipped, contributions } = await weighted({ A: 0.5, B: 0.4 });
    expect(skipped.map(({ symbol }) => symbol)).toEqual(["B"]);
    expect(contributions?.map(({ symbol, trades }) => [symbol, trades > 0])).toEqual([
      ["A", true],
      ["C", false],
    ]);
    await expect(weighted({ A: 0.5, Z: 0.4 })).rejects.toThrow(
      expect.objectContaining({ code: "ATC_INVALID_CONFIG", message: expect.stringContaining('"Z"') }),
    );
    const some = await run(market, { ...shared, weights: { A: 0.5, B: 0.4 } }, { symbols: ["A", "C"] });
    expect(some.portfolio?.equity).toEqual((await weighted({ A: 0.5 })).portfolio?.equity);
  });

  it("takes symbols of one bar, that start late and that end early", async () => {
    const market = {
      A: barsOf(2, 300, 1),
      LATE: cut({ X: barsOf(3, 300, 1) }, (_, time) => time > start + 200 * hour)["X"] as Columns,
      ONE: cut({ X: barsOf(4, 300, 1) }, (_, time) => time === start + 90 * hour)["X"] as Columns,
      SHORT: cut({ X: barsOf(5, 300, 1) }, (_, time) => time < start + 100 * hour)["X"] as Columns,
    };
    for (const delisting of ["hold", "exit"] as const) {
      const { contributions, portfolio, skipped, account } = await run(
        market,
        { ...shared, delisting },
        { fills: true },
      );
      expect(skipped).toEqual([]);
      expect(contributions?.map(({ bars }) => bars)).toEqual([300, 99, 1, 100]);
      expect(portfolio?.times).toHaveLength(300);
      const last = Math.max(
        ...Array.from(account?.fills.time ?? [], (time, i) => (account?.fillSymbols?.[i] === 3 ? Number(time) : 0)),
      );
      expect(last).toBeLessThanOrEqual(start + 99 * hour);
    }
  });
});

describe("a period", () => {
  const market: Market = { A: barsOf(21, 600, 1), B: barsOf(22, 600, 0.5), C: barsOf(23, 600, 0.2) };
  const from = start + 250 * hour;
  const to = start + 500 * hour;
  const lastBefore = Object.fromEntries(
    Object.entries(market).map(([symbol, { timestamp }]) => [symbol, timestamp.findLast((time) => time < from)]),
  );
  const part = cut(market, (symbol, time) => time < to && time >= (lastBefore[symbol] ?? from));
  const whole = Math.max(...Object.values(lastBefore).map((time) => time ?? 0));

  it("starts a shared account in cash at the last time before it", async () => {
    const { portfolio } = await run(market, shared, { period: { from, to } });
    expect(Number(portfolio?.times[0])).toBe(whole);
    expect(portfolio?.equity[0]).toBe(10_000);
    expect(portfolio?.times.every((time, i) => i === 0 || (time >= BigInt(from) && time < BigInt(to)))).toBe(true);
    // The same bars without the period, with the bars before it moved to that time.
    const moved = Object.fromEntries(
      Object.entries(part).map(([symbol, columns]) => [
        symbol,
        { ...columns, timestamp: columns.timestamp.map((time) => Math.max(time, whole)) },
      ]),
    );
    const alone = await run(moved, shared);
    expect(portfolio?.equity).toEqual(alone.portfolio?.equity);
  });

  it("is simulated again for the parts of a capital that do not scale, from its last bar before", async () => {
    const config: Partial<BacktestConfig> = { feePerTrade: 2, lotSize: 0.5, minFee: 3, stopLoss: 0.02 };
    const { portfolio, symbols } = await run(market, config, { period: { from, to } });
    const alone = await run(part, config);
    expect(symbols.map(({ equity }) => equity)).toEqual(alone.symbols.map(({ equity }) => equity));
    expect(portfolio?.metrics.trades).toBe(alone.portfolio?.metrics.trades);
    expect(portfolio?.equity.at(-1)).toBeCloseTo(alone.portfolio?.equity.at(-1) ?? 0, 9);
    // Not the mean of the whole accounts, whose fees weigh less.
    const mean = symbols.reduce((sum, { equity }) => sum + (equity.at(-1) ?? 0), 0) / 3;
    expect(Math.abs((portfolio?.equity.at(-1) ?? 0) - mean)).toBeGreaterThan(10);
  });

  it("leaves out a symbol without a bar in it", async () => {
    const late = cut({ D: barsOf(24, 600, 1) }, (_, time) => time >= to);
    const { skipped, portfolio } = await run({ ...market, ...late }, shared, { period: { from, to } });
    expect(skipped).toEqual([expect.objectContaining({ symbol: "D", reason: expect.stringContaining("has no bar") })]);
    const without = await run(market, shared, { period: { from, to } });
    expect(portfolio?.equity).toEqual(without.portfolio?.equity);
  });
});

describe("metrics of a run", () => {
  const market: Market = { A: barsOf(31, 900, 0.8), B: barsOf(32, 900, 0.6) };

  it("compare fills with the volume of their bars", async () => {
    for (const account of ["separate", "shared"] as const) {
      const config: Partial<BacktestConfig> = { account, stopLoss: 0.02, reentry: "immediately" };
      const result = await run(market, config, { fills: true, metrics: ["volumeShareMax", "volumeShareP95"] });
      const curves = result.account === undefined ? result.symbols : [result.account];
      const metrics =
        result.account === undefined ? result.symbols.map((one) => one.metrics) : [result.portfolio?.metrics];
      for (const [i, { fills, fillSymbols }] of curves.entries()) {
        const shares = Array.from(fills.quantity, (quantity, row) => {
          const symbol = Object.keys(market)[fillSymbols?.[row] ?? i] as string;
          const { timestamp, volume } = market[symbol] as Columns;
          return Math.abs(quantity) / (volume[timestamp.indexOf(Number(fills.time[row]))] as number);
        });
        expect(shares.length).toBeGreaterThan(50);
        expect(metrics[i]?.volumeShareMax).toBeCloseTo(Math.max(...shares), 12);
      }
    }
  });

  it("are only those that are wanted", async () => {
    const { symbols, portfolio } = await run(market, {}, { metrics: ["omega"] });
    const names = [...Object.keys(symbols[0]?.metrics ?? {}), ...Object.keys(portfolio?.metrics ?? {})];
    expect(names.filter((name) => name === "omega")).toHaveLength(2);
    expect(names).not.toContain("beta");
  });

  it("compare with a named symbol, or with the mean of the symbols", async () => {
    const wanted = ["benchmarkReturn", "benchmarkBars", "beta"] as const;
    const growth = ({ close }: Columns): number => (close.at(-1) as number) / (close[0] as number) - 1;
    const [a, b] = [growth(market["A"] as Columns), growth(market["B"] as Columns)];
    for (const account of ["separate", "shared"] as const) {
      const own = await run(market, { account }, { metrics: wanted });
      expect(own.portfolio?.metrics.benchmarkReturn).toBeCloseTo((a + b) / 2, 12);
      expect(own.portfolio?.metrics.benchmarkBars).toBe(own.portfolio?.times.length);
      const named = await run(market, { account, benchmark: "B" }, { metrics: wanted });
      expect(named.portfolio?.metrics.benchmarkReturn).toBeCloseTo(b, 12);
      expect(named.portfolio?.metrics.benchmarkBars).toBe(market["B"]?.close.length);
      for (const { symbol, metrics } of own.symbols)
        expect(metrics.benchmarkReturn).toBeCloseTo(growth(market[symbol] as Columns), 12);
    }
    await expect(run(market, { benchmark: "Z" })).rejects.toThrow(
      expect.objectContaining({ code: "ATC_INVALID_CONFIG", message: expect.stringContaining('"Z"') }),
    );
  });
});
