import { AtcError } from "@atc/contract";
import type { CheckOptions, DecisionChecks } from "@atc/runtime/checks";
import type { Command } from "commander";
import { withConfigKeys, withStrategy } from "../invocation/config-options.ts";
import type { CommandLineIo, Invocation } from "../invocation/invocation.ts";
import { startInvocation, withCommon, withReading } from "../invocation/invocation.ts";
import { symbolList } from "../invocation/reading-options.ts";
import { exitCodes } from "../process/exit-code.ts";
import { dataCheckLines } from "../reports/data-check-lines.ts";
import { lookaheadText, warmupText } from "../reports/decision-check-lines.ts";
import { skippedLines } from "../reports/scan-table.ts";

/** A whole number of at least `minimum`. */
function wholeNumber(flag: string, value: string, minimum: number): number {
  const number = value.trim() === "" ? Number.NaN : Number(value);
  if (Number.isSafeInteger(number) && number >= minimum) return number;
  throw new AtcError("ATC_INVALID_ARGUMENT", `${flag} has "${value}"; give a whole number, ${minimum} or more`, {
    details: { flag, value },
  });
}

/** Adds what every check of decisions takes. */
function withDecisions(command: Command): Command {
  return command
    .option(
      "--symbols <list>",
      `only these symbols, separated by commas; in double quotes if one holds a comma: 'AAPL,"A,B"'`,
    )
    .option("--threads <count>", "threads (default: one per core, fewer in a small container)");
}

function checkOptions({ data, options }: Invocation): CheckOptions {
  const symbols = symbolList(options);
  return { ...data, ...(symbols === undefined ? {} : { symbols }) };
}

/** Prints the outcome of a check of decisions, and the symbols that it left out. */
function printDecisions<Finding>(run: Invocation, found: DecisionChecks<Finding>, text: () => string): void {
  if (run.json) {
    run.printJson(found);
    return;
  }
  if (found.symbols.length > 0) run.printFitted(text());
  for (const line of skippedLines(found.skipped, run.screen)) run.say(line);
}

function addLookahead(check: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = withDecisions(
    check
      .command("lookahead [data]")
      .description("Check that decisions do not depend on later bars: compare those of data that ends earlier"),
  )
    .option("--cuts <count>", "rows per symbol at which the data ends, spread by chance and over week ends", "100")
    .option("--seed <number>", "choose other rows", "1");
  withConfigKeys(withReading(withStrategy(withCommon(command)))).action(async (given: string | undefined) => {
    await using run = await startInvocation(command, io);
    const { cuts, seed } = run.options;
    const { checkLookahead } = await import("@atc/runtime/checks");
    const found = await checkLookahead(run.runtime, given, {
      ...checkOptions(run),
      cuts: wholeNumber("--cuts", String(cuts), 1),
      seed: wholeNumber("--seed", String(seed), 0),
    });
    printDecisions(run, found, () => lookaheadText(found, run.screen));
    const isFound = found.symbols.some(({ first }) => first !== undefined);
    exit(isFound ? exitCodes.found : found.symbols.length === 0 ? exitCodes.data : exitCodes.ok);
  });
}

function addWarmup(check: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = withDecisions(
    check
      .command("warmup [data]")
      .description(
        "Measure how far decisions depend on the bars before: the share that changes if the data starts later",
      ),
  ).option("--shifts <list>", "by how many bars the start moves, separated by commas", "250,1000,4000");
  withConfigKeys(withReading(withStrategy(withCommon(command)))).action(async (given: string | undefined) => {
    await using run = await startInvocation(command, io);
    const shifts = String(run.options["shifts"])
      .split(",")
      .map((one) => wholeNumber("--shifts", one, 1));
    const { checkWarmup } = await import("@atc/runtime/checks");
    const found = await checkWarmup(run.runtime, given, { ...checkOptions(run), shifts });
    printDecisions(run, found, () => warmupText(found, run.screen));
    exit(found.symbols.length === 0 ? exitCodes.data : exitCodes.ok);
  });
}

function addDataCheck(check: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = check
    .command("data [data]")
    .description("List what in the data distorts a backtest: gaps, jumps, splits, stale prices, survivorship")
    .option("--symbols <list>", "only these symbols, separated by commas");
  withConfigKeys(withReading(withCommon(command))).action(async (given: string | undefined) => {
    await using run = await startInvocation(command, io);
    const { checkMarketData } = await import("@atc/runtime/checks");
    const found = await checkMarketData(run.runtime, given, checkOptions(run));
    if (run.json) run.printJson(found);
    else {
      for (const line of dataCheckLines(found)) run.printLine(line, "  ");
      if (found.findings.length > 0) run.say("", `atc data info ${found.dataset} lists the places`);
    }
    exit(found.findings.length > 0 ? exitCodes.found : exitCodes.ok);
  });
}

export function addCheck(program: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const check = program
    .command("check")
    .description("Check a strategy and its data: look-ahead, warm-up, what distorts a backtest");
  addLookahead(check, io, exit);
  addWarmup(check, io, exit);
  addDataCheck(check, io, exit);
}
