import { isAtcError } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { type CandleInterval, createAtcPlugin } from "../src/index.ts";
import { type Bars, datasetOf, minuteMs, pick, walk } from "./bars.ts";
import { trades } from "./closed-trades.ts";
import { createFakeHost, FatalExit } from "./fake-host.ts";

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return isAtcError(error) ? error.code : String(error);
  }
  return "none";
};

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

  it("waits for the next flip after a profit if configured", async () => {
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

  it("rejects options that the host would reject", () => {
    const plugin = createAtcPlugin(createFakeHost().host, { dataset: datasetOf({ BTC: walk(600) }) });
    const invalid = [
      { stopLossPercent: 20 },
      { stopLossPercent: 0.5 },
      { takeProfitPercent: 0.2 },
      { takeProfitPercent: 100 },
      { takeProfitPercent: Number.NaN },
      { cost: 0 },
      { strategyName: "" },
    ];
    for (const options of invalid)
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

  it("changes the host's settings and registers the exchange", () => {
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
  ])("names %s if the host lacks it", (member) => {
    const { host } = createFakeHost();
    const { [member as keyof typeof host]: _, ...lacking } = host;
    expect(code(() => createAtcPlugin(lacking as typeof host, { dataset }))).toBe("ATC_UNSUPPORTED");
    expect(() => createAtcPlugin(lacking as typeof host, { dataset })).toThrow(`"${member}`);
  });

  it("does not touch the host if the bars are invalid", () => {
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

  it("rejects faulty bars with every policy", () => {
    const bars = walk(600);
    bars.low[77] = -1;
    for (const gaps of ["error", "forward-fill", "skip"] as const)
      expect(code(() => createAtcPlugin(createFakeHost().host, { dataset: datasetOf({ BTC: bars }), gaps }))).toBe(
        "ATC_INVALID_DATA",
      );
  });

  it("rejects invalid options", () => {
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
