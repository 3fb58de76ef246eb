import type { CandlePage, CandleRequest } from "@atc/contract";
import { type CcxtMarketOptions, ccxtMarket } from "./market.ts";

/** Options of {@link fetchCandles}. */
export interface FetchCandlesOptions extends CcxtMarketOptions, CandleRequest {}

/**
 * The closed candles of one symbol of an exchange, page by page.
 *
 * @throws what `ccxtMarket` and `Market.candles` throw
 */
export async function* fetchCandles(options: FetchCandlesOptions): AsyncGenerator<CandlePage> {
  await using market = await ccxtMarket(options);
  yield* market.candles(options);
}
