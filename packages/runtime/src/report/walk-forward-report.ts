import type { MetricRecord, PortfolioCurve } from "@atc/backtest";
import type { AtcConfig } from "@atc/config";
import { createRowIndex, type ReportCurve, type ReportData, type ReportResult, reportBlock } from "@atc/report";
import { type PortfolioTables, portfolioTables } from "../output/curve-tables.ts";
import { accountSamples } from "../walk-forward/account-samples.ts";
import type { StitchedRun, WalkForwardOutcome } from "../walk-forward/walk-forward-outcome.ts";
import { asJson } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { curveFacts } from "./curve-facts.ts";
import { bootstrapFigure } from "./luck-report.ts";
import { commonTexts, mostDrawdowns, type ReportTexts, reportDrawdown } from "./report-data.ts";
import { reportWalkForward, type WalkForwardTexts } from "./walk-forward-panel.ts";
import { type PageOptions, writePage } from "./write-report.ts";

const blockRows = 8192;

function portfolioOf({ timeUnit, times, equity }: StitchedRun): PortfolioCurve {
  return {
    timeUnit,
    length: times.length,
    read(row, intoTimes, intoEquity) {
      intoTimes.set(times.subarray(row, row + intoTimes.length));
      intoEquity.set(equity.subarray(row, row + intoEquity.length));
    },
  };
}

/** The equity of the account with its rolling Sharpe ratio. */
function curveOf({ timeUnit, times, equity }: StitchedRun, { rolling }: PortfolioTables): ReportCurve {
  return {
    timeUnit,
    length: times.length,
    columns: ["sharpe"],
    *blocks() {
      let row = 0;
      // The series comes in blocks of its own length, from row 0 on.
      for (const { length, values } of rolling.blocks(["sharpe"])) {
        const sharpe = values["sharpe"] as Float64Array;
        for (let at = 0; at < length; at += blockRows) {
          const rows = Math.min(blockRows, length - at);
          yield {
            length: rows,
            times: times.subarray(row, row + rows),
            equity: equity.subarray(row, row + rows),
            columns: { sharpe: sharpe.subarray(at, at + rows) },
          };
          row += rows;
        }
      }
    },
  };
}

function accountOf({ metrics, costs, warnings }: StitchedRun): NonNullable<ReportResult["portfolio"]> {
  const figures: MetricRecord = metrics;
  return { ...figures, costs, bankruptAt: null, warnings };
}

/** What a report of a walk-forward says besides its outcome. */
export interface WalkForwardReportOptions extends ReportTexts, PageOptions, WalkForwardTexts {
  /** Seed of the samples of bar returns. Default: 1. */
  readonly seed?: number | undefined;
}

/**
 * What a report shows of a complete walk-forward: the account over all tests, and the panels of the windows.
 *
 * @param config - that of the runtime
 */
export function walkForwardReportData(
  outcome: WalkForwardOutcome,
  config: AtcConfig,
  { seed = 1, summary, lengths, over, ...texts }: WalkForwardReportOptions,
): ReportData {
  const { stitched, dataset, path, fingerprint, rows, symbols } = outcome;
  const { executor: _, ...shown } = config;
  const panel = reportWalkForward(outcome, { summary, lengths, over });
  const result: ReportResult = {
    config: asJson(shown),
    data: { path, dataset, fingerprint, rows, symbols: symbols.length },
    notes: [],
    portfolio: stitched === undefined ? null : accountOf(stitched),
    symbols: [],
    skipped: [],
  };
  const common = { result, ...commonTexts(), ...texts };
  if (stitched === undefined || stitched.times.length === 0) return { ...common, walkForward: panel };
  const portfolio = portfolioOf(stitched);
  const tables = portfolioTables(portfolio, config);
  const curve = curveOf(stitched, tables);
  const index = createRowIndex({
    length: portfolio.length,
    times: (row, into) => portfolio.read(row, into, new Float64Array(into.length)),
  });
  const { totalReturn, buyAndHold } = stitched.metrics;
  const samples = accountSamples(stitched, { config, seed });
  const monteCarlo = samples && bootstrapFigure(samples, totalReturn ?? undefined, buyAndHold ?? undefined);
  return {
    ...common,
    curve,
    rollingWindow: tables.window,
    months: tables.monthlyReturns,
    drawdowns: tables.drawdowns.slice(0, mostDrawdowns).map((one) => reportDrawdown(one, portfolio, index)),
    drawdownCount: tables.drawdowns.length,
    days: curveFacts(curve).days,
    walkForward: { ...panel, ...(monteCarlo === undefined ? {} : { monteCarlo }) },
  };
}

/**
 * Writes the report of a complete walk-forward as one HTML file. Returns its size in bytes.
 *
 * @throws ATC_IO, ATC_NO_SPACE, ATC_READ_ONLY
 */
export async function writeWalkForwardReport(
  { config }: Pick<Runtime, "config">,
  outcome: WalkForwardOutcome,
  file: string,
  { maxBytes, onBlock, ...options }: WalkForwardReportOptions,
): Promise<number> {
  const block = reportBlock(walkForwardReportData(outcome, config, options), { maxBytes });
  const bytes = await writePage(block, file);
  onBlock?.(block);
  return bytes;
}
