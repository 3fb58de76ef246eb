import { existsSync } from "node:fs";
import { extname, resolve } from "node:path";
import { AtcError } from "@atc/contract";
import { configKeys } from "@atc/runtime";
import type { SweepReporter } from "@atc/runtime/reports";
import type { ValidatedTable, ValidateTableOptions } from "@atc/runtime/sweeps";
import type { Command } from "commander";
import type { Invocation } from "../invocation/invocation.ts";
import { type SearchPage, searchPage } from "../invocation/search-page.ts";
import { exitCodes } from "../process/exit-code.ts";
import { validatedTableJson } from "../reports/validated-table-json.ts";
import { validatedTableText } from "../reports/validated-table-text.ts";
import { saveRun } from "./save-run.ts";
import { textOf } from "./sweep-options.ts";

type Options = Readonly<Record<string, unknown>>;

/** Adds the options for the table of a sweep. */
export function withTableValidation(command: Command): Command {
  return command
    .optionsGroup("The table of a sweep:")
    .option("--folds <count>", "cross-validate: choose on all but one part of the bars, and test on that part")
    .option(
      "--paths <groups,tests>",
      "cross-validate: test all choices of some groups of bars, such as 10,2, and join the tests to paths",
    )
    .option("--purge <bars>", "bars around a test that are not used for the choice (default: 0)")
    .option("--embargo <bars>", "further bars after a test that are not used for the choice (default: 0)");
}

function refusal(flag: string, text: string, what: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `${flag} is "${text}"; give ${what}`, {
    details: { flag, value: text },
  });
}

/** A whole number; undefined if it is not given. The statistics check its range. */
function integerOf(options: Options, name: string): number | undefined {
  const text = textOf(options, name);
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text.trim())) return Number(text);
  throw refusal(`--${name}`, text, "a whole number");
}

function pathsOf(options: Options): ValidateTableOptions["paths"] {
  const text = textOf(options, "paths");
  if (text === undefined) return undefined;
  const found = /^\s*(\d+)\s*,\s*(\d+)\s*$/.exec(text);
  if (found !== null) return { groups: Number(found[1]), tests: Number(found[2]) };
  throw refusal("--paths", text, "two whole numbers, such as 10,2: groups of bars, and how many are tested together");
}

/** What the options ask of a table. */
function askedOf(options: Options): ValidateTableOptions {
  const given = {
    folds: integerOf(options, "folds"),
    paths: pathsOf(options),
    purge: integerOf(options, "purge"),
    embargo: integerOf(options, "embargo"),
    seed: integerOf(options, "seed"),
  };
  const gap = (["purge", "embargo"] as const).find((name) => given[name] !== undefined);
  if (gap !== undefined && given.folds === undefined && given.paths === undefined)
    throw refusal(`--${gap}`, String(given[gap]), "--folds or --paths with it");
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** The endings of tables. */
const endings: readonly string[] = [".arrow", ".feather", ".ipc", ".parquet", ".csv"];

const ofTables = ["folds", "paths", "purge", "embargo"] as const;
const ofBacktests = ["samples", "block", "ruin", "symbols", "from", "to"] as const;

function misplaced(option: string, what: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `--${option} ${what}`, { details: { flag: `--${option}` } });
}

/** Throws for options that the sweep of a table has already chosen. */
function checkOptions({ options, runtime }: Invocation): void {
  const given = ofBacktests.find((name) => options[name] !== undefined);
  if (given !== undefined)
    throw misplaced(given, "is for a backtest, and a table has the choice of its sweep; remove it");
  const { origins } = runtime.loaded;
  const key = configKeys.find(
    ({ name, group }) =>
      origins[name]?.kind === "flag" && (name === "parameters" || !["strategy", "data", "storage"].includes(group)),
  );
  if (key !== undefined) throw misplaced(key.flag.slice(2), "is fixed by the sweep of the table; remove it");
}

/**
 * The table of a sweep among what is given; undefined for data.
 *
 * @throws ATC_INVALID_ARGUMENT for options of the other kind
 */
export async function tableOf(run: Invocation, given: readonly string[]): Promise<string | undefined> {
  const [path] = given;
  if (path !== undefined && given.length === 1 && endings.includes(extname(path).toLowerCase())) {
    const { isSweepTable } = await import("@atc/runtime/sweeps");
    if (await isSweepTable(run.runtime, path)) {
      checkOptions(run);
      return path;
    }
  }
  const option = ofTables.find((name) => run.options[name] !== undefined);
  if (option === undefined) return undefined;
  if (path !== undefined && extname(path) !== "" && !existsSync(resolve(run.io.cwd, path)))
    throw new AtcError("ATC_NOT_FOUND", `there is no file "${path}"; check the path`, { details: { path } });
  throw misplaced(option, "is for the table of a sweep, such as one of atc sweep -o TABLE.arrow");
}

/** The page of a table's sweep, and what collects it. */
interface TablePage {
  readonly page: SearchPage;
  readonly reporter: SweepReporter;
}

/** The page that the options ask for, checked before any work. */
async function tablePage(run: Invocation, table: string, words: readonly string[]): Promise<TablePage | undefined> {
  const page = await searchPage(run, [table], words);
  if (page === undefined) return undefined;
  const [{ createSweepReporter }, { readSweepTable }] = await Promise.all([
    import("@atc/runtime/reports"),
    import("@atc/runtime/sweeps"),
  ]);
  await using read = await readSweepTable(run.runtime, table);
  return { page, reporter: createSweepReporter(read.description?.definition ?? {}) };
}

/** Writes the page of a judged table. */
async function writePage(run: Invocation, { page, reporter }: TablePage, found: ValidatedTable): Promise<void> {
  const { writeTableReport } = await import("@atc/runtime/reports");
  const { file, command, onBlock } = page;
  const bytes = await writeTableReport(run.runtime, found, reporter, { file, command, onBlock });
  if (bytes === undefined) run.runtime.warn("no report is written, because no configuration has a place");
  else await page.finish(bytes);
}

/**
 * Judges the table of a sweep.
 *
 * @param words - of the command
 */
export async function validateTableFile(
  run: Invocation,
  { table, words }: { readonly table: string; readonly words: readonly string[] },
  exit: (code: number) => void,
): Promise<void> {
  const asked = askedOf(run.options);
  const { validateTable } = await import("@atc/runtime/sweeps");
  const page = await tablePage(run, table, words);
  const { signal, onProgress } = run.data;
  const startedAt = performance.now();
  const found = await validateTable(run.runtime, table, {
    ...asked,
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(page === undefined ? {} : { listen: page.reporter.listen }),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  if (run.json) run.printJson(validatedTableJson(found, seconds));
  else {
    run.printFitted(validatedTableText(found, run.screen));
    run.say("", `computed in ${seconds.toFixed(2)} s`);
  }
  if (page !== undefined) await writePage(run, page, found);
  const kept = { ...asked, report: page?.page.block() };
  if (run.options["save"] !== false) await saveRun(run, (runs) => runs.saveTableValidation(run.runtime, found, kept));
  exit(found.best === undefined ? exitCodes.data : exitCodes.ok);
}
