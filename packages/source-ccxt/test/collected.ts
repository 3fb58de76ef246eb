import type { CandlePage, CandleRequest, Market } from "@atc/contract";
import type { ExchangeServer, ServedCandle } from "@atc/testing";
import { type CcxtMarketOptions, ccxtMarket } from "../src/index.ts";

export const hour = 3_600_000;
export const start = Date.UTC(2021, 0, 1);

/** A market that asks a server of the tests and does not wait for long. */
export function marketOf(
  server: ExchangeServer,
  exchange: string = "binance",
  options: Partial<CcxtMarketOptions> = {},
): Promise<Market> {
  return ccxtMarket({ exchange, settings: { ...server.settings, rateLimit: 1 }, firstWait: 1, env: {}, ...options });
}

/** The rows of pages, as the server of the tests has them. */
export function rowsOf(pages: readonly CandlePage[]): readonly ServedCandle[] {
  return pages.flatMap(({ columns: { timestamp, open, high, low, close, volume } }) =>
    Array.from(
      timestamp,
      (time, i): ServedCandle => [
        Number(time),
        open[i] ?? Number.NaN,
        high[i] ?? Number.NaN,
        low[i] ?? Number.NaN,
        close[i] ?? Number.NaN,
        volume[i] ?? Number.NaN,
      ],
    ),
  );
}

/** All pages of hours of BTC/USDT, or of another request. */
export async function pagesOf(market: Market, request: Partial<CandleRequest> = {}): Promise<readonly CandlePage[]> {
  const pages: CandlePage[] = [];
  const wanted = { symbol: "BTC/USDT", timeframe: "1h", since: start, ...request };
  for await (const page of market.candles(wanted)) pages.push(page);
  return pages;
}

/** The closed hours that a server has. */
export function truthOf(server: ExchangeServer, symbol = "BTC/USDT", since: number = start): readonly ServedCandle[] {
  const { now } = server;
  return server.candles.between(symbol, { from: since, to: now - hour + 1, now }, hour);
}
