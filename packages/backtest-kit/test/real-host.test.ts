import { describe, expect, it } from "vitest";
import { type BacktestKitHost, createAtcPlugin } from "../src/index.ts";
import { datasetOf, pick, walk } from "./bars.ts";
import { createFakeHost, type FakeContext, type FakeTrade } from "./fake-host.ts";

/** The part of the real host's events that is compared. */
interface HostEvent {
  readonly action: string;
  readonly signal: { readonly position: string; readonly pendingAt: number; readonly priceOpen: number };
  readonly closeTimestamp: number;
  readonly currentPrice: number;
  readonly closeReason: string;
  readonly pnl: { readonly pnlPercentage: number };
}

interface RealHost extends BacktestKitHost {
  readonly Backtest: { run(symbol: string, context: FakeContext): AsyncIterable<HostEvent> };
}

/** The real host, if it is installed or BACKTEST_KIT has the path of its module. */
async function findHost(): Promise<RealHost | undefined> {
  const name: string = process.env["BACKTEST_KIT"] ?? "backtest-kit";
  return (await import(name).catch(() => undefined)) as RealHost | undefined;
}

const real = await findHost();
const needs = real === undefined ? " (needs backtest-kit)" : "";
const sessions = pick(walk(3 * 1440), (i) => i % 1440 < 900 && i % 211 !== 5);
const strategies = [
  { strategyName: "atc-real-flip", interval: "5m" },
  { strategyName: "atc-real-bracket", interval: "15m", takeProfitPercent: 1, stopLossPercent: 1 },
  {
    strategyName: "atc-real-next-flip",
    interval: "15m",
    takeProfitPercent: 1,
    stopLossPercent: 1,
    reentry: "next-flip",
  },
] as const;

const rounded = (values: readonly (string | number | undefined)[]): unknown[] =>
  values.map((value) => (typeof value === "number" && !Number.isInteger(value) ? value.toPrecision(10) : value));

describe("the real host", () => {
  it.skipIf(real === undefined)(`makes the same trades as the fake one${needs}`, async () => {
    const host = real as RealHost;
    const fake = createFakeHost();
    const options = { dataset: datasetOf({ BTC: sessions }), gaps: "forward-fill", exchangeName: "atc-real" } as const;
    const frameName = "atc-real-frame";
    const [here, there] = [createAtcPlugin(fake.host, options), createAtcPlugin(host, options)];
    for (const plugin of [here, there]) plugin.addFrames({ frameName });
    for (const strategy of strategies) {
      for (const plugin of [here, there]) plugin.strategy(strategy);
      const context = { strategyName: strategy.strategyName, exchangeName: "atc-real", frameName };
      const wanted: FakeTrade[] = [];
      for await (const trade of fake.Backtest.run("BTC", context)) if (trade.action === "closed") wanted.push(trade);
      const found: unknown[] = [];
      for await (const { action, signal, closeTimestamp, currentPrice, closeReason, pnl } of host.Backtest.run(
        "BTC",
        context,
      ))
        if (action === "closed")
          found.push(
            rounded([
              signal.position,
              signal.pendingAt,
              signal.priceOpen,
              closeTimestamp,
              currentPrice,
              closeReason,
              pnl.pnlPercentage,
            ]),
          );
      expect(found).toEqual(
        wanted.map((trade) =>
          rounded([
            trade.position,
            trade.openTime,
            trade.priceOpen,
            trade.closeTime,
            trade.priceClose,
            trade.closeReason,
            trade.pnlPercentage,
          ]),
        ),
      );
      expect(found.length).toBeGreaterThan(5);
    }
    expect(fake.errors).toEqual([]);
  });
});
