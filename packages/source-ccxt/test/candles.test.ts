import { getEventListeners } from "node:events";
import { exchangeServer, type ServedExchange } from "@atc/testing";
import { describe, expect, it, vi } from "vitest";
import { fetchCandles } from "../src/index.ts";
import { hour, marketOf, pagesOf, rowsOf, start, truthOf } from "./collected.ts";

const exchanges: readonly (readonly [ServedExchange, number])[] = [
  ["binance", 1000],
  ["coinbaseexchange", 300],
];

describe.each(exchanges)("candles of %s", (exchange, pageRows) => {
  it("are all closed ones from the start on, in the fewest pages", async () => {
    await using server = await exchangeServer(exchange, [{ symbol: "BTC/USDT" }], start + 2500.5 * hour);
    await using market = await marketOf(server, exchange);
    const pages = await pagesOf(market);
    expect(rowsOf(pages)).toEqual(truthOf(server));
    expect(rowsOf(pages)).toHaveLength(2500);
    expect(server.requests).toHaveLength(Math.ceil(2500 / pageRows));
    expect(pages.at(-1)?.next).toBe(start + 2500 * hour);
    expect(market.pageRows("BTC/USDT")).toBe(pageRows);
  });

  it("are asked for again once if some are missing, and are found if the answer lost them", async () => {
    const quiet = [[start + 400 * hour, start + 450 * hour]] as const;
    await using server = await exchangeServer(exchange, [{ symbol: "BTC/USDT", quiet }], start + 2000 * hour);
    server.fault = ({ since = 0 }) => {
      const isFirst = server.requests.filter((one) => one.since === since).length === 1;
      if (!isFirst) return undefined;
      if (since === start) return { rows: (rows) => rows.filter((_, i) => i < 50 || i > 90) };
      return since > start + 1000 * hour ? { rows: () => [] } : undefined;
    };
    await using market = await marketOf(server, exchange);
    expect(rowsOf(await pagesOf(market))).toEqual(truthOf(server));
  });

  it("begin when the symbol is listed, without a request for each empty page before", async () => {
    const listed = start + 9000 * hour;
    await using server = await exchangeServer(exchange, [{ symbol: "BTC/USDT", listed }], listed + 250.5 * hour);
    await using market = await marketOf(server, exchange);
    expect(rowsOf(await pagesOf(market))).toEqual(truthOf(server));
    expect(server.requests.length).toBeLessThan(9);
  });

  it("end when the symbol is delisted", async () => {
    const delisted = start + 1500 * hour;
    await using server = await exchangeServer(exchange, [{ symbol: "BTC/USDT", delisted }], start + 12_000 * hour);
    await using market = await marketOf(server, exchange);
    const pages = await pagesOf(market);
    expect(rowsOf(pages)).toHaveLength(1500);
    expect(rowsOf(pages)).toEqual(truthOf(server));
    expect(await market.symbols()).toEqual([{ symbol: "BTC/USDT", isActive: false }]);
    expect(server.requests.length).toBeLessThan(14);
  });

  it.each([
    ["its path for the time", {}],
    ["the dates of its answers", { has: { fetchTime: false } }],
  ])("are closed by the clock of the exchange, not by ours that is an hour off: by %s", async (_, settings) => {
    await using server = await exchangeServer(exchange, [{ symbol: "BTC/USDT" }], start + 10.75 * hour);
    for (const off of [-hour, hour]) {
      const clock = vi.spyOn(Date, "now").mockImplementation(() => server.now + off);
      try {
        await using market = await marketOf(server, exchange, {
          settings: { ...server.settings, rateLimit: 1, ...settings },
        });
        expect(rowsOf(await pagesOf(market))).toEqual(truthOf(server));
        expect(rowsOf(await pagesOf(market))).toHaveLength(10);
      } finally {
        clock.mockRestore();
      }
    }
  });

  it("are never one that still forms, whatever the clock of this machine says", async () => {
    await using server = await exchangeServer(exchange, [{ symbol: "BTC/USDT" }], start + 10 * hour);
    await using market = await marketOf(server, exchange);
    expect(await market.time()).toBe(start + 10 * hour);
    expect(rowsOf(await pagesOf(market))).toHaveLength(10);
    server.now += hour - 1;
    expect(rowsOf(await pagesOf(market))).toHaveLength(10);
    server.now += 1;
    expect(rowsOf(await pagesOf(market))).toHaveLength(11);
    expect(rowsOf(await pagesOf(market))).toEqual(truthOf(server));
  });

  it("may come twice and in any order", async () => {
    await using server = await exchangeServer(exchange, [{ symbol: "BTC/USDT" }], start + 1500 * hour);
    server.fault = () => ({ rows: (rows) => [...rows.slice(20), ...rows.slice(0, 40).reverse(), ...rows.slice(5, 9)] });
    await using market = await marketOf(server, exchange);
    expect(rowsOf(await pagesOf(market))).toEqual(truthOf(server));
    expect(server.requests).toHaveLength(Math.ceil(1500 / pageRows));
  });
});

