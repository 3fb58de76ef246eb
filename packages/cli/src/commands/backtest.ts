import { resolve } from "node:path";
import { AtcError, nearest } from "@atc/contract";
import type {
  BacktestReport,
  BarColumn,
  CurveFiles,
  MetricName,
  OpenBacktest,
  OpenBacktestWithCurves,
} from "@atc/runtime";
import {
  barColumns,
  checkCurveFiles,
  configuredFiles,
  explainBars,
  explainedColumns,
  ingestFile,
  isMetricName,
  metricNames,
  openBacktest,
  reportJson,
  tableFiles,
  writeCurves,
} from "@atc/runtime";
import type { Command } from "commander";
import { checkParameterWords, withConfigKeys, withStrategy } from "../invocation/config-options.ts";
import { collected, explainedBars } from "../invocation/explained-bars.ts";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { startInvocation, withCommon, withReading } from "../invocation/invocation.ts";
import { checkOutputs } from "../invocation/output-files.ts";
import { periodOf, withPeriod } from "../invocation/period.ts";
import { symbolList } from "../invocation/reading-options.ts";
import { exitCodes } from "../process/exit-code.ts";
import { backtestTable } from "../reports/backtest-table.ts";
import { explanationText } from "../reports/explanation-lines.ts";

const curveKinds = ["trades", "fills", "equity", "portfolio", "tables", "report"] as const;

/** The columns of `--equity` besides equity and direction, unless others are chosen. */
const usualColumns: readonly BarColumn[] = ["cash", "exposure"];

