import { AtcError, type LongerBars, type LongerBarsOptions, type StrategyContext } from "@atc/contract";
import { resampleSeries } from "@atc/resample";
import { describe, expect, it } from "vitest";
import {
  arrayCurves,
  type BacktestOptions,
  type BoundStrategy,
  backtest,
  backtestSeries,
  decideSteps,
  type MemoryColumns,
  memoryDataset,
  memorySeries,
  strategyOf,
} from "../src/index.ts";

const day = 86_400_000;
const first = Date.UTC(2024, 0, 3);

/** Daily bars of 60 days, the first one a Wednesday. */
function columnsOf(count = 60, spoilt: readonly number[] = []): MemoryColumns {
  const timestamp = Array.from({ length: count }, (_, i) => first + i * day);
  const close = timestamp.map((_, i) => (spoilt.includes(i) ? 0 : 100 + ((i * 37) % 23)));
  const high = close.map((price, i) => price + (i % 5));
  return { timestamp, open: close, high, low: close, close, volume: timestamp.map((_, i) => i) };
}

/** What is known at a bar: the time of the last closed week, its close, its high and its volume. */
type Known = readonly [bar: number, weeks: number, time: number, close: number, high: number, volume: number];

interface Weekly {
  readonly strategy: BoundStrategy;
  readonly known: Map<string, Known[]>;
}

/** Long while the last closed week closed above the one before. Notes what it knows at each bar. */
function weekly(interval = "1w", options?: LongerBarsOptions): Weekly {
  const known = new Map<string, Known[]>();
  const strategy = strategyOf(
    "weekly",
    (symbol, _wanted, { bars }) => {
      const week = bars(interval, options);
      const own: Known[] = [];
      known.set(symbol, own);
      let weeks = 0;
      let last: [number, number, number, number] = [0, 0, 0, 0];
      let sign = 0;
      return ({ close }, directions) => {
        const at = (name: string, index: number): number => week[name]?.[index] ?? Number.NaN;
        for (let i = 0, next = 0; i < close.length; i++) {
          for (; next < at("closed", i); next++) {
            sign = at("close", next) > last[1] ? 1 : -1;
            last = [at("timestamp", next), at("close", next), at("high", next), at("volume", next)];
            weeks++;
          }
          directions[i] = sign;
          own.push([own.length, weeks, ...last]);
        }
      };
    },
    { columns: ["high", "volume"] },
  );
  return { strategy, known };
}

/** What `resample` makes of the bars up to each bar. */
function expected(columns: MemoryColumns): Known[] {
  const count = columns["timestamp"]?.length ?? 0;
  return Array.from({ length: count }, (_, i): Known => {
    const part = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.slice(0, i + 1)]));
    const blocks = [...resampleSeries(memorySeries("A", part as MemoryColumns), { to: "1w", partial: "drop" })];
    const [block] = blocks;
    if (block === undefined) return [i, 0, 0, 0, 0, 0];
    const at = (name: string): number => Number(block.columns[name]?.[block.length - 1]);
    return [i, block.length, at("timestamp"), at("close"), at("high"), at("volume")];
  });
}

describe("the bars of a longer interval", () => {
  it("are those that resample makes of the bars so far, in blocks of any length and under a shared account", async () => {
    const columns = columnsOf();
    for (const blockLength of [1, 5, 60]) {
      const { strategy, known } = weekly();
      const { directions } = backtestSeries(memorySeries("A", columns), { strategy, blockLength });
      expect(known.get("A")).toEqual(expected(columns));
      expect(new Set(directions)).toEqual(new Set([-1, 0, 1]));
    }
    const { strategy, known } = weekly();
    await backtest(memoryDataset({ A: columns, B: columnsOf(30) }), { strategy, config: { account: "shared" } });
    expect(known.get("A")).toEqual(expected(columns));
    expect(known.get("B")).toEqual(expected(columnsOf(30)));
  });

  it("leave out bars with an invalid price, and include those before a period", async () => {
    const spoilt = [10, 11, 25];
    const { strategy, known } = weekly();
    const config = { invalidPrices: "skip" } as const;
    await backtest(memoryDataset({ A: columnsOf(60, spoilt) }), { strategy, config });
    const kept = Object.fromEntries(
      Object.entries(columnsOf(60)).map(([name, values]) => [name, [...values].filter((_, i) => !spoilt.includes(i))]),
    ) as MemoryColumns;
    expect(known.get("A")).toEqual(expected(kept));
    const later = weekly();
    const period: BacktestOptions["period"] = { from: first + 40 * day, to: first + 50 * day };
    await backtest(memoryDataset({ A: columnsOf() }), { strategy: later.strategy, period });
    expect(later.known.get("A")).toEqual(expected(columnsOf()).slice(0, 50));
  });

  it("follow what the dataset says of its times", async () => {
    const dataset = memoryDataset({ A: columnsOf() });
    const resample = { to: "1h", label: "end" };
    const at = async (manifest: object, options?: LongerBarsOptions): Promise<number> => {
      const { strategy, known } = weekly("1w", options);
      await backtest({ ...dataset, manifest: { ...dataset.manifest, ...manifest } }, { strategy });
      return known.get("A")?.findIndex(([, weeks]) => weeks > 0) ?? -1;
    };
    // The first Sunday is bar 4. Bars of dates, and those of days whose length has repeated, close it at its own close.
    expect(await at({})).toBe(4);
    expect(await at({ timeIs: "date" })).toBe(4);
    // The time of an end at midnight on Monday closes the week.
    expect(await at({ attributes: { resample } })).toBe(5);
    expect(await at({ timeIs: "date" }, { days: "weekdays" })).toBe(2);
  });

  it("need an interval that fits the data, and are declared in start", async () => {
    const dataset = memoryDataset({ A: columnsOf(), B: columnsOf(7) });
    const { skipped } = await backtest(dataset, { strategy: weekly("4h").strategy });
    expect(skipped.map(({ symbol, code }) => [symbol, code])).toEqual([
      ["A", "ATC_INVALID_DATA"],
      ["B", "ATC_INVALID_DATA"],
    ]);
    expect(skipped[0]?.reason).toContain("longer than 4h");
    await expect(backtest(dataset, { strategy: weekly("1 fortnight").strategy })).rejects.toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
    });
    let context: StrategyContext | undefined;
    const late = strategyOf("late", (_symbol, _wanted, given) => {
      context = given;
      return () => void given.bars("1w");
    });
    await expect(backtest(dataset, { strategy: late })).rejects.toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
      message: expect.stringContaining('bars("1w") was called after start for symbol "A"'),
    });
    expect(() => context?.bars("1d")).toThrow(AtcError);
    expect(() => weekly().strategy.start("A")).toThrow(expect.objectContaining({ code: "ATC_UNSUPPORTED" }));
  });

  it("warn of bars that come after theirs has closed", async () => {
    const { strategy } = weekly("1w", { days: "weekdays" });
    const { symbols } = await backtest(memoryDataset({ A: columnsOf() }), { strategy });
    expect(symbols[0]?.warnings).toContainEqual(
      expect.stringMatching(/^17 bars of symbol "A", the first at 2024-01-06/),
    );
  });

  it("have only the columns that the strategy requests", () => {
    let week: LongerBars | undefined;
    const strategy = strategyOf("plain", (_symbol, _wanted, { bars }) => {
      week = bars("1w");
      return () => undefined;
    });
    const steps = decideSteps(memorySeries("A", columnsOf()), { strategy, sink: arrayCurves().sink("A", 60) });
    while (steps.next().done !== true) expect(Object.keys(week ?? {})).toEqual(["closed", "timestamp", "close"]);
  });
});
