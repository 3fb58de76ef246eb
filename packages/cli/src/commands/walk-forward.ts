import { resolve } from "node:path";
import { AtcError } from "@atc/contract";
import type { Period } from "@atc/runtime";
import type { SweepDefinition, WalkForwardOutcome, WindowLengths } from "@atc/runtime/sweeps";
import type { Command } from "commander";
import { wantsChart, withChart } from "../invocation/chart-option.ts";
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
import { plannedWindowsJson, plannedWindowsText } from "../reports/planned-walk-forward.ts";
import { stitchedChart } from "../reports/stitched-chart.ts";
import { walkForwardJson } from "../reports/walk-forward-json.ts";
import { walkForwardSummary } from "../reports/walk-forward-summary.ts";
import { lengthsText, walkForwardTable } from "../reports/walk-forward-table.ts";
import { saveRun, withSave } from "./save-run.ts";
import { definitionOf, withSpace } from "./sweep.ts";
import { sayReplaced, textOf } from "./sweep-options.ts";

type Options = Readonly<Record<string, unknown>>;

/** Adds the options that divide the bars. */
function withWindows(command: Command): Command {
  return command
    .option("--train <bars>", "bars on which each window compares configurations")
    .option("--test <bars>", "bars after them on which the best one trades")
    .option("--windows <count>", "this many windows instead of --test, up to the last bar")
    .option("--step <bars>", "bars from a window to the next (default: those of a test)")
    .option("--anchored", "train from the first bar on in every window")
    .option("--gap <bars>", "bars between training and test that neither uses (default: 0)")
    .option("--warmup <bars>", "bars that signals see before training or test, or all (default: all)")
    .option("--partial", "let the last test be shorter than the others");
}

/** A number of bars; undefined if it is not given. */
function barsOf(options: Options, name: string, least: number): number | undefined {
  const text = textOf(options, name);
  if (text === undefined) return undefined;
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(count) && count >= least) return count;
  const flag = `--${name}`;
  throw new AtcError("ATC_INVALID_ARGUMENT", `${flag} is "${text}"; give a whole number of ${least} or more`, {
    details: { flag, value: text },
  });
}

function lengthsOf(options: Options): WindowLengths {
  const lengths = {
    train: barsOf(options, "train", 1),
    test: barsOf(options, "test", 1),
    count: barsOf(options, "windows", 1),
    step: barsOf(options, "step", 1),
    gap: barsOf(options, "gap", 0),
    warmup: textOf(options, "warmup") === "all" ? ("all" as const) : barsOf(options, "warmup", 0),
    anchored: options["anchored"] === true ? true : undefined,
    partial: options["partial"] === true ? true : undefined,
  };
  if (lengths.count !== undefined || (lengths.train !== undefined && lengths.test !== undefined)) return lengths;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    "a walk-forward needs the bars of its windows; give --train and --test, or --windows",
    { details: { flag: "--windows" } },
  );
}

/** The file of the table, absolute. */
function tableOf({ options, io, runtime }: Invocation, given: readonly string[]): string | undefined {
  const output = textOf(options, "output");
  if (output === undefined) return undefined;
  const file = resolve(io.cwd, output);
  const inputs = [...given, runtime.loaded.file];
  checkOutputs([{ flag: "--output", file }], { inputs, cwd: io.cwd, force: options["force"] === true });
  return file;
}

/** Writes the page of a walk-forward. */
async function writePage(
  { runtime }: Invocation,
  { file, command, onBlock, finish }: SearchPage,
  outcome: WalkForwardOutcome,
  { over, sample }: SweepDefinition,
): Promise<void> {
  const { writeWalkForwardReport } = await import("@atc/runtime/reports");
  const texts = { summary: walkForwardSummary(outcome), lengths: lengthsText(outcome), over };
  const options = { ...texts, command, onBlock, seed: sample?.seed };
  await finish(await writeWalkForwardReport(runtime, outcome, file, options));
}

/** What one run of the command is asked for. */
interface WalkForwardRun {
  readonly run: Invocation;
  readonly given: readonly string[];
  readonly period: Period | undefined;
  /** The words of the command. */
  readonly words: readonly string[];
}

async function walkForward({ run, given, period, words }: WalkForwardRun, exit: (code: number) => void): Promise<void> {
  const { options } = run;
  // Other commands start without the modules of sweeps.
  const sweeps = await import("@atc/runtime/sweeps");
  const definition = definitionOf(run, sweeps);
  const symbols = symbolList(options);
  const table = tableOf(run, given);
  const page = await searchPage(run, given, words);
  const asked = {
    definition,
    windows: lengthsOf(options),
    ...(symbols === undefined ? {} : { symbols }),
    ...(period === undefined ? {} : { period }),
  };
  const startedAt = performance.now();
  const { data, reading } = await givenData(run, given);
  if (options["dryRun"] === true) {
    const plan = await sweeps.planWalkForward(run.runtime, data, { ...reading, ...asked });
    if (run.json) run.printJson(plannedWindowsJson(plan));
    else run.printFitted(plannedWindowsText(plan, run.screen));
    return;
  }
  const outcome = await sweeps.runWalkForward(run.runtime, data, {
    ...reading,
    ...asked,
    ...(table === undefined ? {} : { table }),
    resume: options["resume"] !== false,
    keepsAborted: true,
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const { config } = run.runtime;
  const seed = definition.sample?.seed;
  const monteCarlo = outcome.stitched && sweeps.accountSamples(outcome.stitched, { config, seed });
  if (run.json) run.printJson(walkForwardJson(outcome, { definition, seconds, config, monteCarlo }));
  else {
    const { over } = definition;
    run.printFitted(walkForwardTable(outcome, { screen: run.screen, seconds, over, monteCarlo }));
    const chart = wantsChart(run) ? stitchedChart(outcome, run.screen) : undefined;
    if (chart !== undefined) run.printFitted(`\n${chart}`);
  }
  sayReplaced(run, outcome.axes);
  if (!outcome.isComplete) {
    run.say("stopped; the finished configurations are kept, and the same command continues after them");
    exit(exitCodes.aborted);
    return;
  }
  if (table !== undefined) run.say(`wrote ${table}`);
  if (page !== undefined) await writePage(run, page, outcome, definition);
  const kept = { ...asked, report: page?.block() };
  if (options["save"] !== false) await saveRun(run, (runs) => runs.saveWalkForward(run.runtime, outcome, kept));
  exit(outcome.windows.every(({ choice }) => choice === undefined) ? exitCodes.data : exitCodes.ok);
}

/** Adds `atc walk-forward`. */
export function addWalkForward(program: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = program
    .command("walk-forward [data...]")
    .description("Choose the best configuration in each window of the bars, and test it on the bars after the window")
    .option("--symbols <list>", "only these symbols, separated by commas");
  withWindows(command);
  withPage(withSpace(command, false))
    .option("-o, --output <file>", "write a row per window to a .csv, .arrow or .parquet file")
    .option("--force", "replace a file that exists")
    .option("--dry-run", "only show the windows, and estimate the time")
    .option("--no-resume", "compute again what an earlier walk-forward has finished")
    .option("--threads <count>", "threads (default: one per core, fewer in a small container)")
    .option("--no-cache", "neither read results from the cache nor store them");
  withChart(command, "the equity out of sample");
  withPeriod(withSave(command), "start of the time that is divided into windows; signals see all bars before it");
  withConfigKeys(withSubmission(withReading(withCommon(command)), false)).action(async (given: readonly string[]) => {
    await using run = await startInvocation(command, io, { defersRules: true });
    await walkForward({ run, given, period: periodOf(run.options), words: program.args }, exit);
  });
}
