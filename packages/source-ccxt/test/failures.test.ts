import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type ExchangeFault, exchangeServer } from "@atc/testing";
import { describe, expect, it } from "vitest";
import { ccxtMarket } from "../src/index.ts";
import { hour, marketOf, pagesOf, rowsOf, start, truthOf } from "./collected.ts";

const passing: readonly (readonly [string, ExchangeFault])[] = [
  ["429 with a wait", { status: 429, retryAfter: "0.05" }],
  ["429 without one", { status: 429 }],
  ["418 with a date", { status: 418, retryAfter: new Date(0).toUTCString() }],
  ["500", { status: 500 }],
  ["503 with a wait", { status: 503, retryAfter: "0" }],
  ["a connection that ends early", { cut: true }],
  ["HTML", { text: "<html><body>under maintenance</body></html>" }],
  ["JSON that is cut", { text: '[[1609459200000,"1.0","2.0"' }],
  ["nothing at all", { text: "" }],
];

describe("a request that fails in passing", () => {
  it.each(passing)("is repeated after %s", async (_, fault) => {
    await using server = await exchangeServer("binance", [{ symbol: "BTC/USDT" }], start + 1500 * hour);
    server.fault = ({ number }) => (number === 2 || number === 3 ? fault : undefined);
    await using market = await marketOf(server);
    expect(rowsOf(await pagesOf(market))).toEqual(truthOf(server));
    expect(server.requests.map(({ since }) => since)).toEqual([
      start,
      ...Array.from({ length: 3 }, () => start + 1000 * hour),
    ]);
    expect(server.refused).toBe(2);
  });

  it("says how long it waits, and why", async () => {
    await using server = await exchangeServer("binance", [{ symbol: "BTC/USDT" }], start + 10 * hour);
    const faults: readonly ExchangeFault[] = [{ status: 503, retryAfter: "0.02" }, { text: "<html>" }, { cut: true }];
    server.fault = ({ number }) => faults[number - 1];
    await using market = await marketOf(server);
    const notes = new Set<unknown>();
    expect(rowsOf(await pagesOf(market, { onProgress: ({ note }) => notes.add(note) }))).toEqual(truthOf(server));
    expect([...notes]).toEqual([
      "waits 1 s after HTTP 503",
      "waits 1 s after an answer that is not JSON",
      "waits 1 s after no answer",
    ]);
  });

  it("holds the requests of all symbols if the exchange demands a wait", async () => {
    const symbols = ["A", "B", "C"].map((name) => ({ symbol: `${name}/USDT` }));
    await using server = await exchangeServer("binance", symbols, start + 3000 * hour);
    let refusedAt = Number.NaN;
    const after: number[] = [];
    server.fault = ({ number }) => {
      if (number > 4) after.push(performance.now() - refusedAt);
      if (number !== 1) return undefined;
      refusedAt = performance.now();
      return { status: 429, retryAfter: "0.4" };
    };
    await using market = await marketOf(server);
    await Promise.all(symbols.map(({ symbol }) => pagesOf(market, { symbol })));
    // Those that were under way arrive; no other comes before the wait is over.
    expect(Math.min(...after)).toBeGreaterThanOrEqual(390);
  });

  it("ends with what the exchange said after several attempts", async () => {
    await using server = await exchangeServer("binance", [{ symbol: "BTC/USDT" }], start + 10 * hour);
    server.fault = () => ({ status: 503 });
    await using market = await marketOf(server, "binance", { attempts: 4 });
    await expect(pagesOf(market)).rejects.toMatchObject({
      code: "ATC_NETWORK",
      message: expect.stringMatching(/binance did not give candles of "BTC\/USDT": .*503.*4 attempts.*resumes/),
      details: { exchange: "binance", status: 503 },
    });
    expect(server.requests).toHaveLength(4);
  });

  it.each([
    ["HTML", "<html>\n<body>under maintenance</body></html>", 'begins with "<html> <body>under maintenance'],
    ["JSON that is cut", '[[1609459200000,"1.0","2.0"', 'begins with "[[1609459200000'],
  ])("ends with the beginning of an answer that stays %s", async (_, text, message) => {
    await using server = await exchangeServer("binance", [{ symbol: "BTC/USDT" }], start + 10 * hour);
    server.fault = () => ({ text });
    await using market = await marketOf(server, "binance", { attempts: 2 });
    await expect(pagesOf(market)).rejects.toMatchObject({
      code: "ATC_NETWORK",
      message: expect.stringContaining(message),
    });
    expect(server.requests).toHaveLength(2);
  });

  it("ends at once if the exchange demands a longer wait than allowed, or refuses this address", async () => {
    await using server = await exchangeServer("binance", [{ symbol: "BTC/USDT" }], start + 10 * hour);
    await using market = await marketOf(server);
    server.fault = () => ({ status: 418, retryAfter: "86400" });
    await expect(pagesOf(market)).rejects.toMatchObject({
      code: "ATC_NETWORK",
      message: expect.stringContaining("a wait of 86400 s"),
    });
    server.fault = () => ({ status: 451 });
    await expect(pagesOf(market)).rejects.toMatchObject({ code: "ATC_NETWORK", details: { status: 451 } });
    expect(server.requests).toHaveLength(2);
  });

  it.each([418, 503])("counts the wait until the date that %i demands by the clock of the exchange", async (status) => {
    // This exchange is in 2021, as if the clock of this machine were years ahead.
    await using server = await exchangeServer("binance", [{ symbol: "BTC/USDT" }], start + 10 * hour);
    await using market = await marketOf(server);
    const retryAfter = new Date(server.now + 1500 * 1000).toUTCString();
    server.fault = () => ({ status, retryAfter });
    await expect(pagesOf(market)).rejects.toMatchObject({
      code: "ATC_NETWORK",
      message: expect.stringContaining("a wait of 1500 s"),
    });
    expect(server.requests).toHaveLength(1);
  });

  it("ends with ATC_ABORTED if the caller aborts it in a wait", async () => {
    await using server = await exchangeServer("binance", [{ symbol: "BTC/USDT" }], start + 10 * hour);
    const controller = new AbortController();
    server.fault = () => {
      setTimeout(() => controller.abort(), 20);
      return { status: 429, retryAfter: "60" };
    };
    await using market = await marketOf(server);
    await expect(pagesOf(market, { signal: controller.signal })).rejects.toMatchObject({ code: "ATC_ABORTED" });
  });
});

