import { describe, expect, it } from "vitest";
import { type AtcPluginOptions, type Candle, createAtcPlugin } from "../src/index.ts";
import { type Bars, datasetOf, minuteMs, pick, start, walk } from "./bars.ts";
import { trades } from "./closed-trades.ts";
import { directTrades } from "./direct-loop.ts";
import { createFakeHost, type FakeTrade, FatalExit } from "./fake-host.ts";

async function runOver(bars: Bars, options: Partial<AtcPluginOptions> = {}): Promise<FakeTrade[]> {
  const fake = createFakeHost();
  const plugin = createAtcPlugin(fake.host, { dataset: datasetOf({ BTC: bars }), ...options });
  plugin.addFrames({ frameName: "all" });
  plugin.strategy({ strategyName: "atc", interval: "5m" });
  const all = await trades(fake, "BTC");
  expect(fake.errors).toEqual([]);
  expect(fake.counts.misses).toBe(0);
  expect(fake.counts.largest).toBe(1000);
  return all;
}

const plain = (all: readonly FakeTrade[]): unknown[] =>
  all.map(({ position, openTime, priceOpen, closeTime, priceClose, closeReason }) => ({
    position,
    openTime,
    priceOpen: priceOpen.toPrecision(12),
    closeTime,
    priceClose: priceClose?.toPrecision(12),
    closeReason,
  }));

const days3 = walk(3 * 1440);
/** Nights of nine hours and single minutes are missing. */
const sessions = pick(days3, (i) => i % 1440 < 900 && i % 211 !== 5);

