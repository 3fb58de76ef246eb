import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { AtcError, fromSystemError } from "@atc/contract";
import type { DataOptions, Period } from "@atc/runtime";
import type { SweepReporter } from "@atc/runtime/reports";
import type * as Sweeps from "@atc/runtime/sweeps";
import type { Command } from "commander";
import { withConfigKeys } from "../invocation/config-options.ts";
import { givenData } from "../invocation/given-data.ts";
import type { CommandLineIo, Invocation } from "../invocation/invocation.ts";
import { startInvocation, withCommon, withReading } from "../invocation/invocation.ts";
import { checkOutputs } from "../invocation/output-files.ts";
import { periodOf, withPeriod } from "../invocation/period.ts";
import { withSubmission } from "../invocation/queue-options.ts";
import { symbolList } from "../invocation/reading-options.ts";
import { type SearchPage, searchPage, withPage } from "../invocation/search-page.ts";
import { exitCodes } from "../process/exit-code.ts";
import { plannedJson, plannedText } from "../reports/planned-sweep.ts";
import { sweepJson } from "../reports/sweep-json.ts";
import { sweepTable } from "../reports/sweep-table.ts";
import { saveRun, withSave } from "./save-run.ts";
import { countOf, listed, sayReplaced, textOf, textsOf } from "./sweep-options.ts";
import { addSweepShow } from "./sweep-show.ts";

/**
 * Adds the options that say what is searched.
 *
 * @param isGuided - whether configurations may be chosen by the results of others
 */
export function withSpace(command: Command, isGuided = true): Command {
  command
    .option(
      "--grid <key=values>",
      "an axis; may be repeated: emaLength=10..60:5, lambda=0.01,0.02, decay=0.001..0.1:log, parameters.fast=5..20",
      listed,
    )
    .option(
      "--tie <keys>",
      "keys that share one value, separated by commas, or lengths for all six; may be repeated",
      listed,
    )
    .option("--random <count>", "draw this many configurations of the space instead of taking all");
  if (isGuided)
    command
      .option("--halving <count>", "draw this many, on a few bars at first, and the best of them on more")
      .option(
        "--tpe <count>",
        "choose this many, each near earlier ones that were good (tree-structured Parzen estimator)",
      );
  return command
    .option("--seed <number>", "seed of what is drawn (default: 1)")
    .option("--where <expression>", 'leave out other configurations: "emaLength < kamaLength"; may be repeated', listed)
    .option("--objective <metrics>", "maximise a metric, -metric, or a weighted sum (default: sharpe)")
    .option("--require <expression>", 'rank only such configurations: "trades >= 30"; may be repeated', listed)
    .option("--over <way>", "mean, median or min of the symbols instead of the portfolio")
    .option("--metrics <list>", "metrics of the table, separated by commas; atc metrics lists all")
    .option("--space <file>", "read all of these from a YAML or JSON file; options add to it");
}

/** The sweep that the options describe. */
export function definitionOf(
  { options, io }: Pick<Invocation, "options" | "io">,
  { parseSweepFile, sweepFlags }: typeof Sweeps,
): Sweeps.SweepDefinition {
  const file = textOf(options, "space");
  const below = file === undefined ? undefined : parseSweepFile(textOfFile(resolve(io.cwd, file), file), file);
  const flags: Sweeps.SweepFlags = {
    grid: textsOf(options, "grid"),
    tie: textsOf(options, "tie"),
    where: textsOf(options, "where"),
    require: textsOf(options, "require"),
    random: textOf(options, "random"),
    halving: textOf(options, "halving"),
    tpe: textOf(options, "tpe"),
    seed: textOf(options, "seed"),
    objective: textOf(options, "objective"),
    over: textOf(options, "over"),
    metrics: textOf(options, "metrics"),
  };
  return sweepFlags(flags, below);
}

function textOfFile(path: string, name: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw fromSystemError(error, `cannot read "${name}", which --space names`, "check the path");
  }
}

function refusal(message: string, flag: string, value: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", message, { details: { flag, value } });
}

/** The axes of `--map`. */
function mapOf(options: Readonly<Record<string, unknown>>): readonly [string, string] | undefined {
  const text = textOf(options, "map");
  if (text === undefined) return undefined;
  const [columns, rows, ...others] = text.split(",").map((key) => key.trim());
  if (columns !== undefined && rows !== undefined && others.length === 0) return [columns, rows];
  throw refusal(`--map is "${text}"; give two keys of axes, such as emaLength,lambda`, "--map", text);
}

/** The file of the table, absolute. */
function tableOf({ options, io, runtime }: Invocation, given: readonly string[]): string | undefined {
  const output = textOf(options, "output");
  if (output === undefined) {
    if (options["bySymbol"] !== true) return undefined;
    throw refusal("--by-symbol adds rows to the table, which needs a file: -o FILE.csv", "--by-symbol", "");
  }
  const file = resolve(io.cwd, output);
  // CSV has no metadata, so the description of the sweep is in a file beside it.
  const beside = output.toLowerCase().endsWith(".csv") ? [{ flag: "--output", file: `${file}.json` }] : [];
  checkOutputs([{ flag: "--output", file }, ...beside], {
    inputs: [...given, runtime.loaded.file],
    cwd: io.cwd,
    force: options["force"] === true,
  });
  return file;
}

function wroteText(table: string): string {
  const beside = table.toLowerCase().endsWith(".csv")
    ? `, and ${basename(table)}.json, which says what the sweep was`
    : "";
  return `wrote ${table}${beside}`;
}

