import { resolve } from "node:path";
import { AtcError } from "@atc/contract";
import type { Period } from "@atc/runtime";
import { computeSignals, exportSignals, scanSignals, signalFormats, writeSignals } from "@atc/runtime";
import type { Command } from "commander";
import { withConfigKeys } from "../invocation/config-options.ts";
import type { CommandLineIo, Invocation } from "../invocation/invocation.ts";
import { startInvocation, withCommon, withReading } from "../invocation/invocation.ts";
import { checkOutputs } from "../invocation/output-files.ts";
import { periodOf, withPeriod } from "../invocation/period.ts";
import { symbolList } from "../invocation/reading-options.ts";
import { exitCodes } from "../process/exit-code.ts";
import { decisionTable } from "../reports/decision-table.ts";
import { scanTable, skippedLines, stateLine } from "../reports/scan-table.ts";
import { signalWeights } from "../reports/signal-weights.ts";
import { counted, integer } from "../text/number-format.ts";

/** What one run of the command is asked for. */
interface SignalsRun {
  readonly run: Invocation;
  readonly io: CommandLineIo;
  readonly data: string | undefined;
  readonly symbols: readonly string[] | undefined;
  readonly period: Period | undefined;
  readonly output: string | undefined;
  /** Whether files that exist are replaced. */
  readonly force: boolean;
}

function refusal(message: string, flag: string, value: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", message, { details: { flag, value } });
}

function minSignalOf(value: unknown): number {
  if (value === undefined) return 0;
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  if (number >= 0 && number <= 1) return number;
  throw refusal(
    `--min-signal is "${String(value)}"; give a number from 0 to 1, such as 0.5`,
    "--min-signal",
    String(value),
  );
}

/** The current state of all symbols. */
async function scan({ run, data, symbols, period }: SignalsRun, exit: (code: number) => void): Promise<void> {
  const least = minSignalOf(run.options["minSignal"]);
  const startedAt = performance.now();
  const found = await scanSignals(run.runtime, data, {
    ...run.data,
    ...(symbols === undefined ? {} : { symbols }),
    ...(period === undefined ? {} : { period }),
  });
  const shown =
    least === 0 ? found.symbols : found.symbols.filter(({ averageSignal }) => Math.abs(averageSignal ?? -1) >= least);
  exit(found.symbols.length === 0 ? exitCodes.data : exitCodes.ok);
  const { path, dataset, config, skipped, cachedSymbols } = found;
  if (run.json) {
    const belowMinSignal = found.symbols.length - shown.length;
    return run.printJson({ config, data: { path, dataset }, symbols: shown, belowMinSignal, skipped });
  }
  run.printFitted(scanTable(found, shown, run.screen));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(2);
  run.say(
    "",
    `${integer(cachedSymbols)} of ${counted(found.symbols.length, "symbol")} from the cache, in ${seconds} s`,
  );
}

/** What decides instead of ATC; undefined if ATC does. */
function otherStrategy({ config }: Invocation["runtime"]): string | undefined {
  return config.signals ?? (config.strategy === "atc" ? undefined : config.strategy);
}

/** The latest decisions of another strategy than ATC, for all symbols. */
async function decisions(
  { run, data, symbols, period, output }: SignalsRun,
  strategy: string,
  exit: (code: number) => void,
): Promise<void> {
  const { allBars, minSignal } = run.options;
  if (allBars === true || output !== undefined)
    throw refusal(
      `only the signals of ATC are written here; for the decisions of ${strategy} at every bar use atc backtest --equity FILE.csv --equity-columns strength`,
      output === undefined ? "--all-bars" : "--output",
      output ?? "",
    );
  if (minSignal !== undefined)
    throw refusal(
      `--min-signal selects by ATC's average signal, which ${strategy} does not have; leave it out`,
      "--min-signal",
      String(minSignal),
    );
  const { latestDecisions } = await import("@atc/runtime/checks");
  const found = await latestDecisions(run.runtime, data, {
    ...run.data,
    ...(symbols === undefined ? {} : { symbols }),
    ...(period === undefined ? {} : { period }),
  });
  exit(found.symbols.length === 0 ? exitCodes.data : exitCodes.ok);
  const { path, dataset, skipped } = found;
  if (run.json) return run.printJson({ strategy, data: { path, dataset }, symbols: found.symbols, skipped });
  run.printFitted(decisionTable(found, strategy, run.screen));
}

