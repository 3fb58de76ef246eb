/**
 * Fills, costs, trades and metrics of trading signals over bars and ticks, by the formulas of `docs/backtest-spec.md`.
 *
 * @packageDocumentation
 */

export { allocateFills, copyFills, type FillListener, type Fills, partOfFills } from "./account/fills.ts";
export { type FillReason, fillReasons } from "./account/reasons.ts";
export {
  allocateTrades,
  copyTrades,
  partOfTrades,
  type TradeListener,
  type TradeStatistics,
  type Trades,
} from "./account/trades.ts";
export { isoTime, type TimeUnit } from "./base/calendar.ts";
export { validateBacktestConfig } from "./base/configuration.ts";
export { checkPeriod, outsidePeriod, type Period, type PeriodRows, periodRows, periodStart } from "./base/period.ts";
export { blocksToCsv, columnsToCsv } from "./output/csv.ts";
export {
  decodeCurves,
  decodeFigures,
  decodeResult,
  type EncodedResult,
  encodeCurves,
  encodeFigures,
  encodeResult,
  resultVersion,
} from "./output/result-codec.ts";
export { type BacktestJson, resultToJson } from "./output/result-json.ts";
export { decodeMetrics } from "./output/stored-metrics.ts";
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
} from "./output/tables.ts";
export { timeTexts } from "./output/time-texts.ts";
export {
  accountsOf,
  type PortfolioFigures,
  type PortfolioListener,
  type PortfolioResult,
  portfolio,
  portfolioOf,
  type SymbolAccount,
} from "./portfolio/portfolio.ts";
export { type MemoryDatasetOptions, memoryDataset } from "./prices/memory-dataset.ts";
export { type MemoryColumns, memorySeries } from "./prices/memory-series.ts";
export { lossWarning, withLossWarning } from "./prices/warnings.ts";
export {
  type ArraySink,
  arrayCurves,
  arraySink,
  arraysOfReader,
  type CurveArrays,
  noCurves,
  readerOfArrays,
} from "./results/array-curves.ts";
export type { BarRoom, CurveReader, CurveSink, CurveStore } from "./results/curves.ts";
export type { AccountTotals, SymbolFigures, SymbolResult } from "./results/symbol-result.ts";
export {
  type BacktestFigures,
  type BacktestIntoOptions,
  type BacktestOptions,
  type BacktestResult,
  backtest,
  backtestInto,
  type SkippedSymbol,
} from "./run/backtest.ts";
export { type BacktestSeriesOptions, backtestSeries } from "./run/backtest-series.ts";
export { type AccountOptions, type AccountSymbolInput, createAccount } from "./simulation/account.ts";
export type {
  Account,
  AccountListeners,
  AccountPoints,
  AccountRows,
  AccountSymbol,
  SimulatedAccount,
  SimulatorOptions,
} from "./simulation/account-rows.ts";
export type { ManyResults } from "./simulation/fast/many-results.ts";
export {
  createManySimulator,
  type ManyBars,
  type ManySimulator,
  type ManySimulatorOptions,
} from "./simulation/fast/many-simulator.ts";
export { type SimulateManyOptions, simulateMany } from "./simulation/fast/simulate-many.ts";
export { createSimulator } from "./simulation/simulator.ts";
export type { EquityStatistics } from "./statistics/equity-statistics.ts";
export type { Metrics } from "./statistics/metrics.ts";
export { atcStrategy } from "./strategy/atc-strategy.ts";
export {
  type Strategy,
  type StrategyBars,
  type StrategyOptions,
  type StrategyRun,
  strategyOf,
} from "./strategy/strategy.ts";
