import { describe, expect, it } from "vitest";
import type { Candle, HostSignal } from "../src/index.ts";
import { createFakeExchanges, validateCandles } from "./fake-exchange.ts";
import { createFakeHost, FatalExit, signalFaults } from "./fake-host.ts";

const { config } = createFakeHost();
const candle = (timestamp: number): Candle => ({ timestamp, open: 10, high: 11, low: 9, close: 10, volume: 1 });
const minutesFrom = (since: number, limit: number): Candle[] =>
  Array.from({ length: limit }, (_, i) => candle(since + i * 60_000));

describe("the fake host, like the real one,", () => {
  it("asks for at most 1,000 candles at a time", async () => {
    const exchanges = createFakeExchanges(config);
    const limits: number[] = [];
    exchanges.schemas.set("x", {
      exchangeName: "x",
      async getCandles(_symbol, _interval, since, limit) {
        limits.push(limit);
        return minutesFrom(since.getTime(), limit);
      },
    });
    expect((await exchanges.read("x", "BTC", "1m", 0, 2500)).length).toBe(2500);
    expect(limits).toEqual([1000, 1000, 500]);
  });

  it("tries a source three times and then ends the process", async () => {
    const exchanges = createFakeExchanges(config);
    exchanges.schemas.set("x", {
      exchangeName: "x",
      getCandles: async () => Promise.reject(new Error("offline")),
    });
    await expect(exchanges.read("x", "BTC", "1m", 0, 5)).rejects.toThrow(FatalExit);
    expect(exchanges.counts.fetches).toBe(3);
  });

  it.each([
    ["too few", (since: number, limit: number) => minutesFrom(since, limit - 1)],
    ["too late", (since: number, limit: number) => minutesFrom(since + 60_000, limit)],
    ["repeated", (since: number, limit: number) => [...minutesFrom(since, limit - 1), candle(since)]],
  ])("ends the process if candles are %s", async (_, make) => {
    const exchanges = createFakeExchanges(config);
    exchanges.schemas.set("x", {
      exchangeName: "x",
      getCandles: async (_symbol, _interval, since, limit) => make(since.getTime(), limit),
    });
    await expect(exchanges.read("x", "BTC", "1m", 0, 5)).rejects.toThrow(FatalExit);
  });

  it.each([
    ["a price of 0", { open: 0 }],
    ["a value that is not a number", { close: Number.NaN }],
    ["a high below the low", { high: 8 }],
    ["a negative volume", { volume: -1 }],
    ["a price below a thousandth of the median", { low: 0.009 }],
  ])("rejects candles with %s", (_, change) => {
    const candles = minutesFrom(0, 6);
    expect(() => validateCandles(candles)).not.toThrow();
    expect(() => validateCandles([...candles.slice(0, 5), { ...candle(300_000), ...change }])).toThrow();
  });

  it("rejects signals outside its bounds", () => {
    const signal: HostSignal = {
      position: "long",
      priceTakeProfit: 110,
      priceStopLoss: 90,
      minuteEstimatedTime: 60,
      cost: 100,
    };
    const faults = (change: Partial<HostSignal>): string[] => signalFaults({ ...signal, ...change }, 100, config);
    expect(faults({})).toEqual([]);
    expect(faults({ priceTakeProfit: 100.4 })).toEqual(["TakeProfit too close"]);
    expect(faults({ priceStopLoss: 99.6 })).toEqual(["StopLoss too close"]);
    expect(faults({ priceStopLoss: 79 })).toEqual(["StopLoss too far"]);
    expect(faults({ position: "short" })).toEqual(["TakeProfit too close", "StopLoss too close"]);
    expect(faults({ minuteEstimatedTime: Number.POSITIVE_INFINITY })).toEqual(["minuteEstimatedTime too large"]);
    const unbounded = { ...config, CC_MAX_SIGNAL_LIFETIME_MINUTES: Number.POSITIVE_INFINITY };
    expect(signalFaults({ ...signal, minuteEstimatedTime: Number.POSITIVE_INFINITY }, 100, unbounded)).toEqual([]);
  });

  it("rejects a second schema with the same name", () => {
    const { host } = createFakeHost();
    host.addExchangeSchema({ exchangeName: "x", getCandles: async () => [] });
    expect(() => host.addExchangeSchema({ exchangeName: "x", getCandles: async () => [] })).toThrow(/already exists/);
  });
});
