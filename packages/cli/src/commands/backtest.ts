import type { BacktestReport, OpenBacktest, OpenBacktestWithCurves, RunBacktestOptions } from "@atc/runtime";
import { barColumns, openBacktest, writeCurves } from "@atc/runtime";
import type * as Checks from "@atc/runtime/checks";
import type { Command } from "commander";
import { withChart } from "../invocation/chart-option.ts";
import { withConfigKeys, withStrategy } from "../invocation/config-options.ts";
import { collected } from "../invocation/explained-bars.ts";
import { givenData } from "../invocation/given-data.ts";
import type { CommandLineIo, Invocation } from "../invocation/invocation.ts";
import { startInvocation, withCommon, withReading } from "../invocation/invocation.ts";
import { withPeriod } from "../invocation/period.ts";
import { withPictures } from "../invocation/picture-options.ts";
import { withSubmission } from "../invocation/queue-options.ts";
import { exitCodes } from "../process/exit-code.ts";
import { printBacktest } from "./backtest-output.ts";
import { type BacktestRequest, backtestRequest, usualColumns } from "./backtest-request.ts";
import { saveRun, withSave } from "./save-run.ts";

/** What the run computes: symbols, period and metrics, which a stored run names too. */
function computedOf({ symbols, period, metrics }: BacktestRequest): RunBacktestOptions {
  return {
    ...(symbols === undefined ? {} : { symbols }),
    ...(period === undefined ? {} : { period }),
    metrics,
  };
}

/** What the run keeps besides the figures. */
function keptOf(
  { page, explained, files, columns, hasChart, isSaved }: BacktestRequest,
  { runtime }: Invocation,
  checks: typeof Checks | undefined,
): RunBacktestOptions {
  const { report: _, ...curveFiles } = files;
  return {
    curves: page !== undefined || explained.length > 0 || Object.keys(curveFiles).length > 0,
    curvesIfComputed: isSaved,
    overview: hasChart,
    columns,
    recorded: [...(checks === undefined ? [] : checks.explainedColumns(runtime.config)), ...(page?.columns ?? [])],
    fills: page !== undefined || explained.length > 0 || files.fills !== undefined,
  };
}

function hasCurves(outcome: OpenBacktest): outcome is OpenBacktestWithCurves {
  return outcome.curves !== undefined;
}

/** The exit code of a report: `data` if no symbol could be computed. */
function reportExitCode(report: BacktestReport): number {
  return report.portfolio === null ? exitCodes.data : exitCodes.ok;
}

/** Backtests, writes the files, prints the result and stores the run. Returns the exit code. */
async function backtest(run: Invocation, request: BacktestRequest): Promise<number> {
  const { runtime } = run;
  const { given, explained, files, page } = request;
  const startedAt = performance.now();
  const { data, reading, reused } = await givenData(run, given);
  const computed = computedOf(request);
  const checks = explained.length > 0 ? await import("@atc/runtime/checks") : undefined;
  using outcome = await openBacktest(runtime, data, { ...reading, ...computed, ...keptOf(request, run, checks) });
  const explanations =
    checks !== undefined && hasCurves(outcome) ? await checks.explainBars(runtime, outcome, explained) : [];
  for (const file of await writeCurves(outcome, files, runtime)) run.say(`wrote ${file}`);
  const written = page !== undefined && hasCurves(outcome) ? await page.write(outcome) : undefined;
  if (written !== undefined) run.say(...written.lines);
  const seconds = (performance.now() - startedAt) / 1000;
  await printBacktest(run, request, { outcome, explanations, reused: reused ?? outcome.reused, seconds });
  const { signal, onProgress } = run.data;
  const kept = { ...computed, report: written?.block, command: request.command, signal, onProgress };
  if (request.isSaved) await saveRun(run, (runs) => runs.saveBacktest(runtime, outcome, kept));
  return reportExitCode(outcome.report);
}

export function addBacktest(program: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = program
    .command("backtest [data...]")
    .description("Backtest files or a dataset: ATC signals, fills, costs, metrics")
    .option(
      "--symbols <list>",
      `only these symbols, separated by commas; in double quotes if one holds a comma: 'AAPL,"A,B"'`,
    )
    .option("--trades <file>", "write the trades to a .csv, .arrow or .parquet file")
    .option("--fills <file>", "write the fills of all orders to a .csv, .arrow or .parquet file")
    .option("--equity <file>", "write equity, cash and exposure per bar to a .csv, .arrow or .parquet file")
    .option(
      "--equity-columns <list>",
      `the columns of --equity besides equity and direction: ${barColumns.join(", ")} (default: ${usualColumns.join(",")})`,
    )
    .option("--portfolio <file>", "write the portfolio's equity to a .csv, .arrow or .parquet file")
    .option(
      "--tables <file>",
      "write monthly returns, drawdowns and rolling figures of the portfolio: to one .json file, or with {table} in its name to .csv, .arrow or .parquet files",
    )
    .option("--metrics <list>", "more metrics, separated by commas, or all (default: all in JSON)")
    .option(
      "--report <file>",
      "write the report to a file: .html as a page with charts, else JSON; - is JSON on standard output, instead of the tables",
    )
    .option("--open", "show the page of --report in the browser")
    .option(
      "--explain <symbol@time>",
      "show what was decided and filled at a bar, and why, such as SPY@2024-01-31; may be repeated",
      collected,
    )
    .option("--force", "replace files that exist")
    .option("--threads <count>", "threads (default: one per core, fewer in a small container)")
    .option("--no-cache", "neither read results from the cache nor store them");
  withPictures(command);
  withChart(command, "equity, drawdown and months");
  withPeriod(withSave(command), "start of the time in which to trade; signals see all bars before it");
  withConfigKeys(withSubmission(withReading(withStrategy(withCommon(command))), false)).action(
    async (given: readonly string[]) => {
      await using run = await startInvocation(command, io);
      exit(await backtest(run, await backtestRequest(run, given, program.args)));
    },
  );
}
