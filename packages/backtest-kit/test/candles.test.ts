import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Candle, type CandleAdapter, type CandleInterval, createAtcPlugin } from "../src/index.ts";
import { type Bars, datasetOf, minuteMs, pick, start, walk } from "./bars.ts";
import { everyMinute } from "./direct-loop.ts";
import { stepOf, validateCandles } from "./fake-exchange.ts";
import { createFakeHost } from "./fake-host.ts";

/** The adapter that the plugin installs, and the exchange behind it. */
function install(bars: Partial<Bars>) {
  const { host } = createFakeHost();
  let make: ((interval: CandleInterval) => CandleAdapter) | undefined;
  let fetch: ((interval: CandleInterval, since: number, limit: number) => Promise<Candle[]>) | undefined;
  createAtcPlugin(
    {
      ...host,
      PersistCandleAdapter: {
        usePersistCandleAdapter(Adapter) {
          make = (interval) => new Adapter("BTC", interval, "atc");
        },
      },
      addExchangeSchema({ getCandles }) {
        fetch = (interval, since, limit) => getCandles("BTC", interval, new Date(since), limit);
      },
    },
    { dataset: datasetOf({ BTC: bars }), gaps: "forward-fill" },
  );
  if (make === undefined || fetch === undefined) throw new Error("the plugin installed nothing");
  return { make, fetch };
}

/** Candles by their definition, from every minute. */
function expected(full: Bars, since: number, limit: number, step: number): Candle[] {
  return Array.from({ length: limit }, (_, k) => {
    const first = (since + k * step - (full.timestamp[0] as number)) / minuteMs;
    const rows = Array.from({ length: step / minuteMs }, (_row, i) => first + i);
    const of = (column: readonly number[]): number[] => rows.map((row) => column[row] as number);
    return {
      timestamp: since + k * step,
      open: of(full.open)[0] as number,
      high: Math.max(...of(full.high)),
      low: Math.min(...of(full.low)),
      close: of(full.close).at(-1) as number,
      volume: of(full.volume).reduce((sum, volume) => sum + volume, 0),
    };
  });
}

const day = 1440;
const bars = pick(walk(5 * day), (i) => i === 0 || i === 5 * day - 1 || (i % day > 500 && i % 97 !== 3));
const full = everyMinute(bars);
const intervals: readonly CandleInterval[] = ["1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "1d"];

describe("the candle adapter", () => {
  it("serves the candles of every interval from any time", async () => {
    const { make, fetch } = install(bars);
    const request = fc.record({
      interval: fc.constantFrom(...intervals),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ interval, at, share }) => {
        const step = stepOf(interval);
        const all = (5 * day * minuteMs) / step;
        const first = Math.min(Math.floor(at * all), all - 1);
        const limit = Math.max(1, Math.min(1000, Math.floor(share * (all - first))));
        const since = start + first * step;
        const candles = await make(interval).readCandlesData(limit, since, since + limit * step);
        const wanted = expected(full, since, limit, step);
        expect(candles).toEqual(wanted);
        expect(await fetch(interval, since, limit)).toEqual(wanted);
        validateCandles(candles ?? []);
      }),
      { numRuns: 150 },
    );
  });

  it("repeats the last close after the last bar, because the host reads past the frame", async () => {
    const { make } = install(walk(100));
    const last = start + 99 * minuteMs;
    const candles = await make("1m").readCandlesData(1000, last, last + 1000 * minuteMs);
    const close = walk(100).close[99] as number;
    expect(candles?.length).toBe(1000);
    expect(candles?.[999]).toEqual({
      timestamp: last + 999 * minuteMs,
      open: close,
      high: close,
      low: close,
      close,
      volume: 0,
    });
  });

  it("misses if the request begins outside the bars, and the exchange gives the reason", async () => {
    const { make, fetch } = install(walk(100));
    for (const since of [start - minuteMs, start + 100 * minuteMs]) {
      expect(await make("1m").readCandlesData(5, since, since + 5 * minuteMs)).toBeNull();
      await expect(fetch("1m", since, 5)).rejects.toMatchObject({ code: "ATC_NOT_FOUND" });
    }
  });

  it("rejects an unknown interval", () => {
    const { make } = install(walk(100));
    expect(() => make("7m" as CandleInterval)).toThrow(expect.objectContaining({ code: "ATC_UNSUPPORTED" }));
  });

  it("aggregates shorter bars to minutes", async () => {
    const fine = walk(60, { stepMs: 10_000 });
    const { make } = install(fine);
    const candles = await make("1m").readCandlesData(10, start, start + 10 * minuteMs);
    expect(candles?.map(({ close }) => close)).toEqual(fine.close.filter((_, i) => i % 6 === 5));
    expect(candles?.map(({ open }) => open)).toEqual(fine.open.filter((_, i) => i % 6 === 0));
    expect(candles?.[3]?.high).toBe(Math.max(...fine.high.slice(18, 24)));
  });

  it("returns a volume of 0 for a series without volume", async () => {
    const { volume: _, ...prices } = walk(100);
    const candles = await install(prices)
      .make("5m")
      .readCandlesData(3, start, start + 15 * minuteMs);
    expect(candles?.map(({ volume }) => volume)).toEqual([0, 0, 0]);
  });
});