/** Every bar of all symbols, as one table. */
async function writeAllBars({ run, io, data, symbols, period, output, force }: SignalsRun): Promise<void> {
  if (output === undefined)
    throw refusal("--all-bars needs a file to write: -o FILE.csv, FILE.arrow or FILE.parquet", "--all-bars", "");
  const { files, rows, skipped, ...rest } = await exportSignals(run.runtime, data, {
    ...(output === "-" ? { stream: io.stdout } : { file: output }),
    ...(symbols === undefined ? {} : { symbols }),
    ...(period === undefined ? {} : { period }),
    force,
    reading: run.data,
    signal: io.signal,
    onProgress: run.display.listener,
  });
  if (output !== "-" && run.json) return run.printJson({ files, rows, symbols: rest.symbols, skipped });
  if (output !== "-")
    run.print(`wrote ${files.join(", ")}: ${counted(rows, "row")}, ${counted(rest.symbols, "symbol")}`);
  for (const line of skippedLines(skipped, run.screen)) run.say(line);
}

/** One symbol: its state with the weights of the averages, and every bar in a file. */
async function detail({ run, io, data, symbols, period, output }: SignalsRun): Promise<void> {
  const [symbol] = symbols ?? [];
  if (output !== undefined && !signalFormats.some((ending) => output.endsWith(ending)))
    throw refusal(
      `-o is "${output}"; the signals of one symbol go to a file that ends in ${signalFormats.join(", ")}; Parquet, and several symbols, need --all-bars`,
      "--output",
      output,
    );
  const table = await computeSignals(run.runtime, data, {
    ...run.data,
    ...(symbol === undefined ? {} : { symbol }),
    ...(period === undefined ? {} : { period }),
  });
  if (output !== undefined) await writeSignals(table, resolve(io.cwd, output));
  const { diagnostics, symbol: name, length, last } = table;
  if (run.json) return run.printJson({ symbol: name, bars: length, output: output ?? null, last, diagnostics });
  run.printLine(`${stateLine(table)}${output === undefined ? "" : `; written to ${output}`}`);
  const weights = signalWeights(diagnostics);
  if (weights !== undefined) run.printFitted(weights);
  for (const warning of table.warnings) run.say(`  ${warning}`);
  if (output === undefined) run.say("write every bar with: -o FILE.csv, .arrow or .json");
}

/** Refuses combinations in which an option would have no effect, or a file would hold one of several symbols. */
function checkCombination({ run, symbols, output }: SignalsRun): "allBars" | "detail" | "scan" {
  const { allBars, minSignal } = run.options;
  const kind =
    allBars === true
      ? "allBars"
      : symbols?.length === 1 || (output !== undefined && symbols === undefined)
        ? "detail"
        : "scan";
  if (minSignal !== undefined && kind !== "scan")
    throw refusal(
      "--min-signal selects rows of the table of several symbols; leave it out, or leave out --all-bars, -o and a single --symbols",
      "--min-signal",
      String(minSignal),
    );
  if (kind === "scan" && output !== undefined)
    throw refusal(
      `-o is "${output}", but ${symbols?.length ?? 0} symbols are named; write every bar of them with --all-bars, or name one symbol`,
      "--output",
      output,
    );
  return kind;
}

export function addSignals(program: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = program
    .command("signals [data]")
    .description(
      "The current signal of every symbol, the strongest first; with --symbols S, its averages and weights; with -o, every bar; with --strategy, its decision at the last bar of each symbol",
    )
    .option(
      "--symbols <list>",
      `only these symbols, separated by commas; in double quotes if one holds a comma: 'AAPL,"A,B"'`,
    )
    .option("--min-signal <value>", "only symbols whose average signal is this strong, long or short: 0 to 1")
    .option("-o, --output <file>", `write every bar of one symbol to a file: ${signalFormats.join(", ")}`)
    .option(
      "--all-bars",
      "with -o: write every bar of all symbols as one table: .csv, .arrow or .parquet; {symbol} in the name gives one file per symbol",
    )
    .option("--force", "replace files that exist")
    .option("--threads <count>", "threads (default: one per core, fewer in a small container)")
    .option("--no-cache", "neither read results from the cache nor store them");
  withPeriod(command, "start of the time to show; signals see all bars before it");
  withConfigKeys(withReading(withCommon(command))).action(async (data: string | undefined) => {
    await using run = await startInvocation(command, io);
    const { output, force } = run.options;
    const asked: SignalsRun = {
      run,
      io,
      data,
      symbols: symbolList(run.options),
      period: periodOf(run.options),
      output: typeof output === "string" ? output : undefined,
      force: force === true,
    };
    const other = otherStrategy(run.runtime);
    if (other !== undefined) return await decisions(asked, other, exit);
    const kind = checkCombination(asked);
    if (asked.output !== undefined && asked.output !== "-")
      checkOutputs([{ flag: "--output", file: resolve(io.cwd, asked.output) }], {
        inputs: [data, run.runtime.loaded.file],
        cwd: io.cwd,
        force: asked.force,
      });
    if (kind === "allBars") return await writeAllBars(asked);
    if (kind === "detail") return await detail(asked);
    return await scan(asked, exit);
  });
}
