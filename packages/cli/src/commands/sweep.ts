import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { AtcError, fromSystemError } from "@atc/contract";
import { ingestFile, type Period } from "@atc/runtime";
import type * as Sweeps from "@atc/runtime/sweeps";
import type { Command } from "commander";
import { withConfigKeys } from "../invocation/config-options.ts";
import type { CommandLineIo, Invocation } from "../invocation/invocation.ts";
import { startInvocation, withCommon, withReading } from "../invocation/invocation.ts";
import { checkOutputs } from "../invocation/output-files.ts";
import { periodOf, withPeriod } from "../invocation/period.ts";
import { symbolList } from "../invocation/reading-options.ts";
import { exitCodes } from "../process/exit-code.ts";
import { plannedJson, plannedText } from "../reports/planned-sweep.ts";
import { sweepJson } from "../reports/sweep-json.ts";
import { sweepTable } from "../reports/sweep-table.ts";
import { countOf, listed, textOf, textsOf } from "./sweep-options.ts";
import { addSweepShow } from "./sweep-show.ts";

/** The options that say what is searched. */
function withSpace(command: Command): Command {
  return command
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
    .option("--random <count>", "draw this many configurations of the space instead of taking all")
    .option("--halving <count>", "draw this many, on a few bars at first, and the best of them on more")
    .option(
      "--tpe <count>",
      "choose this many, each near earlier ones that were good (tree-structured Parzen estimator)",
    )
    .option("--seed <number>", "seed of what is drawn (default: 1)")
    .option("--where <expression>", 'leave out other configurations: "emaLength < kamaLength"; may be repeated', listed)
    .option("--objective <metrics>", "what to maximise: a metric, -metric, or a weighted sum (default: sharpe)")
    .option("--require <expression>", 'rank only such configurations: "trades >= 30"; may be repeated', listed)
    .option("--over <way>", "mean, median or min of the symbols instead of the portfolio")
    .option("--metrics <list>", "the metrics of the table, separated by commas; atc metrics explains them")
    .option("--space <file>", "read all of these from a YAML or JSON file; options add to it");
}

/** The sweep that the options describe. */
function definitionOf(
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
  checkOutputs([{ flag: "--output", file }], {
    inputs: [...given, runtime.loaded.file],
    cwd: io.cwd,
    force: options["force"] === true,
  });
  return file;
}

/** What one run of the command is asked for. */
interface SweepRun {
  readonly run: Invocation;
  readonly given: readonly string[];
  readonly period: Period | undefined;
}

async function sweep({ run, given, period }: SweepRun, exit: (code: number) => void): Promise<void> {
  const { options } = run;
  // Other commands start without the modules of sweeps.
  const sweeps = await import("@atc/runtime/sweeps");
  const definition = definitionOf(run, sweeps);
  const symbols = symbolList(options);
  const map = mapOf(options);
  const top = countOf(options, "top", "--top") ?? 10;
  const table = tableOf(run, given);
  const asked = {
    definition,
    bySymbol: options["bySymbol"] === true,
    ...(symbols === undefined ? {} : { symbols }),
    ...(period === undefined ? {} : { period }),
  };
  const startedAt = performance.now();
  const read = given.length > 1 ? await ingestFile(run.runtime, given, run.data) : undefined;
  const data = read?.manifest.name ?? given[0];
  const reading = read === undefined ? run.data : { signal: run.data.signal, onProgress: run.data.onProgress };
  if (options["dryRun"] === true) {
    const plan = await sweeps.planSweepRun(run.runtime, data, { ...reading, ...asked });
    if (run.json) run.printJson(plannedJson(plan));
    else run.printFitted(plannedText(plan, run.screen));
    return;
  }
  const outcome = await sweeps.runSweep(run.runtime, data, {
    ...reading,
    ...asked,
    top,
    ...(table === undefined ? {} : { table }),
    resume: options["resume"] !== false,
    keepsAborted: true,
    ...(map === undefined ? {} : { map }),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  if (run.json) run.printJson(sweepJson(outcome, { definition, seconds, config: run.runtime.config }));
  else run.printFitted(sweepTable(outcome, { screen: run.screen, seconds }));
  if (outcome.isComplete && table !== undefined) run.say(`wrote ${table}`);
  if (!outcome.isComplete) {
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
  withSpace(command)
    .option("-o, --output <file>", "write all evaluations to a .csv, .arrow or .parquet file")
    .option("--force", "replace a file that exists")
    .option("--by-symbol", "a row for each symbol too, in the table of -o")
    .option("--top <count>", "number of best configurations to print (default: 10)")
    .option(
      "--map <keys>",
      "two axes, separated by a comma, for a map of the best objective (default: if there are two axes)",
    )
    .option("--dry-run", "only count configurations and shared work, and estimate time and memory")
    .option("--no-resume", "compute configurations that an earlier sweep has finished again")
    .option("--threads <count>", "number of threads (default: one per core, fewer in a small container)")
    .option("--no-cache", "neither read results from the cache nor store them");
  addSweepShow(command, io, exit);
  withPeriod(command, "start of the time in which to trade; signals see all bars before it");
  withConfigKeys(withReading(withCommon(command))).action(async (given: readonly string[]) => {
    await using run = await startInvocation(command, io);
    await sweep({ run, given, period: periodOf(run.options) }, exit);
  });
}
