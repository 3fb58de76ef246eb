/**
 * Renders a backtest as one HTML file that makes no request.
 *
 * @packageDocumentation
 */

export { reportCard } from "./card/report-card.ts";
export type { LuckTestResult, ReportLuck, SampledFigure } from "./data/luck-data.ts";
export type {
  BarBlock,
  CurveBlock,
  CurveColumn,
  MetricText,
  ReportBars,
  ReportCurve,
  ReportData,
  ReportDrawdown,
  ReportTrades,
  SignalThresholds,
  TradeBlock,
  YearOfReturns,
} from "./data/report-data.ts";
export type { ReportPanels } from "./data/report-panels.ts";
export type { AccountFigures, CostFigures, ReportResult } from "./data/report-result.ts";
export type {
  AxisTick,
  CountedBins,
  JudgedFigure,
  MapLabel,
  ReportSweep,
  SearchAxis,
  SearchConfiguration,
  SearchFigure,
  SearchJudgement,
  SearchLines,
  SearchMap,
  SearchOverfitting,
  SearchValue,
} from "./data/search-data.ts";
export type { ReportWalkForward, ReportWindow, ReportWindowBars } from "./data/walk-forward-data.ts";
export { renderReport, reportResult } from "./render-report.ts";
export { type RenderOptions, type ReportBlockOptions, reportBlock } from "./report-block.ts";
export { createDailyReturns, type DailyReturns } from "./rows/daily-returns.ts";
export { createHeldCounter, type HeldCounter, type PositionChanges, positionChanges } from "./rows/held-shares.ts";
export { type PriceColumns, pricedBars } from "./rows/priced-bars.ts";
export { createRowIndex, type RowIndex, type TimeReader } from "./rows/row-index.ts";
export { createValueCursor, type ValueCursor, type ValueCursorOptions, type ValueReader } from "./rows/value-cursor.ts";
