import { isAtcError } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { type AtcPluginOptions, type Candle, type CandleInterval, createAtcPlugin } from "../src/index.ts";
import { type Bars, datasetOf, minuteMs, pick, start, walk } from "./bars.ts";
import { directTrades } from "./direct-loop.ts";
import { createFakeHost, type FakeTrade, FatalExit } from "./fake-host.ts";

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return isAtcError(error) ? error.code : String(error);
  }
  return "none";
};

async function trades(
  fake: ReturnType<typeof createFakeHost>,
  symbol: string,
  frameName = "all",
): Promise<FakeTrade[]> {
  const all: FakeTrade[] = [];
  const context = { strategyName: "atc", exchangeName: "atc", frameName };
  for await (const event of fake.Backtest.run(symbol, context)) if (event.action === "closed") all.push(event);
  return all;
}

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

  it("gives the trades of a plain loop over bars without a gap", async () => {
    const all = await runOver(days3);
    expect(all.length).toBeGreaterThan(20);
    expect(plain(all)).toEqual(plain(directTrades(days3, 5 * minuteMs)));
  });

  it("gives the trades of a plain loop over bars filled forward", async () => {
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

  it("does not look ahead: other bars in the future change no trade of the past", async () => {
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

  it("acts on the last closed bar alone", () => {
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

  it("goes on over stretches without a gap with the policy skip", async () => {
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

  it("dies with our message where a frame leaves the bars", async () => {
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

describe("brackets", () => {
  const fallAndRise: Bars = (() => {
    const bars = walk(1440);
    const shape = (i: number): number => (i < 700 ? 1 + i / 700 : Math.max(1.4, 2 - (i - 700) / 20));
    const price = (i: number): number => 100 * shape(i) * (1 + 1e-4 * Math.sin(i));
    return {
      timestamp: bars.timestamp,
      open: bars.open.map((_, i) => price(i)),
      high: bars.open.map((_, i) => price(i) * 1.0001),
      low: bars.open.map((_, i) => price(i) * 0.9999),
      close: bars.open.map((_, i) => price(i)),
      volume: bars.volume,
    };
  })();

  async function reasons(options: Parameters<ReturnType<typeof createAtcPlugin>["strategy"]>[0]): Promise<unknown[]> {
    const fake = createFakeHost();
    const plugin = createAtcPlugin(fake.host, { dataset: datasetOf({ BTC: fallAndRise }) });
    plugin.addFrames({ frameName: "all" });
    plugin.strategy(options);
    const all = await trades(fake, "BTC");
    expect(fake.errors).toEqual([]);
    return all.map(({ position, closeReason }) => `${position} ${closeReason}`);
  }

  it("takes profits and opens again at the next bar", async () => {
    const all = await reasons({ strategyName: "atc", interval: "5m", takeProfitPercent: 10, positions: "long" });
    expect(all.filter((reason) => reason === "long take_profit").length).toBeGreaterThan(3);
  });

  it("waits for the next flip after a profit where told so", async () => {
    const all = await reasons({
      strategyName: "atc",
      interval: "5m",
      takeProfitPercent: 10,
      positions: "long",
      reentry: "next-flip",
    });
    expect(all.filter((reason) => reason === "long take_profit").length).toBe(1);
  });

  it("stops a loss before the direction flips", async () => {
    const all = await reasons({ strategyName: "atc", interval: "1h", stopLossPercent: 5, positions: "long" });
    expect(all).toContain("long stop_loss");
  });

  it("opens nothing in a direction that is not traded", async () => {
    const all = await reasons({ strategyName: "atc", interval: "5m", positions: "short" });
    expect(all.every((reason) => String(reason).startsWith("short"))).toBe(true);
    expect(all.length).toBeGreaterThan(0);
  });

  it("refuses what the host would refuse", () => {
    const plugin = createAtcPlugin(createFakeHost().host, { dataset: datasetOf({ BTC: walk(600) }) });
    const refused = [
      { stopLossPercent: 20 },
      { stopLossPercent: 0.5 },
      { takeProfitPercent: 0.2 },
      { takeProfitPercent: 100 },
      { takeProfitPercent: Number.NaN },
      { cost: 0 },
      { strategyName: "" },
    ];
    for (const options of refused)
      expect(code(() => plugin.strategy({ strategyName: "atc", ...options }))).toBe("ATC_INVALID_ARGUMENT");
    expect(code(() => plugin.strategy({ strategyName: "atc", interval: "7m" as CandleInterval }))).toBe(
      "ATC_UNSUPPORTED",
    );
    expect(code(() => plugin.strategy({ strategyName: "atc", signals: { emaLength: -1 } }))).toBe("ATC_INVALID_CONFIG");
    expect(code(() => plugin.strategy({ strategyName: "atc", signals: { cutout: 10 } }))).toBe("ATC_INVALID_CONFIG");
  });
});

describe("installing", () => {
  const dataset = datasetOf({ BTC: walk(600), ETH: walk(600, { seed: 3 }) });

  it("sets what the host needs and registers the exchange", () => {
    const fake = createFakeHost();
    const plugin = createAtcPlugin(fake.host, { dataset });
    expect(fake.config.CC_MAX_SIGNAL_LIFETIME_MINUTES).toBe(Number.POSITIVE_INFINITY);
    expect(fake.state.markdown).toBe(true);
    expect(plugin.symbols).toEqual(["BTC", "ETH"]);
    expect(plugin.reports.get("ETH")?.missingBars).toBe(0);
  });

  it.each([
    "PersistCandleAdapter",
    "Position",
    "Markdown",
    "addExchangeSchema",
    "addStrategySchema",
    "addFrameSchema",
    "commitClosePending",
    "setConfig",
  ])("names %s where the host lacks it", (member) => {
    const { host } = createFakeHost();
    const { [member as keyof typeof host]: _, ...lacking } = host;
    expect(code(() => createAtcPlugin(lacking as typeof host, { dataset }))).toBe("ATC_UNSUPPORTED");
    expect(() => createAtcPlugin(lacking as typeof host, { dataset })).toThrow(`"${member}`);
  });

  it("leaves the host alone where the bars do not hold", () => {
    const fake = createFakeHost();
    const gappy = datasetOf({ BTC: pick(walk(600), (i) => i !== 50) });
    expect(code(() => createAtcPlugin(fake.host, { dataset: gappy }))).toBe("ATC_INVALID_DATA");
    expect(fake.state.markdown).toBe(false);
    expect(code(() => createAtcPlugin(fake.host, { dataset }))).toBe("none");
  });

  it("lists the first gaps with their times", () => {
    const gappy = datasetOf({ BTC: pick(walk(600), (i) => i !== 50 && (i < 70 || i > 72)) });
    expect(() => createAtcPlugin(createFakeHost().host, { dataset: gappy })).toThrow(
      /4 of 600 bars in 2 gaps: 2024-01-01T00:50:00.000Z \(1\), 2024-01-01T01:10:00.000Z \(3\)/,
    );
  });

  it("refuses faulty bars under every policy", () => {
    const bars = walk(600);
    bars.low[77] = -1;
    for (const gaps of ["error", "forward-fill", "skip"] as const)
      expect(code(() => createAtcPlugin(createFakeHost().host, { dataset: datasetOf({ BTC: bars }), gaps }))).toBe(
        "ATC_INVALID_DATA",
      );
  });

  it("refuses options that do not hold", () => {
    const { host } = createFakeHost();
    expect(code(() => createAtcPlugin(host, { dataset, symbols: [] }))).toBe("ATC_INVALID_ARGUMENT");
    expect(code(() => createAtcPlugin(host, { dataset, exchangeName: "" }))).toBe("ATC_INVALID_ARGUMENT");
    expect(code(() => createAtcPlugin(host, { dataset, gaps: "fill" as "error" }))).toBe("ATC_INVALID_ARGUMENT");
    expect(code(() => createAtcPlugin(host, { dataset, signals: { lambda: -1 } }))).toBe("ATC_INVALID_CONFIG");
    const hours = datasetOf({ BTC: walk(50, { stepMs: 60 * minuteMs }) });
    expect(code(() => createAtcPlugin(host, { dataset: hours }))).toBe("ATC_INVALID_DATA");
  });

  it("serves two datasets in one host and leaves other exchanges to the fallback", async () => {
    const fake = createFakeHost();
    const reads: string[] = [];
    class Foreign {
      readonly #symbol: string;
      constructor(symbol: string) {
        this.#symbol = symbol;
      }
      async waitForInit(): Promise<void> {}
      async readCandlesData(): Promise<null> {
        reads.push(this.#symbol);
        return null;
      }
      async writeCandlesData(): Promise<void> {}
    }
    const other = datasetOf({ SOL: walk(600, { seed: 5 }) });
    const first = createAtcPlugin(fake.host, { dataset });
    expect(code(() => createAtcPlugin(fake.host, { dataset: other }))).toBe("ATC_INVALID_ARGUMENT");
    const second = createAtcPlugin(fake.host, { dataset: other, exchangeName: "atc2", fallbackAdapter: Foreign });
    second.addFrames({ frameName: "all" });
    first.strategy({ strategyName: "atc", interval: "5m" });
    second.strategy({ strategyName: "atc2", interval: "5m" });
    expect((await trades(fake, "BTC")).length).toBeGreaterThan(0);
    const context = { strategyName: "atc2", exchangeName: "atc2", frameName: "all" };
    expect((await fake.Backtest.run("SOL", context).next()).value?.action).toBe("opened");
    expect(fake.counts.misses).toBe(0);
    expect(fake.errors).toEqual([]);
    fake.host.addExchangeSchema({ exchangeName: "foreign", getCandles: async () => [] });
    const foreign = fake.Backtest.run("XRP", { strategyName: "atc", exchangeName: "foreign", frameName: "all" });
    await expect(foreign.next()).rejects.toThrow(FatalExit);
    expect(reads).toEqual(["XRP"]);
  });
});
