import { exchangeServer, type ServedExchange } from "@atc/testing";
import { describe, expect, it } from "vitest";
import { ccxtMarket } from "../src/index.ts";
import { hour, marketOf, pagesOf, rowsOf, start, truthOf } from "./collected.ts";

type Rows = readonly (readonly unknown[])[];
type Change = (rows: Rows) => unknown;

/** Changes cell `place` of row 3 of every answer. */
const cell =
  (place: number, value: unknown): Change =>
  (rows) =>
    rows.map((row, i) => (i === 3 ? row.with(place, value) : row));

const at = "2021-01-01T03:00:00.000Z";
const wrong: readonly (readonly [string, Change, RegExp])[] = [
  ["a negative price", cell(4, "-3"), new RegExp(`binance gives the close "-3" at ${at} for "BTC/USDT" \\(1h\\)`)],
  ["a price of zero", cell(3, "0"), /the low "0"/],
  ["a price that is missing", cell(1, null), /the open "undefined"/],
  ["a price that is not a number", cell(2, "high"), /the high "/],
  ["a negative volume", cell(5, "-1"), /the volume "-1"/],
  ["a time that is missing", cell(0, null), /without a time/],
  ["seconds for ms", (rows) => rows.map((row) => row.with(0, Number(row[0]) / 1000)), /not ms since 1970/],
  [
    "times before the start",
    (rows) => rows.map((row) => row.with(0, Number(row[0]) - 2000 * hour)),
    /ignores the start that it is asked for, 2021-01-01/,
  ],
  ["candles of half an hour", (rows) => rows.map((row, i) => row.with(0, start + (i * hour) / 2)), /another length/],
  ["candles of days", (rows) => rows.map((row, i) => row.with(0, start + i * 24 * hour)), /1440 minutes apart/],
];

describe("an answer", () => {
  it.each(wrong)("with %s is an error that says so", async (_, change, message) => {
    await using server = await exchangeServer("binance", [{ symbol: "BTC/USDT" }], start + 900 * hour);
    server.fault = () => ({ rows: (rows) => change(rows as Rows) });
    await using market = await marketOf(server);
    await expect(pagesOf(market)).rejects.toMatchObject({
      code: "ATC_INVALID_DATA",
      message: expect.stringMatching(message),
      details: { source: "binance", symbol: "BTC/USDT" },
    });
  });

  it("may have no volume, which is NaN", async () => {
    await using server = await exchangeServer("binance", [{ symbol: "BTC/USDT" }], start + 10 * hour);
    server.fault = () => ({ rows: (rows) => cell(5, null)(rows as Rows) });
    await using market = await marketOf(server);
    const rows = rowsOf(await pagesOf(market));
    expect(rows[3]?.[5]).toBeNaN();
    expect(rows[2]?.[5]).toBeGreaterThan(0);
  });

  it.each<readonly [string, (value: unknown) => unknown]>([
    ["texts", String],
    ["numbers", Number],
  ])("may have its numbers as %s", async (_, form) => {
    await using server = await exchangeServer("coinbaseexchange", [{ symbol: "BTC/USDT" }], start + 10 * hour);
    server.fault = () => ({ rows: (rows) => (rows as Rows).map((row) => row.map(form)) });
    await using market = await marketOf(server, "coinbaseexchange");
    expect(rowsOf(await pagesOf(market))).toEqual(truthOf(server));
  });

  it.each<ServedExchange>(["binance", "coinbaseexchange"])(
    "of the newest candles, whatever the start, is an error that names the first possible start (%s)",
    async (exchange) => {
      await using server = await exchangeServer(exchange, [{ symbol: "BTC/USDT" }], start + 3000 * hour);
      await using market = await marketOf(server, exchange);
      const newest = server.candles.between(
        "BTC/USDT",
        { from: start + (exchange === "binance" ? 2000 : 2700) * hour, to: server.now, now: server.now },
        hour,
      );
      const wire = newest.map(([time, open, high, low, close, volume]) =>
        exchange === "binance" ? [time, open, high, low, close, volume] : [time / 1000, low, high, open, close, volume],
      );
      let days = 0;
      server.fault = () => {
        // The longer candles begin earlier.
        days = server.requests.length;
        return days > 2 ? undefined : { rows: () => wire };
      };
      await expect(pagesOf(market)).rejects.toMatchObject({
        code: "ATC_INVALID_DATA",
        message: expect.stringMatching(/gives only its last \d+ candles of 1h for "BTC\/USDT", from 2021-0[34]/),
      });
    },
  );
});

describe("a name", () => {
  it("of an exchange, a symbol or a timeframe that does not exist suggests the nearest", async () => {
    await expect(ccxtMarket({ exchange: "binence" })).rejects.toMatchObject({
      code: "ATC_NOT_FOUND",
      message: expect.stringContaining('did you mean "binance"?'),
    });
    await expect(ccxtMarket({ exchange: "constructor" })).rejects.toMatchObject({ code: "ATC_NOT_FOUND" });
    await using server = await exchangeServer("binance", [{ symbol: "BTC/USDT" }], start);
    await using market = await marketOf(server);
    await expect(pagesOf(market, { symbol: "BTC/USD" })).rejects.toMatchObject({
      code: "ATC_NOT_FOUND",
      message: expect.stringContaining('did you mean "BTC/USDT"?'),
    });
    await expect(pagesOf(market, { timeframe: "7m" })).rejects.toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
      message: expect.stringContaining("5m"),
    });
    await expect(pagesOf(market, { since: Number.NaN })).rejects.toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
  });

  it("of a setting that is a secret is refused, and of an option that is out of range too", async () => {
    await expect(ccxtMarket({ exchange: "binance", settings: { apiKey: "x" } })).rejects.toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
      details: { option: "apiKey" },
    });
    await expect(ccxtMarket({ exchange: "binance", attempts: 0 })).rejects.toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
      details: { option: "attempts" },
    });
  });

  it("of a time in the future gives no candle", async () => {
    await using server = await exchangeServer("binance", [{ symbol: "BTC/USDT" }], start);
    await using market = await marketOf(server);
    expect(await pagesOf(market, { since: start + hour })).toEqual([]);
  });
});
