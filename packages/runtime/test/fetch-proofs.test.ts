import { writeFile } from "node:fs/promises";
import { type ExchangeServer, exchangeServer, mixedFaults } from "@atc/testing";
import { describe, expect, it } from "vitest";
import { type BacktestReport, ingestFile, openBacktest, type Runtime } from "../src/index.ts";
import { updateDataset } from "../src/market.ts";
import { access, hour, project, start, storedRows, truthOf } from "./fetched-data.ts";

/** Symbols, each with a week in which nothing traded. */
const symbols = ["AAQ/USDT", "BAQ/USDT"].map((symbol, i) => ({
  symbol,
  quiet: [[start + (500 + 700 * i) * hour, start + (700 + 700 * i) * hour]] as const,
}));
const names = symbols.map(({ symbol }) => symbol);

describe("a fetch from an exchange that fails in every way", () => {
  it("gives what the exchange has, in hardly more pages than it takes, and never more often than allowed", async () => {
    await using server = await exchangeServer("binance", symbols, start + 9000.5 * hour);
    server.fault = mixedFaults({ share: 0.6, slow: 5 });
    await using folder = await project();
    const rateLimit = 50;
    await folder.fetch(server, names, { settings: { ...server.settings, rateLimit }, firstWait: 5 });
    const least = names.reduce((sum, symbol) => sum + Math.ceil(truthOf(server, symbol).length / 1000), 0);
    for (const symbol of names) expect(await storedRows(folder.runtime, symbol)).toEqual(truthOf(server, symbol));
    expect(server.refused).toBeGreaterThan(3);
    // Each empty week is asked for again, which costs a part of a page.
    expect(server.requests.length - server.refused).toBeLessThanOrEqual(least + names.length);
    // Binance counts 0.4 of its unit for candles.
    expect(server.mostPerSecond()).toBeLessThanOrEqual(1000 / (rateLimit * 0.4));
  });
});

describe("a fetch from an exchange whose pages are spans of time", () => {
  it("gives what the exchange has, with an empty week and a symbol that was listed late", async () => {
    const listed = start + 1500 * hour;
    const served = [...symbols, { symbol: "NEW/USDT", listed }];
    await using server = await exchangeServer("coinbaseexchange", served, start + 2000.5 * hour);
    server.fault = mixedFaults({ share: 0.3, slow: 1 });
    await using folder = await project();
    const all = served.map(({ symbol }) => symbol);
    const { until } = await folder.fetch(server, all, { exchange: "coinbaseexchange" });
    expect(until).toBe(server.now);
    for (const symbol of all) expect(await storedRows(folder.runtime, symbol)).toEqual(truthOf(server, symbol));
    server.now += 24 * hour;
    await updateDataset(folder.runtime, "coins", { firstWait: 1 });
    for (const symbol of all) expect(await storedRows(folder.runtime, symbol)).toEqual(truthOf(server, symbol));
  });
});

/** A CSV file of all closed candles of a server. */
function csvOf(server: ExchangeServer): string {
  const lines = names.flatMap((symbol) =>
    truthOf(server, symbol).map(([time, ...values]) => [symbol, new Date(time).toISOString(), ...values].join(",")),
  );
  return `symbol,timestamp,open,high,low,close,volume\n${lines.join("\n")}\n`;
}

/** The figures and the trades of a backtest, without the name of its data. */
async function resultOf(
  runtime: Runtime,
  data: string,
): Promise<Pick<BacktestReport, "symbols" | "portfolio"> & { readonly equity: Float64Array }> {
  using run = await openBacktest(runtime, data, { curves: true, metrics: "all" });
  const { portfolio } = run.curves;
  const equity = new Float64Array(portfolio?.length ?? 0);
  portfolio?.read(0, new BigInt64Array(equity.length), equity);
  return { symbols: run.report.symbols, portfolio: run.report.portfolio, equity };
}

describe("a fetch and 30 updates", () => {
  it("backtest as one file with everything does, to the last bit", async () => {
    await using server = await exchangeServer("binance", symbols, start + 800.25 * hour);
    server.fault = mixedFaults({ share: 0.3, slow: 1 });
    await using folder = await project();
    await folder.fetch(server, names);
    for (let day = 0; day < 30; day++) {
      server.now += 24 * hour;
      const { symbols: updated } = await updateDataset(folder.runtime, "coins", access(server));
      expect(updated.map(({ error }) => error)).toEqual(names.map(() => undefined));
    }
    await writeFile(`${folder.cwd}/all.csv`, csvOf(server));
    await ingestFile(folder.runtime, "all.csv", { name: "all" });
    const configs = [
      {},
      { sizing: "fixedFraction", size: 0.5, account: "shared" },
      { strategy: "momentum", parameters: { bars: 20, hold: 1 } },
    ] as const;
    for (const config of configs) {
      const runtime = { ...folder.runtime, usesCache: false, config: { ...folder.runtime.config, ...config } };
      const fetched = await resultOf(runtime, "coins");
      expect(fetched.equity.length).toBeGreaterThan(800);
      expect(fetched.portfolio?.trades).toBeGreaterThan(3);
      expect(fetched).toEqual(await resultOf(runtime, "all"));
    }
  });
});