describe("an exchange that cannot be reached", () => {
  const unreachable = async (url: string): Promise<unknown> => {
    const apis = ["public", "fapiPublic", "dapiPublic"].map((api) => [api, url]);
    const settings = { urls: { api: Object.fromEntries(apis) as Record<string, string> } };
    await using market = await ccxtMarket({ exchange: "binance", settings, firstWait: 1, env: {} });
    return await market.symbols();
  };

  it("is an error with a code if there is no server, no address, or no TLS", async () => {
    const failed = { code: "ATC_NETWORK", details: { exchange: "binance" } };
    await expect(unreachable("http://127.0.0.1:9")).rejects.toMatchObject(failed);
    await expect(unreachable("http://nowhere.invalid")).rejects.toMatchObject(failed);
    const plain = createServer((_, response) => response.end("[]")).listen(0, "127.0.0.1");
    await new Promise((resolve) => plain.once("listening", resolve));
    await expect(unreachable(`https://127.0.0.1:${(plain.address() as AddressInfo).port}`)).rejects.toMatchObject(
      failed,
    );
    plain.close();
  });

  it("is an error at once if its certificate is not to be trusted", async () => {
    // A key and a certificate for "exchange.invalid" that nobody but itself has signed.
    const pem = readFileSync(new URL("fixtures/self-signed.pem", import.meta.url));
    let connections = 0;
    const secure = createSecureServer({ key: pem, cert: pem }, (_, response) => response.end("[]"));
    secure.on("connection", () => connections++);
    secure.listen(0, "127.0.0.1");
    await new Promise((resolve) => secure.once("listening", resolve));
    await expect(unreachable(`https://127.0.0.1:${(secure.address() as AddressInfo).port}`)).rejects.toMatchObject({
      code: "ATC_NETWORK",
      message: expect.stringMatching(/certificate/),
      details: { exchange: "binance" },
    });
    expect(connections).toBeLessThanOrEqual(1);
    secure.closeAllConnections();
    secure.close();
  });

  it("is not asked at all if requests are refused", async () => {
    await expect(ccxtMarket({ exchange: "binance", offline: true })).rejects.toMatchObject({ code: "ATC_NETWORK" });
  });

  it("is asked through the proxy of the environment", async () => {
    await using server = await exchangeServer("binance", [{ symbol: "BTC/USDT" }], start);
    const asked: string[] = [];
    const proxy = createServer((request, response) => {
      asked.push(String(request.url));
      void fetch(String(request.url))
        .then((answer) => answer.text())
        .then((text) => response.end(text));
    });
    const tunnels: string[] = [];
    proxy.on("connect", (request, socket) => {
      tunnels.push(String(request.url));
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    proxy.listen(0, "127.0.0.1");
    await new Promise((resolve) => proxy.once("listening", resolve));
    const env = { http_proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    await using market = await marketOf(server, "binance", { env, attempts: 1 });
    await market.time().catch(() => undefined);
    expect(asked.length + tunnels.length).toBeGreaterThan(0);
    await using direct = await marketOf(server, "binance", { env: { ...env, NO_PROXY: "127.0.0.1" } });
    expect(await direct.time()).toBe(start);
    proxy.closeAllConnections();
    proxy.close();
  });
});
