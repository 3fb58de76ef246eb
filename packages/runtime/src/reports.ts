/**
 * Writes backtests as HTML reports. It is an entry of its own, so that a program without reports does not load their
 * modules.
 *
 * @packageDocumentation
 */

export { reportColumns } from "./backtest/report-columns.ts";
export { replaceFile } from "./output/replace-file.ts";
export { openPictures, type PictureFiles, type ReportPictures } from "./picture/report-pictures.ts";
export type { CrossValidation } from "./report/judgement-figures.ts";
export { backtestReportData, type ReportTexts } from "./report/report-data.ts";
export {
  type SearchReportOptions,
  writeLuckReport,
  writeSweepReport,
  writeTableReport,
} from "./report/search-reports.ts";
export { createSweepReporter, type ReportedSweep, type SweepReporter } from "./report/sweep-reporter.ts";
export type { WalkForwardTexts } from "./report/walk-forward-panel.ts";
export {
  type WalkForwardReportOptions,
  walkForwardReportData,
  writeWalkForwardReport,
} from "./report/walk-forward-report.ts";
export { type PageOptions, type WriteReportOptions, writePage, writeReport } from "./report/write-report.ts";
export { type RunReport, renderReport, runReport, runResult } from "./runs/run-report.ts";
