import type { UniverseBars } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { backtest, bindStrategy, hold, memoryDataset, momentum, strategyOf } from "../src/index.ts";
import { day, days, start } from "./given.ts";
import { decide, marketOf, type PlainColumns, timesOf, universeOf } from "./universe-market.ts";

/** Equal parts for all symbols with a bar. */
const equal = universeOf((symbols) => ({
  decide({ present }, weights) {
    for (const symbol of present) weights[symbol] = 1 / symbols.length;
  },
}));

async function faultOf(run: () => Promise<unknown>): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("a strategy that sees all symbols", () => {
  it("receives the bars of each time once, in order, with NaN for symbols without a bar", async () => {
    const market = marketOf(5, 300, 0.6);
    const symbols = Object.keys(market);
    const seen: unknown[] = [];
    const strategy = universeOf(
      (given) => {
        expect(given).toEqual(symbols);
        return {
          decide({ time, present, columns }) {
            seen.push([
              time,
              [...present],
              ...["close", "volume", "timestamp"].map((name) => [...(columns[name] ?? [])]),
            ]);
            expect(new Set(Object.keys(columns))).toEqual(new Set(["close", "high", "open", "timestamp", "volume"]));
          },
        };
      },
      { columns: ["volume", "timestamp", "high"], optionalColumns: ["spread"] },
    );
    await decide(market, strategy);
    const wanted = timesOf(market).map(([time, rows]) => {
      const valueAt = (symbol: string, name: keyof PlainColumns): number =>
        market[symbol]?.[name][rows.get(symbol) ?? -1] ?? Number.NaN;
      const columns = (["close", "volume", "timestamp"] as const).map((name) =>
        symbols.map((symbol) => valueAt(symbol, name)),
      );
      return [time, symbols.flatMap((symbol, place) => (rows.has(symbol) ? [place] : [])), ...columns];
    });
    expect(seen).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(250);
  });

  it("decides at every bar of thousands of symbols, which are read in many parts", async () => {
    const market = marketOf(3000, 320, 0.9, 2);
    let rows = 0;
    let last = -1;
    const strategy = universeOf(() => ({
      decide({ time, present, columns: { close } }, weights) {
        expect(time).toBeGreaterThan(last);
        last = time;
        rows += present.length;
        for (const symbol of present) weights[symbol] = (close[symbol] as number) / 1e6;
      },
    }));
    const { decisions } = await decide(market, strategy);
    let wanted = 0;
    for (const [symbol, { timestamp, close }] of Object.entries(market)) {
      const found = decisions.get(symbol);
      const isEqual = close.every(
        (price, i) => found?.columns.strength?.[i] === price / 1e6 && found.times[i] === BigInt(timestamp[i] as number),
      );
      if (!isEqual || found?.times.length !== close.length) throw new Error(`${symbol} has other decisions`);
      wanted += close.length;
    }
    expect(rows).toBe(wanted);
  });

  it("repeats the last weight of a symbol for NaN, and ignores that of a symbol without a bar", async () => {
    const timestamp = days(6);
    const [close, others] = [
      [1, 2, 3, 4, 5, 6],
      [1, 2, 3],
    ];
    const dataset = { A: { timestamp, close }, B: { timestamp: [1, 3, 4].map((i) => timestamp[i]), close: others } };
    const given = [
      [0.5, 0.1],
      [Number.NaN, Number.NaN],
      [-0.5, 0.7],
      [Number.NaN, 0.25],
      [0, Number.NaN],
      [Number.NaN, 0.9],
    ];
    let time = 0;
    const strategy = universeOf(() => ({ decide: (_bars, weights) => weights.set(given[time++] as number[]) }));
    const { decisions } = await decide(dataset as never, strategy);
    expect([...(decisions.get("A")?.columns.strength ?? [])]).toEqual([0.5, 0.5, -0.5, -0.5, 0, 0]);
    expect([...(decisions.get("A")?.directions ?? [])]).toEqual([1, 1, -1, -1, 0, 0]);
    expect([...(decisions.get("B")?.columns.strength ?? [])]).toEqual([0, 0.25, 0.25]);
  });

  it("shows times of ticks in fractions of milliseconds, and keeps nanoseconds apart", async () => {
    const first = 1_700_000_000_000_000_000n;
    const timestamp = BigInt64Array.from([0n, 1n, 500_000n], (offset) => first + offset);
    const dataset = memoryDataset(
      { A: { timestamp, close: [1, 2, 3] }, B: { timestamp: timestamp.slice(1), close: [1, 2] } },
      { kind: "ticks" },
    );
    const seen: (readonly [number, readonly number[]])[] = [];
    const strategy = universeOf(() => ({ decide: ({ time, present }) => void seen.push([time, [...present]]) }));
    await backtest(dataset, { strategy });
    const ms = Number(first) / 1e6;
    expect(seen).toEqual([
      [ms, [0]],
      [ms, [0, 1]],
      [ms + 0.5, [0, 1]],
    ]);
  });

  it("sees all bars before a period, whose first orders follow from the last bars before it", async () => {
    const market = marketOf(4, 200, 0.7, 5);
    const from = start + 100 * day;
    const to = start + 150 * day;
    const seen: number[] = [];
    const strategy = universeOf(() => ({
      decide({ time, present }, weights) {
        seen.push(time);
        for (const symbol of present) weights[symbol] = seen.length / 1000;
      },
    }));
    const { decisions, times } = await decide(market, strategy, {}, { period: { from, to } });
    const all = timesOf(market).map(([time]) => time);
    expect(seen).toEqual(all.filter((time) => time < to));
    for (const [symbol, { timestamp }] of Object.entries(market)) {
      const first = timestamp.findLastIndex((time) => time < from);
      const wanted = timestamp.slice(first).filter((time) => time < to);
      const found = decisions.get(symbol);
      expect([...(found?.times ?? [])].map(Number)).toEqual(wanted);
      expect([...(found?.columns.strength ?? [])]).toEqual(wanted.map((time) => (all.indexOf(time) + 1) / 1000));
    }
    expect(Number(times.at(-1))).toBeLessThan(to);
  });

  it("uses the last bars of each symbol under a limit, and only the symbols of the run", async () => {
    const market = marketOf(4, 200, 0.8, 6);
    const [a, b] = Object.keys(market) as [string, string];
    const names: (readonly string[])[] = [];
    const counts = [0, 0];
    const strategy = universeOf((symbols) => {
      names.push(symbols);
      return {
        decide({ present }) {
          for (const symbol of present) counts[symbol] = (counts[symbol] ?? 0) + 1;
        },
      };
    });
    await decide(market, strategy, {}, { limit: 30, symbols: [b, a, b] });
    expect(names).toEqual([[a, b]]);
    expect(counts).toEqual([30, 30]);
  });

  it("does not see symbols with invalid data, which are listed with the reason", async () => {
    const market = marketOf(4, 120, 1, 7);
    const [a, b, c, d] = Object.keys(market) as [string, string, string, string];
    const without = await decide(market, equal, { invalidPrices: "error" }, { symbols: [a, d] });
    (market[b] as PlainColumns).close[90] = 0;
    (market[c] as PlainColumns).timestamp[50] = (market[c] as PlainColumns).timestamp[49] as number;
    const run = await decide(market, equal, { invalidPrices: "error" });
    expect(run.figures.skipped).toMatchObject([
      { symbol: b, code: "ATC_INVALID_DATA", reason: expect.stringContaining("close") },
      { symbol: c, code: "ATC_INVALID_DATA", reason: expect.stringContaining("two bars at") },
    ]);
    expect(run.equity).toEqual(without.equity);
    expect(run.decisions).toEqual(without.decisions);
    const outside = await decide(marketOf(2, 50), equal, {}, { period: { from: start + 1000 * day } });
    expect(outside.figures).toMatchObject({ portfolio: undefined, contributions: [], skipped: [{}, {}] });
  });

  it("counts bars with invalid prices as absent, and warns of them", async () => {
    const market = marketOf(2, 50, 1, 8);
    const [a] = Object.keys(market) as [string];
    (market[a] as PlainColumns).close[20] = Number.NaN;
    const seen = new Map<number, readonly number[]>();
    const strategy = universeOf(() => ({ decide: ({ time, present }) => void seen.set(time, [...present]) }));
    const { figures, decisions } = await decide(market, strategy, { invalidPrices: "skip" });
    expect(seen.get(start + 20 * day)).toEqual([1]);
    expect(decisions.get(a)?.times.length).toBe(49);
    expect(figures.contributions?.[0]).toMatchObject({
      skippedBars: 1,
      warnings: [expect.stringContaining("1 of 50 bars")],
    });
  });

  it.each([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "ends the run at the weight %d, with symbol and time",
    async (weight) => {
      const strategy = universeOf(() => ({
        decide({ time, present }, weights) {
          if (time === start + 7 * day) weights[present[1] as number] = weight;
        },
      }));
      expect(await faultOf(() => decide(marketOf(2, 20, 1), strategy))).toMatchObject({
        code: "ATC_INVALID_ARGUMENT",
        details: { symbol: "S0001", time: "2020-01-08T00:00:00.000Z", value: String(weight) },
      });
    },
  );

  it("passes its warnings to the portfolio, and its errors to the caller", async () => {
    const warning = universeOf(() => ({ decide: () => undefined, finish: () => ["it saw nothing"] }));
    expect((await decide(marketOf(2, 20), warning)).figures.portfolio?.warnings).toContain("it saw nothing");
    const fault = new RangeError("too many");
    const failing = universeOf(() => ({
      decide() {
        throw fault;
      },
    }));
    expect(await faultOf(() => decide(marketOf(2, 20), failing))).toBe(fault);
  });

  it("shares an account by weights unless the configuration says otherwise", async () => {
    const market = marketOf(3, 100, 1);
    const { figures } = await decide(market, equal);
    expect(figures.config).toMatchObject({ account: "shared", signal: "weight", weights: "full" });
    const own = await decide(market, equal, {
      weights: "equal",
      signal: "strategy",
      sizing: "allIn",
      account: undefined,
    } as never);
    expect(own.figures.config).toMatchObject({ account: "shared", signal: "strategy", weights: "equal" });
    expect(own.figures.portfolio?.metrics.exposure).toBeGreaterThan(0.9);
    for (const [key, value] of [
      ["account", "separate"],
      ["signal", "entries"],
    ])
      expect(await faultOf(() => decide(market, equal, { [key as string]: value }))).toMatchObject({
        code: "ATC_INVALID_CONFIG",
        details: { faults: [{ path: key, value }] },
      });
  });

  it("gets positions for the largest weights only, under maxPositions", async () => {
    const market = marketOf(4, 60, 1);
    const strategy = universeOf(() => ({
      decide: (_bars, weights) => weights.set([0.1, -0.4, 0.3, 0.2]),
    }));
    const { figures } = await decide(market, strategy, { maxPositions: 2 });
    expect(figures.contributions?.map(({ exposure }) => exposure > 0)).toEqual([false, true, true, false]);
  });

  it("ends with the signal, between blocks", async () => {
    const controller = new AbortController();
    const strategy = universeOf(() => ({ decide: () => controller.abort() }));
    const fault = await faultOf(() => decide(marketOf(90, 200, 1), strategy, {}, { signal: controller.signal }));
    expect(fault).toMatchObject({ code: "ATC_ABORTED" });
  });

  it("reports progress up to all bars", async () => {
    const reports: number[] = [];
    await decide(marketOf(90, 200, 1), equal, {}, { onProgress: ({ done }) => void reports.push(done) });
    expect(reports.filter((done) => done === 18_000).length).toBeGreaterThan(0);
    expect(Math.max(...reports)).toBe(18_000);
  });

  it("keeps its own arrays, so that one symbol alone gives what `hold` gives it", async () => {
    const market = marketOf(1, 100, 1);
    const all = universeOf(() => ({ decide: (_bars: UniverseBars, weights) => void weights.fill(1) }));
    const { equity } = await decide(market, all);
    const alone = await backtest(memoryDataset(market as never), { strategy: bindStrategy(hold) });
    expect(equity).toEqual(alone.symbols[0]?.equity);
  });
});

describe("bindStrategy of a strategy that sees all symbols", () => {
  it("gives it its values, and says what it needs", () => {
    const bound = bindStrategy(momentum, { bars: 7 });
    expect(bound).toMatchObject({ name: "momentum", scope: "universe", columns: [], outputs: ["weight"] });
    expect(bound.values).toEqual({ bars: 7, hold: 5, every: 1, rising: false });
    expect(strategyOf("other", () => () => undefined).scope).toBeUndefined();
  });
});
