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
export { isoTime, type TimeUnit, yearsBetween } from "./base/calendar.ts";
export { validateBacktestConfig } from "./base/configuration.ts";
export { checkPeriod, outsidePeriod, type Period, type PeriodRows, periodRows, periodStart } from "./base/period.ts";
export { type PositionSizing, positionSizing } from "./base/position-sizing.ts";
export type { BarDecision } from "./checks/decision-record.ts";
export {
  type ChangeCause,
  type ChangedDecision,
  type DecisionCheckOptions,
  type LookaheadFinding,
  type LookaheadOptions,
  lookaheadSteps,
} from "./checks/look-ahead.ts";
export {
  type ChangedShare,
  type ShiftedStart,
  type WarmupFinding,
  type WarmupOptions,
  warmupSteps,
} from "./checks/warm-up.ts";
export { checkData } from "./decisions/check-data.ts";
export { createDecider, type DecidedBars, type Decider } from "./decisions/decider.ts";
export { type DecisionRun, startDecisions } from "./decisions/decision-run.ts";
export {
  createMemberFilter,
  type MemberFilter,
  type MemberSpan,
  type Members,
  withMembers,
} from "./decisions/members.ts";
export { type NeededColumns, type NeededColumnsOptions, neededColumns } from "./decisions/needed-columns.ts";
export { type WantedDecisionsOptions, wantedDecisions } from "./decisions/wanted-decisions.ts";
export type { BenchmarkBlock } from "./metrics/benchmark-join.ts";
export {
  type ComputedMetrics,
  createMetrics,
  type MetricBars,
  type MetricsComputation,
} from "./metrics/create-metrics.ts";
export { type MergedTradeListener, mergeTrades, type TradeSource } from "./metrics/merge-trades.ts";
export type { MetricOptions, MetricTotals } from "./metrics/metric-options.ts";
export type { MetricRecord, MoreMetricName } from "./metrics/metrics-record.ts";
export { normalCdf, normalInverse } from "./metrics/normal.ts";
export type { Drawdown } from "./metrics/parts/drawdown-episodes.ts";
export type { MetricTrades } from "./metrics/parts/trade-sums.ts";
export {
  type CurveTables,
  type CurveTablesBuilder,
  createCurveTables,
} from "./metrics/series/curve-tables.ts";
export {
  createMonthlyReturns,
  type MonthlyReturns,
  type MonthlyReturnsBuilder,
} from "./metrics/series/monthly-returns.ts";
export { createRolling, defaultRollingWindow, type Rolling, type RollingOptions } from "./metrics/series/rolling.ts";
export {
  type MetricDefinition,
  type MetricDefinitions,
  type MetricGroup,
  type MetricPart,
  type MetricUnit,
  partTexts,
} from "./metrics/table/metric-definition.ts";
export { type MetricName, metricNames, type TimeMetricName } from "./metrics/table/metric-names.ts";
export { metricSymbols, symbolsOf } from "./metrics/table/metric-symbols.ts";
export { isMetricName, metricsIn, metricTable } from "./metrics/table/metric-table.ts";
export { blocksToCsv, columnsToCsv } from "./output/csv.ts";
export {
  decodeBankruptcy,
  decodeCosts,
  decodeCurves,
  decodeFigures,
  decodeResult,
  type EncodedResult,
  encodeCurves,
  encodeFigures,
  encodeResult,
  resultVersion,
} from "./output/result-codec.ts";
export { type AccountJson, type BacktestJson, resultToJson } from "./output/result-json.ts";
export { type SharedAccount, sharedFillBlocks, sharedPointBlocks, sharedTradeBlocks } from "./output/shared-tables.ts";
export { decodeMetrics, firstMetrics } from "./output/stored-metrics.ts";
export {
  equityBlocks,
  equityColumns,
  fillBlocks,
  fillColumns,
  type PortfolioCurve,
  portfolioBlocks,
  portfolioColumns,
  type Table,
  type TableBlocks,
  tradeBlocks,
  tradeColumns,
} from "./output/tables.ts";
export { timeTexts } from "./output/time-texts.ts";
export type { TimedRows } from "./portfolio/equal-times.ts";
export type { DirectionMatrix } from "./portfolio/many/direction-rows.ts";
export { checkConfigurations } from "./portfolio/many/lane-order.ts";
export {
  createManyPortfolios,
  type ManyPortfolios,
  type ManyPortfoliosOptions,
  manyPortfoliosBytes,
} from "./portfolio/many/many-portfolios.ts";
export type { PortfolioRows, ReturnListener } from "./portfolio/many/portfolio-lanes.ts";
export { createPortfolioMemories, type PortfolioMemories } from "./portfolio/many/portfolio-memories.ts";
export type { ManyPortfolioResults } from "./portfolio/many/portfolio-results.ts";
export { planTimeUnion, type TimeUnion, type TimeUnionOptions } from "./portfolio/many/time-union.ts";
export type { UnionBlock } from "./portfolio/many/union-block.ts";
export {
  accountsOf,
  type PortfolioAccount,
  type PortfolioFigures,
  type PortfolioOptions,
  type PortfolioResult,
  portfolio,
  portfolioAccounts,
  portfolioOf,
  type SymbolAccount,
} from "./portfolio/portfolio.ts";
export type { PortfolioListener } from "./portfolio/since-last-before.ts";
export { type MemoryDatasetOptions, memoryDataset } from "./prices/memory-dataset.ts";
export { type MemoryColumns, memorySeries } from "./prices/memory-series.ts";
export { lossWarning, withLossWarning } from "./prices/warnings.ts";
export {
  type ArraySink,
  allocateColumns,
  arrayCurves,
  arraySink,
  arraysOfReader,
  type CurveArrays,
  noColumn,
  noCurves,
  readerOfArrays,
} from "./results/array-curves.ts";
export {
  type BarColumn,
  type BarColumns,
  type BarRoom,
  barColumns,
  type CurveContent,
  type CurveReader,
  type CurveSink,
  type CurveStore,
  mostFillsPerBar,
} from "./results/curves.ts";
export type { AccountCosts, AccountTotals, SymbolFigures, SymbolResult } from "./results/symbol-result.ts";
export {
  type CurveNeeds,
  type DecidedSymbol,
  decisionColumns,
  neededCurveColumns,
  scalesWithCapital,
} from "./run/account-symbols.ts";
export {
  type ArrayBacktestOptions,
  type BacktestFigures,
  type BacktestIntoOptions,
  type BacktestOptions,
  type BacktestResult,
  backtest,
  backtestInto,
  type Remember,
  sharedAccountName,
} from "./run/backtest.ts";
export { type BacktestSeriesOptions, backtestSeries } from "./run/backtest-series.ts";
export type { SymbolContribution } from "./run/contributions.ts";
export { type CurveBars, type CurveBarsOptions, curveBars } from "./run/curve-bars.ts";
export { decideSteps, decodeDecisions, encodeDecisions, type SymbolDecisions } from "./run/decide-series.ts";
export { type ReturnWithCostsOptions, returnWithCosts } from "./run/return-with-costs.ts";
export type { SkippedSymbol } from "./run/skipped-symbol.ts";
export { isSymbolFault } from "./run/symbol-fault.ts";
export type { RememberUniverse, UniverseDecisions } from "./run/universe/decide-universe.ts";
export type { ReadableSymbol } from "./run/universe/readable-symbol.ts";
export { type UniverseStepsOptions, type UniverseSymbol, universeSteps } from "./run/universe/universe-steps.ts";
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
export { accountKernelName } from "./simulation/fast/account-kernel.ts";
export { slowKeys } from "./simulation/fast/is-fast.ts";
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
export { bindStrategy, type GivenValues } from "./strategy/bind-strategy.ts";
export { default as cross } from "./strategy/built-in/cross.ts";
export { default as donchian } from "./strategy/built-in/donchian.ts";
export { default as hold } from "./strategy/built-in/hold.ts";
export { default as momentum } from "./strategy/built-in/momentum.ts";
export { default as rsi } from "./strategy/built-in/rsi.ts";
export { builtInStrategies } from "./strategy/built-in-strategies.ts";
export { columnsStrategy } from "./strategy/columns-strategy.ts";
export {
  type ReadSignalsOptions,
  readSignals,
  type SignalRows,
  type SignalSet,
  type SymbolSignals,
  signalSets,
} from "./strategy/signal-rows.ts";
export { signalStrategy } from "./strategy/signal-strategy.ts";
export { type BoundStrategy, type StrategyOptions, strategyOf } from "./strategy/strategy.ts";
export type { StrategyDescription } from "./strategy/strategy-description.ts";
export {
  type AnyBoundStrategy,
  type BoundUniverseStrategy,
  universeDefaults,
} from "./strategy/universe-strategy.ts";
export { type UnmatchedRows, unmatchedRows } from "./strategy/unmatched-signals.ts";
