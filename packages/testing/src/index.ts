/**
 * Conformance suites for `@atc` plugins: each is data, so any test runner can register it in three lines.
 *
 * @packageDocumentation
 */

export type { ConformanceCase } from "./base/conformance-case.ts";
export * from "./codecs/block-codec-cases.ts";
export * from "./codecs/codec-cases.ts";
export {
  type ExchangeFault,
  type ExchangeServer,
  exchangeServer,
  type ServedExchange,
  type ServedRequest,
} from "./exchanges/exchange-server.ts";
export { type MixedFaultsOptions, mixedFaults } from "./exchanges/mixed-faults.ts";
export type { ServedCandle, ServedCandles, ServedSymbol } from "./exchanges/served-candles.ts";
export * from "./executors/executor-cases.ts";
export * from "./indicators/indicator-cases.ts";
export * from "./sources/data-source-cases.ts";
export * from "./sources/table-reader-cases.ts";
export * from "./sources/table-writer-cases.ts";
export * from "./stores/array-store-cases.ts";
export {
  type BucketObject,
  type BucketServer,
  type BucketServerOptions,
  bucketServer,
} from "./stores/bucket-server.ts";
export * from "./stores/byte-store-cases.ts";
export * from "./strategies/strategy-cases.ts";
