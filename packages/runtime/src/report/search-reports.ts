import type { ReportSweep } from "@atc/report";
import type { SweepConfiguration } from "@atc/sweep";
import { reportColumns } from "../backtest/report-columns.ts";
import { openBacktest, type RunBacktestOptions } from "../backtest/run-backtest.ts";
import { describedRuntime } from "../sweep/tables/sweep-of-table.ts";
import type { ValidatedTable } from "../sweep/validate-table.ts";
import type { BacktestValidation } from "../validate/validate.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { reportLuck } from "./luck-report.ts";
import type { SweepReporter } from "./sweep-reporter.ts";
import { winnerRuntime } from "./winner-runtime.ts";
import { type WriteReportOptions, writeReport } from "./write-report.ts";

/** The run whose report is written, and how. */
export interface SearchReportOptions extends WriteReportOptions {
  /** The options of the search or of the validation that say what was run: data, symbols, period, strategy. */
  readonly run?: RunBacktestOptions;
}

async function writeRun(
  runtime: Runtime,
  data: string | undefined,
  file: string,
  { run, ...options }: SearchReportOptions,
): Promise<number> {
  using outcome = await openBacktest(runtime, data, {
    ...run,
    metrics: "all",
    curves: true,
    recorded: reportColumns(runtime.config),
    fills: true,
  });
  return await writeReport(runtime, outcome, file, options);
}

/**
 * Writes the report of a sweep: the backtest of its best configuration, computed again, with the panels of the sweep.
 * Returns its size in bytes.
 *
 * @throws what `openBacktest` and `writeReport` throw
 */
export async function writeSweepReport(
  runtime: Runtime,
  data: string | undefined,
  { sweep, winner }: { readonly sweep: ReportSweep; readonly winner: SweepConfiguration },
  { file, ...options }: SearchReportOptions & { readonly file: string },
): Promise<number> {
  return await writeRun(winnerRuntime(runtime, winner), data, file, { ...options, sweep });
}

/**
 * Writes the report of a judged table: that of its sweep, whose best configuration is computed again on the rows that
 * were judged. Returns its size in bytes; undefined if no configuration has a place.
 *
 * @param runtime - the one that the table was judged with
 * @param reporter - whose `listen` the judgement had
 * @throws what `openBacktest` and `writeReport` throw
 */
export async function writeTableReport(
  runtime: Runtime,
  judged: ValidatedTable,
  reporter: SweepReporter,
  { file, ...options }: WriteReportOptions & { readonly file: string },
): Promise<number | undefined> {
  const { dataset, origin } = judged;
  const { winner, description } = judged.sweep;
  const sweep = reporter.finish(judged.sweep, judged);
  if (sweep === undefined || winner === undefined) return undefined;
  const { symbols, period } = description;
  const { generation } = origin.manifest;
  const run = { symbols, generation, ...(period === undefined ? {} : { period }) };
  const own = describedRuntime(runtime, description);
  return await writeSweepReport(own, dataset, { sweep, winner }, { ...options, file, run });
}

/**
 * Writes the report of a judged backtest: the backtest, computed again or from the cache, with the tests. Returns its
 * size in bytes.
 *
 * @throws what `openBacktest` and `writeReport` throw
 */
export async function writeLuckReport(
  runtime: Runtime,
  data: string | undefined,
  validation: BacktestValidation,
  { file, ...options }: SearchReportOptions & { readonly file: string },
): Promise<number> {
  return await writeRun(runtime, data, file, { ...options, luck: reportLuck(validation) });
}
