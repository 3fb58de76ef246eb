import { resolve } from "node:path";
import { AtcError } from "@atc/contract";
import type { BacktestReport, BarColumn, CurveFiles, OpenBacktest } from "@atc/runtime";
import { barColumns, checkCurveFiles, ingestFile, openBacktest, reportJson, writeCurves } from "@atc/runtime";
import type { Command } from "commander";
import { withConfigKeys } from "../invocation/config-options.ts";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { startInvocation, withCommon, withReading } from "../invocation/invocation.ts";
import { checkOutputs } from "../invocation/output-files.ts";
import { periodOf, withPeriod } from "../invocation/period.ts";
import { symbolList } from "../invocation/reading-options.ts";
import { exitCodes } from "../process/exit-code.ts";
import { backtestTable } from "../reports/backtest-table.ts";

const curveKinds = ["trades", "fills", "equity", "portfolio", "report"] as const;

/** The columns of `--equity` besides equity and direction, unless others are chosen. */
const usualColumns: readonly BarColumn[] = ["cash", "exposure"];

/** The columns that `--equity-columns` names. */
function columnsOf({ equity, equityColumns }: Readonly<Record<string, unknown>>): readonly BarColumn[] {
  if (equityColumns === undefined) return equity === undefined ? [] : usualColumns;
  const refuse = (what: string): AtcError =>
    new AtcError("ATC_INVALID_ARGUMENT", `${what}; give columns of ${barColumns.join(", ")}, separated by commas`, {
      details: { flag: "--equity-columns", value: String(equityColumns) },
    });
  if (equity === undefined) throw refuse("--equity-columns chooses columns of --equity, which names no file");
  const names = String(equityColumns)
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return names.map((name) => {
    const found = barColumns.find((column) => column === name);
    if (found === undefined) throw refuse(`--equity-columns has "${name}", which is not a column`);
    return found;
  });
}

/** Whether an output goes to standard output: `--report -`. */
function isPrinted(kind: string, file: unknown): boolean {
  return kind === "report" && file === "-";
}

/** The exit code of a report: `data` if no symbol could be computed. */
function reportExitCode(report: BacktestReport): number {
  return report.symbols.length === 0 ? exitCodes.data : exitCodes.ok;
}

/** Where the results came from. */
function origin({ cachedSymbols, report: { symbols } }: OpenBacktest): string {
  if (symbols.length > 0 && cachedSymbols === symbols.length) return "results from the cache";
  return cachedSymbols === 0 ? "computed" : `computed, ${cachedSymbols} of ${symbols.length} symbols from the cache,`;
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
    .option("--equity-columns <list>", `the columns of --equity besides equity and direction: ${barColumns.join(", ")}`)
    .option("--portfolio <file>", "write the portfolio's equity to a .csv, .arrow or .parquet file")
    .option("--report <file>", "write the report as JSON to a file; - is standard output, instead of the tables")
    .option("--force", "replace files that exist")
    .option("--threads <count>", "number of threads (default: one per core, fewer in a small container)")
    .option("--no-cache", "neither read results from the cache nor store them");
  withPeriod(command, "start of the time in which to trade; signals see all bars before it");
  withConfigKeys(withReading(withCommon(command))).action(async (given: readonly string[]) => {
    await using run = await startInvocation(command, io);
    const { options } = run;
    const period = periodOf(options);
    const files: CurveFiles = Object.fromEntries(
      curveKinds.flatMap((kind) => {
        const file = options[kind];
        return typeof file === "string" && !isPrinted(kind, file) ? [[kind, resolve(io.cwd, file)]] : [];
      }),
    );
    const outputs = Object.entries(files).map(([kind, file]) => ({ flag: `--${kind}`, file }));
    checkOutputs(outputs, {
      inputs: [...given, run.runtime.loaded.file],
      cwd: io.cwd,
      force: options["force"] === true,
    });
    const columns = columnsOf(options);
    await checkCurveFiles(run.runtime, files);
    const symbols = symbolList(options);
    const curves = curveKinds.some((kind) => kind !== "report" && kind in files);
    const startedAt = performance.now();
    // Several files become one dataset, as with an ingest of them.
    const read = given.length > 1 ? await ingestFile(run.runtime, given, run.data) : undefined;
    const data = read?.manifest.name ?? given[0];
    using outcome = await openBacktest(run.runtime, data, {
      ...(read === undefined ? run.data : { signal: run.data.signal, onProgress: run.data.onProgress }),
      curves,
      columns,
      fills: files.fills !== undefined,
      ...(symbols === undefined ? {} : { symbols }),
      ...(period === undefined ? {} : { period }),
    });
    for (const file of await writeCurves(outcome, files, run.runtime)) run.say(`wrote ${file}`);
    if (run.json || isPrinted("report", options["report"])) await run.printPortions(reportJson(outcome.report));
    else {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(2);
      run.printFitted(backtestTable(outcome.report, outcome.dataset, { screen: run.screen, given, symbols }));
      const reused = read?.reused ?? outcome.reused;
      run.say(
        `\n${origin(outcome)} in ${seconds} s\n${datasetLine({ dataset: outcome.dataset, reused, cachedSymbols: outcome.cachedSymbols }, given.length)}`,
      );
    }
    exit(reportExitCode(outcome.report));
  });
}