describe("a run in the host", () => {
  it("dies on a missing minute when the adapter is bypassed", async () => {
    const bars = pick(days3, (i) => i !== 2000);
    const byTime = new Map(bars.timestamp.map((time, i) => [time, i]));
    const { host, Backtest } = createFakeHost();
    host.addExchangeSchema({
      exchangeName: "raw",
      getCandles: async (_symbol, _interval, since, limit) =>
        Array.from({ length: limit }, (_, k) => byTime.get(since.getTime() + k * minuteMs))
          .filter((row) => row !== undefined)
          .map((row): Candle => {
            const at = (column: readonly number[]): number => column[row] as number;
            const { timestamp, open, high, low, close, volume } = bars;
            return {
              timestamp: at(timestamp),
              open: at(open),
              high: at(high),
              low: at(low),
              close: at(close),
              volume: at(volume),
            };
          }),
    });
    host.addFrameSchema({
      frameName: "all",
      interval: "1m",
      startDate: new Date(start + 10 * minuteMs),
      endDate: new Date(start + 3000 * minuteMs),
    });
    host.addStrategySchema({
      strategyName: "idle",
      interval: "1m",
      getSignal: async () => null,
      callbacks: { async onActivePing() {} },
    });
    let ticks = 0;
    const run = async (): Promise<void> => {
      for await (const _ of Backtest.run("BTC", { strategyName: "idle", exchangeName: "raw", frameName: "all" }))
        ticks++;
    };
    await expect(run()).rejects.toThrow(FatalExit);
    expect(ticks).toBe(0);
  });

  it("makes the trades of a plain loop over bars without a gap", async () => {
    const all = await runOver(days3);
    expect(all.length).toBeGreaterThan(20);
    expect(plain(all)).toEqual(plain(directTrades(days3, 5 * minuteMs)));
  });

  it("makes the trades of a plain loop over forward-filled bars", async () => {
    const all = await runOver(sessions, { gaps: "forward-fill" });
    expect(all.length).toBeGreaterThan(10);
    expect(plain(all)).toEqual(plain(directTrades(sessions, 5 * minuteMs)));
  });

  it("closes positions when the direction flips, and the last one at the end of the frame", async () => {
    const all = await runOver(days3);
    expect(all.slice(0, -1).every(({ closeReason, note }) => closeReason === "closed" && note === "ATC flip")).toBe(
      true,
    );
    expect(all.at(-1)?.closeReason).toBe("time_expired");
    for (const [i, trade] of all.entries()) if (i > 0) expect(trade.position).not.toBe(all[i - 1]?.position);
    expect(all.at(-1)?.closeTime).toBe(days3.timestamp.at(-1));
  });

  it("does not look ahead: other bars in the future change no past trade", async () => {
    const cut = 2500;
    const other = walk(days3.timestamp.length, { seed: 99 });
    const scale = (days3.close[cut - 1] as number) / (other.close[cut - 1] as number);
    const join = (a: readonly number[], b: readonly number[], factor: number): number[] =>
      a.map((value, i) => (i < cut ? value : (b[i] as number) * factor));
    const changed: Bars = {
      timestamp: days3.timestamp,
      open: join(days3.open, other.open, scale),
      high: join(days3.high, other.high, scale),
      low: join(days3.low, other.low, scale),
      close: join(days3.close, other.close, scale),
      volume: days3.volume,
    };
    const until = days3.timestamp[cut] as number;
    const past = (all: readonly FakeTrade[]): unknown[] =>
      plain(all.filter(({ closeTime }) => (closeTime as number) < until));
    const before = await runOver(days3);
    const after = await runOver(changed);
    expect(past(after)).toEqual(past(before));
    expect(past(before).length).toBeGreaterThan(5);
    expect(plain(after)).not.toEqual(plain(before));
  });

  it("acts only on the last closed bar", () => {
    const { host } = createFakeHost();
    const known = createAtcPlugin(host, { dataset: datasetOf({ BTC: days3 }) }).strategy({
      strategyName: "atc",
      interval: "1h",
    });
    for (let hour = 1; hour < 60; hour++) {
      const end = start + hour * 60 * minuteMs;
      const until = pick(days3, (i) => i < hour * 60);
      const cut = createAtcPlugin(createFakeHost().host, { dataset: datasetOf({ BTC: until }) }).strategy({
        strategyName: "atc",
        interval: "1h",
      });
      expect(known.directionAt("BTC", end)).toBe(cut.directionAt("BTC", end));
      expect(known.directionAt("BTC", end - 1)).toBe(cut.directionAt("BTC", end - 1));
    }
  });

  it("runs over each run of bars without a gap with the policy skip", async () => {
    const fake = createFakeHost();
    const plugin = createAtcPlugin(fake.host, { dataset: datasetOf({ BTC: sessions }), gaps: "skip" });
    const frames = plugin.addFrames({ frameName: "day", minimumMinutes: 100 });
    plugin.strategy({ strategyName: "atc", interval: "5m" });
    expect(frames.length).toBeGreaterThan(6);
    let count = 0;
    for (const { frameName, from, to } of frames) {
      expect(to - from).toBeGreaterThanOrEqual(100 * minuteMs);
      for (const trade of await trades(fake, "BTC", frameName)) {
        count++;
        expect(trade.openTime).toBeGreaterThanOrEqual(from);
        expect(trade.closeTime).toBeLessThanOrEqual(to + minuteMs);
      }
    }
    expect(count).toBeGreaterThan(6);
    expect(fake.errors).toEqual([]);
  });

  it("dies with the plugin's message if a frame leaves the bars", async () => {
    const fake = createFakeHost();
    const plugin = createAtcPlugin(fake.host, { dataset: datasetOf({ BTC: walk(300) }) });
    plugin.strategy({ strategyName: "atc", interval: "5m" });
    fake.host.addFrameSchema({
      frameName: "wide",
      interval: "1m",
      startDate: new Date(start - 60 * minuteMs),
      endDate: new Date(start + 100 * minuteMs),
    });
    await expect(trades(fake, "BTC", "wide")).rejects.toThrow(/addFrames/);
    expect(fake.counts.fetches).toBe(3);
  });
});
