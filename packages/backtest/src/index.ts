/**
 * Fills, costs, trades and metrics of trading signals over bars and ticks, by the arithmetic of `docs/backtest-spec.md`.
 *
 * @packageDocumentation
 */

export {
  type ArraySink,
  arrayCurves,
  arraySink,
  arraysOfReader,
  type CurveArrays,
  noCurves,
  readerOfArrays,
} from "./array-curves.ts";
export { atcStrategy } from "./atc-strategy.ts";
export {
  type BacktestFigures,
  type BacktestIntoOptions,
  type BacktestOptions,
  type BacktestResult,
  backtest,
  backtestInto,
  type SkippedSymbol,
} from "./backtest.ts";
export { type BacktestSeriesOptions, backtestSeries } from "./backtest-series.ts";
export { isoTime, type TimeUnit } from "./calendar.ts";
export { validateBacktestConfig } from "./configuration.ts";
export { blocksToCsv, columnsToCsv } from "./csv.ts";
export type { BarRoom, CurveReader, CurveSink, CurveStore } from "./curves.ts";
export type { EquityStatistics } from "./equity-statistics.ts";
export { type MemoryDatasetOptions, memoryDataset } from "./memory-dataset.ts";
export { type MemoryColumns, memorySeries } from "./memory-series.ts";
export type { Metrics } from "./metrics.ts";
export {
  accountsOf,
  type PortfolioFigures,
  type PortfolioListener,
  type PortfolioResult,
  portfolio,
  portfolioOf,
  type SymbolAccount,
} from "./portfolio.ts";
export {
  decodeCurves,
  decodeFigures,
  decodeResult,
  type EncodedResult,
  encodeCurves,
  encodeFigures,
  encodeResult,
  resultVersion,
} from "./result-codec.ts";
export { type BacktestJson, resultToJson } from "./result-json.ts";
export { createSimulator, type SimulatedAccount, type SimulatedBars, type Simulator } from "./simulator.ts";
export { decodeMetrics } from "./stored-metrics.ts";
export { type Strategy, type StrategyBars, type StrategyOptions, type StrategyRun, strategyOf } from "./strategy.ts";
export type { AccountTotals, SymbolFigures, SymbolResult } from "./symbol-result.ts";
export {
  equityBlocks,
  equityColumns,
  type PortfolioCurve,
  portfolioBlocks,
  portfolioColumns,
  type Table,
  type TableBlocks,
  tradeBlocks,
  tradeColumns,
} from "./tables.ts";
export { timeTexts } from "./time-texts.ts";
export {
  allocateTrades,
  copyTrades,
  partOfTrades,
  type TradeListener,
  type TradeStatistics,
  type Trades,
} from "./trades.ts";
