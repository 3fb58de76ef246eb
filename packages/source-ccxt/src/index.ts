/**
 * Candles of exchanges through ccxt, with its limits of rates, repeated requests and checked answers.
 *
 * @packageDocumentation
 */
export { type FetchCandlesOptions, fetchCandles } from "./fetch-candles.ts";
export { type CcxtMarketOptions, ccxtMarket } from "./market.ts";
export { default } from "./plugin.ts";