describe("an exchange", () => {
  it("asks for short holes only until one of their length was confirmed", async () => {
    const quiet = Array.from({ length: 60 }, (_, i) => [start + 30 * i * hour, start + (30 * i + 2) * hour] as const);
    await using server = await exchangeServer("binance", [{ symbol: "BTC/USDT", quiet }], start + 5000 * hour);
    await using market = await marketOf(server);
    expect(rowsOf(await pagesOf(market))).toEqual(truthOf(server));
    expect(server.requests.length).toBeLessThanOrEqual(6);
  });

  it("names itself, gives volumes, and has timeframes of fixed length, the shortest first", async () => {
    const symbols = [{ symbol: "BTC/USDT", dayVolume: 5 }, { symbol: "ETH/USDT" }];
    await using server = await exchangeServer("binance", symbols, start);
    await using market = await marketOf(server);
    expect([...(await market.volumes())]).toEqual([
      ["BTC/USDT", 5],
      ["ETH/USDT", 1_000_000],
    ]);
    expect([...market.timeframes].slice(0, 3)).toEqual([
      ["1s", 1000],
      ["1m", 60_000],
      ["3m", 180_000],
    ]);
    expect(market.timeframes.has("1M")).toBe(false);
    expect(new Set(server.paths.map(({ userAgent }) => userAgent))).toEqual(
      new Set(["atc (+https://example.invalid/atc)"]),
    );
  });

  it("gets no more requests per second than it allows, from several symbols at once", async () => {
    const symbols = ["A", "B", "C", "D"].map((name) => ({ symbol: `${name}/USDT` }));
    await using server = await exchangeServer("binance", symbols, start + 6000 * hour);
    await using market = await marketOf(server, "binance", { settings: { ...server.settings, rateLimit: 125 } });
    await Promise.all(symbols.map(({ symbol }) => pagesOf(market, { symbol })));
    expect(server.requests).toHaveLength(24);
    // Binance counts 0.4 of its unit for candles.
    expect(server.mostPerSecond()).toBeLessThanOrEqual(1000 / (125 * 0.4));
  });

  it("leaves nothing with the caller's signal, which may live for months", async () => {
    await using server = await exchangeServer("binance", [{ symbol: "BTC/USDT" }], start + 3000 * hour);
    await using market = await marketOf(server);
    const { signal } = new AbortController();
    await pagesOf(market, { signal });
    expect(server.requests).toHaveLength(3);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    // What Node keeps for `AbortSignal.any` is not among the listeners.
    const followers = Object.getOwnPropertySymbols(signal).filter(({ description }) =>
      /depend[ae]nt/i.test(description ?? ""),
    );
    expect(followers).toEqual([]);
  });

  it("is asked by one call, which ends its requests if the caller stops early", async () => {
    await using server = await exchangeServer("binance", [{ symbol: "BTC/USDT" }], start + 5000 * hour);
    const pages = fetchCandles({
      exchange: "binance",
      settings: server.settings,
      symbol: "BTC/USDT",
      timeframe: "1h",
      since: start,
    });
    for await (const { columns } of pages) {
      expect(columns.close).toHaveLength(1000);
      break;
    }
    expect(server.requests).toHaveLength(1);
  });
});
