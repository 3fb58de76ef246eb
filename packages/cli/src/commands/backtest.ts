import { resolve } from "node:path";
import type { BacktestReport, CurveFiles, OpenBacktest } from "@atc/runtime";
import { openBacktest, reportJson, writeCurves } from "@atc/runtime";
import type { Command } from "commander";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { startInvocation, withCommon, withConfigKeys, withReading } from "../invocation/invocation.ts";
import { checkOutputs } from "../invocation/output-files.ts";
import { listed } from "../invocation/reading-options.ts";
import { exitCodes } from "../process/exit-code.ts";
import { backtestTable } from "../reports/backtest-table.ts";

const curveKinds = ["trades", "equity", "portfolio", "report"] as const;

/** The symbols of a comma-separated list. */
function symbolList(text: unknown): readonly string[] | undefined {
  return typeof text === "string" ? listed(text, "--symbols") : undefined;
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
function datasetLine({ dataset, reused, cachedSymbols }: OpenBacktest): string {
  if (reused) return `dataset ${dataset}`;
  const known = cachedSymbols > 0 ? ", with rows that results were known for" : "";
  return `the rows were read into the dataset ${dataset}${known}`;
}

export function addBacktest(program: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = program
    .command("backtest [data]")
    .description("Backtest a file or a dataset: ATC signals, fills, costs, metrics")
    .option(
      "--symbols <list>",
      `only these symbols, separated by commas; in double quotes if one holds a comma: 'AAPL,"A,B"'`,
    )
    .option("--trades <file>", "write the trades to a .csv or .arrow file")
    .option("--equity <file>", "write the equity curves to a .csv or .arrow file")
    .option("--portfolio <file>", "write the portfolio's equity to a .csv or .arrow file")
    .option("--report <file>", "write the report as JSON to a file")
    .option("--threads <count>", "number of threads (default: one per core, fewer in a small container)")
    .option("--no-cache", "neither read results from the cache nor store them");
  withConfigKeys(withReading(withCommon(command))).action(async (data: string | undefined) => {
    await using run = await startInvocation(command, io);
    const { options } = run;
    const files: CurveFiles = Object.fromEntries(
      curveKinds.flatMap((kind) => {
        const file = options[kind];
        return typeof file === "string" ? [[kind, resolve(io.cwd, file)]] : [];
      }),
    );
    const outputs = Object.entries(files).map(([kind, file]) => ({ flag: `--${kind}`, file }));
    checkOutputs(outputs, [data, run.runtime.loaded.file], io.cwd);
    const symbols = symbolList(options["symbols"]);
    const curves = curveKinds.some((kind) => kind !== "report" && kind in files);
    const startedAt = performance.now();
    using outcome = await openBacktest(run.runtime, data, {
      ...run.data,
      curves,
      ...(symbols === undefined ? {} : { symbols }),
    });
    for (const file of await writeCurves(outcome, files)) run.say(`wrote ${file}`);
    if (run.json) await run.printPortions(reportJson(outcome.report));
    else {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(2);
      run.print(backtestTable(outcome.report, outcome.dataset));
      run.say(`\n${origin(outcome)} in ${seconds} s; ${datasetLine(outcome)}`);
    }
    exit(reportExitCode(outcome.report));
  });
}
