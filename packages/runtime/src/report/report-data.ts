import { type Drawdown, isoTime, metricTable, type Period, type PortfolioCurve } from "@atc/backtest";
import type { AtcConfig } from "@atc/config";
import type { Dataset } from "@atc/contract";
import {
  createRowIndex,
  type MetricText,
  type ReportData,
  type ReportDrawdown,
  type ReportPanels,
  type RowIndex,
} from "@atc/report";
import { hasSignals } from "../backtest/report-columns.ts";
import type { OpenBacktestWithCurves } from "../backtest/run-backtest.ts";
import { portfolioTables } from "../output/curve-tables.ts";
import { version } from "../wiring/version.ts";
import { barSource } from "./bar-source.ts";
import { curveFacts } from "./curve-facts.ts";
import { curveSource } from "./curve-source.ts";
import { rememberedTrades } from "./remembered-trades.ts";
import { tradeSource } from "./trade-source.ts";

/** What a report says besides the outcome of its run. */
export interface ReportTexts extends ReportPanels {
  /** Default: the strategy and the data. */
  readonly title?: string | undefined;
  /** The command that makes the report again. */
  readonly command?: string | undefined;
}

function metricTexts(): readonly MetricText[] {
  return Object.entries(metricTable).map(([name, { group, unit, better, formula }]) => ({
    name,
    group,
    unit,
    better,
    formula,
  }));
}

/** What every report says besides its result. */
export function commonTexts(): Pick<ReportData, "versions" | "metrics"> {
  return { versions: { atc: version, node: process.versions.node }, metrics: metricTexts() };
}

/** A drawdown of a portfolio for a report. */
export function reportDrawdown(
  { peak, trough, recovery, depth, bars, duration }: Drawdown,
  { timeUnit, length }: PortfolioCurve,
  index: RowIndex,
): ReportDrawdown {
  const end = recovery === undefined ? length - 1 : index.rowFrom(recovery);
  return {
    peak: isoTime(peak, timeUnit),
    trough: isoTime(trough, timeUnit),
    recovery: recovery === undefined ? undefined : isoTime(recovery, timeUnit),
    depth,
    bars,
    duration,
    rows: [index.rowFrom(peak), index.rowFrom(trough), end],
  };
}

/** The drawdowns that a report lists. */
export const mostDrawdowns = 10;

function periodOf({ period }: OpenBacktestWithCurves["report"]): Period | undefined {
  if (period === undefined) return undefined;
  const ms = (iso: string | null): number | undefined => (iso === null ? undefined : Date.parse(iso));
  return { from: ms(period.from), to: ms(period.to) };
}

/**
 * What a report shows of a backtest. Curves and bars are read from the outcome and the dataset while the report is
 * rendered, so both must stay open.
 *
 * @param outcome - of a run with the columns of `reportColumns`
 */
export function backtestReportData(
  outcome: OpenBacktestWithCurves,
  dataset: Dataset,
  texts: ReportTexts = {},
): ReportData {
  const { report, curves } = outcome;
  const common = {
    result: report,
    ...commonTexts(),
    ...texts,
  };
  const { portfolio } = curves;
  if (portfolio === undefined || portfolio.length === 0) return common;
  const config = report.config as unknown as AtcConfig;
  const index = createRowIndex({
    length: portfolio.length,
    times: (row, into) => portfolio.read(row, into, new Float64Array(into.length)),
  });
  const tables = portfolioTables(portfolio, config);
  const trades = rememberedTrades(tradeSource(curves, index));
  const curve = curveSource({ curves, portfolio, config, trades, rolling: tables.rolling });
  const { days, benchmarkMonths } = curveFacts(curve);
  const limit = config.limit ?? undefined;
  const withSignals =
    hasSignals(config) && curves.accounts.every((account) => account.curves.columns.includes("strength"));
  return {
    ...common,
    curve,
    rollingWindow: tables.window,
    months: tables.monthlyReturns,
    benchmarkMonths,
    drawdowns: tables.drawdowns.slice(0, mostDrawdowns).map((one) => reportDrawdown(one, portfolio, index)),
    drawdownCount: tables.drawdowns.length,
    trades,
    days,
    bars: barSource({ dataset, curves, index, limit, period: periodOf(report), withSignals }),
    ...(withSignals ? { signalThresholds: { long: config.longThreshold, short: config.shortThreshold } } : {}),
  };
}
