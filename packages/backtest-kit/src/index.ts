/**
 * Serves `@atc` datasets and Adaptive Trend Classification to the backtest-kit framework, whose module the caller
 * passes.
 *
 * @packageDocumentation
 */
export type { CandleInterval } from "./candle-interval.ts";
export { type CandleTable, candlesFromCcxt, candlesToCcxt, type OwnedCandleTable } from "./ccxt.ts";
export type { Direction } from "./direction-track.ts";
export type { FrameOptions, RegisteredFrame } from "./frames.ts";
export type { CandleFault, CandleSpan, Gap, GapReport } from "./gap-report.ts";
export type {
  BacktestKitHost,
  BracketRequest,
  Candle,
  CandleAdapter,
  CandleAdapterConstructor,
  ExchangeSchema,
  FrameSchema,
  HostPosition,
  HostSignal,
  StrategySchema,
  ThrottleInterval,
} from "./host.ts";
export { type AtcPlugin, type AtcPluginOptions, createAtcPlugin, type GapPolicy } from "./plugin.ts";
export { preflight } from "./preflight.ts";
export type { AtcStrategy, AtcStrategyOptions } from "./strategy.ts";