/** The words of an option that lists some, separated by commas. */
function wordsOf(value: unknown): readonly string[] {
  return String(value)
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

/** The columns that `--equity-columns` names. */
function columnsOf({ equity, portfolio, equityColumns }: Readonly<Record<string, unknown>>): readonly BarColumn[] {
  const isWritten = equity !== undefined || portfolio !== undefined;
  if (equityColumns === undefined) return isWritten ? usualColumns : [];
  const refuse = (what: string): AtcError =>
    new AtcError("ATC_INVALID_ARGUMENT", `${what}; give columns of ${barColumns.join(", ")}, separated by commas`, {
      details: { flag: "--equity-columns", value: String(equityColumns) },
    });
  if (!isWritten) throw refuse("--equity-columns chooses columns of --equity, which names no file");
  return wordsOf(equityColumns).map((name) => {
    const found = barColumns.find((column) => column === name);
    if (found === undefined) throw refuse(`--equity-columns has "${name}", which is not a column`);
    return found;
  });
}

/** The metrics that `--metrics` names. JSON has all of them unless some are named. */
function metricsOf(
  { metrics, report }: Readonly<Record<string, unknown>>,
  isJson: boolean,
): readonly MetricName[] | "all" {
  if (metrics === undefined) return isJson || report !== undefined ? "all" : [];
  const names = wordsOf(metrics);
  if (names.includes("all")) return "all";
  return names.map((name) => {
    if (isMetricName(name)) return name;
    const meant = nearest(name, metricNames);
    const hint = meant === undefined ? "atc metrics lists them" : `did you mean "${meant}"?`;
    throw new AtcError("ATC_INVALID_ARGUMENT", `--metrics has "${name}", which is not a metric; ${hint}`, {
      details: { flag: "--metrics", value: name },
    });
  });
}

/** Whether an output goes to standard output: `--report -`. */
function isPrinted(kind: string, file: unknown): boolean {
  return kind === "report" && file === "-";
}

/** The exit code of a report: `data` if no symbol could be computed. */
function reportExitCode(report: BacktestReport): number {
  return report.portfolio === null ? exitCodes.data : exitCodes.ok;
}

/** Where the results came from. */
function origin({ cached, cachedSymbols, report: { symbols, contributions } }: OpenBacktest): string {
  const count = symbols.length + (contributions?.length ?? 0);
  // One account over all symbols is simulated even if the cache has the decisions of each.
  const isAll = contributions === undefined ? count > 0 && cachedSymbols === count : cached;
  if (isAll) return "results from the cache";
  const what = contributions === undefined ? "symbols" : "decisions";
  return cachedSymbols === 0 ? "computed" : `computed, ${cachedSymbols} of ${count} ${what} from the cache,`;
}

function hasCurves(outcome: OpenBacktest): outcome is OpenBacktestWithCurves {
  return outcome.curves !== undefined;
}

/** The dataset of the rows, whose name other commands take. */
function datasetLine(
  { dataset, reused, cachedSymbols }: Pick<OpenBacktest, "dataset" | "reused" | "cachedSymbols">,
  files: number,
): string {
  if (reused) return `dataset ${dataset}`;
  const known = cachedSymbols > 0 ? ", with rows that results were known for" : "";
  const what = files > 1 ? `the rows of ${files} files` : "the rows";
  return `${what} were read into the dataset ${dataset}${known}`;
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
    .option(
      "--metrics <list>",
      "more metrics, separated by commas, or all; atc metrics explains them (default: all in JSON, else none)",
    )
    .option("--report <file>", "write the report as JSON to a file; - is standard output, instead of the tables")
    .option(
      "--explain <symbol@time>",
      "show what was decided and filled at a bar, and why, such as SPY@2024-01-31; may be repeated",
      collected,
    )
    .option("--force", "replace files that exist")
    .option("--threads <count>", "number of threads (default: one per core, fewer in a small container)")
    .option("--no-cache", "neither read results from the cache nor store them");
  withPeriod(command, "start of the time in which to trade; signals see all bars before it");
  withConfigKeys(withReading(withStrategy(withCommon(command)))).action(async (given: readonly string[]) => {
    await using run = await startInvocation(command, io);
    const { options } = run;
    checkParameterWords(given, options, io.cwd);
    const period = periodOf(options);
    const files: CurveFiles = Object.fromEntries(
      curveKinds.flatMap((kind) => {
        const file = options[kind];
        return typeof file === "string" && !isPrinted(kind, file) ? [[kind, resolve(io.cwd, file)]] : [];
      }),
    );
    const outputs = Object.entries(files).flatMap(([kind, file]) =>
      (kind === "tables" ? tableFiles(file) : [file]).map((own) => ({ flag: `--${kind}`, file: own })),
    );
    checkOutputs(outputs, {
      inputs: [...given, run.runtime.loaded.file, ...configuredFiles(run.runtime)],
      cwd: io.cwd,
      force: options["force"] === true,
    });
    const columns = columnsOf(options);
    const metrics = metricsOf(options, run.json);
    await checkCurveFiles(run.runtime, files);
    const symbols = symbolList(options);
    const explained = explainedBars(options);
    const curves = explained.length > 0 || curveKinds.some((kind) => kind !== "report" && kind in files);
    const startedAt = performance.now();
    // Several files become one dataset, as with an ingest of them.
    const read = given.length > 1 ? await ingestFile(run.runtime, given, run.data) : undefined;
    const data = read?.manifest.name ?? given[0];
    using outcome = await openBacktest(run.runtime, data, {
      ...(read === undefined ? run.data : { signal: run.data.signal, onProgress: run.data.onProgress }),
      curves,
      columns,
      metrics,
      recorded: explained.length > 0 ? explainedColumns(run.runtime.config) : [],
      fills: explained.length > 0 || files.fills !== undefined,
      ...(symbols === undefined ? {} : { symbols }),
      ...(period === undefined ? {} : { period }),
    });
    const explanations = hasCurves(outcome) ? await explainBars(run.runtime, outcome, explained) : [];
    for (const file of await writeCurves(outcome, files, run.runtime)) run.say(`wrote ${file}`);
    if (run.json || isPrinted("report", options["report"]))
      await run.printPortions(reportJson(explained.length > 0 ? { ...outcome.report, explanations } : outcome.report));
    else {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(2);
      const asked = { screen: run.screen, given, symbols, metrics };
      run.printFitted(backtestTable(outcome.report, outcome.dataset, asked));
      for (const one of explanations)
        run.print(`\n${explanationText(one, { ...run.runtime.config, ...outcome.report.config }, run.screen)}`);
      const reused = read?.reused ?? outcome.reused;
      run.say(
        `\n${origin(outcome)} in ${seconds} s\n${datasetLine({ dataset: outcome.dataset, reused, cachedSymbols: outcome.cachedSymbols }, given.length)}`,
      );
    }
    exit(reportExitCode(outcome.report));
  });
}
