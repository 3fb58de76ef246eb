/**
 * Fills, costs, trades and metrics of trading signals over bars and ticks, by the arithmetic of `docs/backtest-spec.md`.
 *
 * @packageDocumentation
 */
export { atcStrategy } from "./atc-strategy.ts";
export { type BacktestOptions, type BacktestResult, backtest, type SkippedSymbol } from "./backtest.ts";
export { type BacktestSeriesOptions, backtestSeries } from "./backtest-series.ts";
export { isoTime, type TimeUnit } from "./calendar.ts";
export { validateBacktestConfig } from "./configuration.ts";
export { columnsToCsv } from "./csv.ts";
export type { EquityStatistics } from "./equity-statistics.ts";
export { type MemoryDatasetOptions, memoryDataset } from "./memory-dataset.ts";
export { type MemoryColumns, memorySeries } from "./memory-series.ts";
export type { Metrics } from "./metrics.ts";
export { type PortfolioResult, portfolio } from "./portfolio.ts";
export { decodeResult, type EncodedResult, encodeResult, resultVersion } from "./result-codec.ts";
export { type BacktestJson, resultToJson } from "./result-json.ts";
export { createSimulator, type SimulatedAccount, type SimulatedBars, type Simulator } from "./simulator.ts";
export { decodeMetrics } from "./stored-metrics.ts";
export { type Strategy, type StrategyBars, type StrategyOptions, type StrategyRun, strategyOf } from "./strategy.ts";
export type { AccountTotals, SymbolResult } from "./symbol-result.ts";
export { equityColumns, portfolioColumns, type Table, tradeColumns } from "./tables.ts";
export type { Trades } from "./trades.ts";