/** What one run of the command is asked for. */
interface SweepRun {
  readonly run: Invocation;
  readonly given: readonly string[];
  readonly period: Period | undefined;
  /** The words of the command. */
  readonly words: readonly string[];
}

/** What is known of a sweep whose page is written. */
interface SweptData {
  readonly page: SearchPage;
  readonly reporter: SweepReporter;
  readonly outcome: Sweeps.SweepOutcome;
  /** The data as the sweep read it. */
  readonly data: string | undefined;
  readonly asked: DataOptions & Pick<Sweeps.RunSweepOptions, "symbols" | "period">;
}

/** Writes the page of a sweep: the backtest of its best configuration with the panels of the sweep. */
async function writeSweepPage(run: Invocation, { page, reporter, outcome, data, asked }: SweptData): Promise<void> {
  const sweep = reporter.finish(outcome);
  const { winner } = outcome;
  const isStopped = !outcome.isComplete || run.data.signal?.aborted === true;
  if (sweep === undefined || winner === undefined || isStopped) {
    const why = isStopped ? "the sweep was stopped" : "no configuration has a place";
    run.runtime.warn(`no report is written, because ${why}`);
    return;
  }
  const { writeSweepReport } = await import("@atc/runtime/reports");
  const { file, command, onBlock } = page;
  await page.finish(
    await writeSweepReport(run.runtime, data, { sweep, winner }, { file, command, onBlock, run: asked }),
  );
}

async function sweep({ run, given, period, words }: SweepRun, exit: (code: number) => void): Promise<void> {
  const { options } = run;
  // Other commands start without the modules of sweeps.
  const sweeps = await import("@atc/runtime/sweeps");
  const definition = definitionOf(run, sweeps);
  const symbols = symbolList(options);
  const map = mapOf(options);
  const top = countOf(options, "top", "--top") ?? 10;
  const table = tableOf(run, given);
  const page = await searchPage(run, given, words);
  const rows = { ...(symbols === undefined ? {} : { symbols }), ...(period === undefined ? {} : { period }) };
  const asked = { definition, bySymbol: options["bySymbol"] === true, ...rows };
  const startedAt = performance.now();
  const { data, reading } = await givenData(run, given);
  if (options["dryRun"] === true) {
    const plan = await sweeps.planSweepRun(run.runtime, data, { ...reading, ...asked });
    if (run.json) run.printJson(plannedJson(plan));
    else run.printFitted(plannedText(plan, run.screen));
    return;
  }
  const validate = options["validate"] !== false;
  const reporter =
    page === undefined ? undefined : (await import("@atc/runtime/reports")).createSweepReporter(definition);
  const outcome = await sweeps.runSweep(run.runtime, data, {
    ...reading,
    ...asked,
    top,
    ...(table === undefined ? {} : { table }),
    resume: options["resume"] !== false,
    validate,
    isRecorded: options["save"] !== false,
    keepsAborted: true,
    ...(map === undefined ? {} : { map }),
    ...(reporter === undefined ? {} : { listen: reporter.listen }),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  if (run.json) run.printJson(sweepJson(outcome, { definition, seconds, config: run.runtime.config }));
  else run.printFitted(sweepTable(outcome, { screen: run.screen, seconds, over: definition.over }));
  sayReplaced(run, outcome.axes);
  if (outcome.isComplete && table !== undefined) run.say(wroteText(table));
  if (page !== undefined && reporter !== undefined)
    await writeSweepPage(run, { page, reporter, outcome, data, asked: { ...reading, ...rows } });
  const kept = { ...asked, validate, report: page?.block() };
  // A sweep that was stopped while its winner was judged is judged by the same command later.
  if (outcome.recorded !== undefined && run.data.signal?.aborted !== true)
    await saveRun(run, (runs) => runs.saveSweep(run.runtime, outcome, kept));
  if (outcome.isComplete && run.data.signal?.aborted === true) exit(exitCodes.aborted);
  else if (!outcome.isComplete) {
    run.say("stopped; the finished configurations are kept, and the same command continues after them");
    exit(exitCodes.aborted);
  } else exit(outcome.ranked === 0 ? exitCodes.data : exitCodes.ok);
}

/** Adds `atc sweep`. */
export function addSweep(program: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = program
    .command("sweep [data...]")
    .description("Search configurations: evaluate all or some of a space, and rank them")
    .option("--symbols <list>", "only these symbols, separated by commas");
  withPage(withSpace(command))
    .option("-o, --output <file>", "write all evaluations to a .csv, .arrow or .parquet file")
    .option("--force", "replace a file that exists")
    .option("--by-symbol", "a row for each symbol too, in the table of -o")
    .option("--top <count>", "number of best configurations to print (default: 10)")
    .option(
      "--map <keys>",
      "two axes, separated by a comma, for a map of the best objective (default: if there are two axes)",
    )
    .option("--dry-run", "only count configurations and shared work, and estimate time and memory")
    .option("--no-validate", "do not judge whether the best configuration is more than luck")
    .option("--no-resume", "compute configurations that an earlier sweep has finished again")
    .option("--threads <count>", "threads (default: one per core, fewer in a small container)")
    .option("--no-cache", "neither read results from the cache nor store them");
  addSweepShow(command, io, exit);
  withPeriod(withSave(command), "start of the time in which to trade; signals see all bars before it");
  withConfigKeys(withSubmission(withReading(withCommon(command)), false)).action(async (given: readonly string[]) => {
    await using run = await startInvocation(command, io, { defersRules: true });
    await sweep({ run, given, period: periodOf(run.options), words: program.args }, exit);
  });
}
