import { AtcError } from "@atc/contract";
import type { Period } from "@atc/runtime";
import type { LuckOptions } from "@atc/runtime/validation";
import type { Command } from "commander";
import { checkParameterWords } from "../invocation/config-options.ts";
import { givenData } from "../invocation/given-data.ts";
import type { Invocation } from "../invocation/invocation.ts";
import { symbolList } from "../invocation/reading-options.ts";
import { searchPage } from "../invocation/search-page.ts";
import { exitCodes } from "../process/exit-code.ts";
import { luckJson } from "../reports/luck-json.ts";
import { luckTable } from "../reports/luck-table.ts";
import { saveRun } from "./save-run.ts";
import { textOf } from "./sweep-options.ts";

/** Adds the options of the tests of one backtest. */
export function withLuck(command: Command): Command {
  return command
    .option("--samples <count>", "samples of each test, 1 to 1,000,000 (default: 1,000)")
    .option("--block <bars>", "mean bars of a block of the bootstrap (default: the square root of their number)")
    .option("--ruin <part>", "the fall, a part of the peak, that counts as ruin (default: 0.5)");
}

type Options = Readonly<Record<string, unknown>>;

/** The number of an option; undefined if it is not given. The tests check its range. */
function numberOf(options: Options, name: keyof LuckOptions): number | undefined {
  const text = textOf(options, name);
  if (text === undefined) return undefined;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new AtcError("ATC_INVALID_ARGUMENT", `--${name} is "${text}"; give a number`, {
    details: { flag: `--${name}`, value: text },
  });
}

/** The options of the tests. */
function luckOf(options: Options): LuckOptions {
  return {
    samples: numberOf(options, "samples"),
    seed: numberOf(options, "seed"),
    block: numberOf(options, "block"),
    ruin: numberOf(options, "ruin"),
  };
}

/** What one run of the command is asked for. */
export interface DataValidation {
  readonly run: Invocation;
  /** Files, or the name of a dataset. */
  readonly given: readonly string[];
  readonly period: Period | undefined;
  /** The words of the command. */
  readonly words: readonly string[];
}

/** Judges one backtest of files or of a dataset. */
export async function validateData(
  { run, given, period, words }: DataValidation,
  exit: (code: number) => void,
): Promise<void> {
  const { options, io } = run;
  checkParameterWords(given, options, io.cwd);
  const symbols = symbolList(options);
  const luck = luckOf(options);
  const page = await searchPage(run, given, words);
  // Other commands start without the modules of validation.
  const { openValidation } = await import("@atc/runtime/validation");
  const startedAt = performance.now();
  const { data, reading } = await givenData(run, given);
  const asked = {
    ...(symbols === undefined ? {} : { symbols }),
    ...(period === undefined ? {} : { period }),
  };
  using validation = await openValidation(run.runtime, data, { ...reading, ...luck, ...asked });
  const seconds = (performance.now() - startedAt) / 1000;
  if (run.json) run.printJson(luckJson(validation, seconds));
  else {
    run.printFitted(luckTable(validation, run.screen));
    run.say("", `computed in ${seconds.toFixed(2)} s`, `dataset ${validation.dataset}`);
  }
  if (page !== undefined) {
    const { writeLuckReport } = await import("@atc/runtime/reports");
    const { file, command, onBlock } = page;
    await page.finish(
      await writeLuckReport(run.runtime, data, validation, { file, command, onBlock, run: { ...reading, ...asked } }),
    );
  }
  const kept = { ...luck, ...asked, report: page?.block() };
  if (options["save"] !== false) await saveRun(run, (runs) => runs.saveValidation(run.runtime, validation, kept));
  exit(validation.report.portfolio === null ? exitCodes.data : exitCodes.ok);
}
