import type { Command } from "commander";
import { withConfigKeys, withStrategy } from "../invocation/config-options.ts";
import { type CommandLineIo, startInvocation, withCommon, withReading } from "../invocation/invocation.ts";
import { periodOf, withPeriod } from "../invocation/period.ts";
import { withPage } from "../invocation/search-page.ts";
import { withSave } from "./save-run.ts";
import { validateData, withLuck } from "./validate-data.ts";
import { tableOf, validateTableFile, withTableValidation } from "./validate-table.ts";

/** Adds `atc validate`. */
export function addValidate(program: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = program
    .command("validate [data...]")
    .description("Test whether a backtest, or the best configuration of a sweep's table, is more than luck")
    .option(
      "--symbols <list>",
      `only these symbols, separated by commas; in double quotes if one holds a comma: 'AAPL,"A,B"'`,
    )
    .option("--seed <number>", "seed of the random numbers, 0 to 2^53 - 1 (default: 1, or that of the sweep)");
  withPage(withLuck(command))
    .option("--force", "replace a file that exists")
    .option("--threads <count>", "threads (default: one per core, fewer in a small container)")
    .option("--no-cache", "neither read results from the cache nor store them");
  withPeriod(withSave(command), "start of the time in which to trade; signals see all bars before it");
  withTableValidation(withCommon(command));
  withConfigKeys(withReading(withStrategy(command))).action(async (given: readonly string[]) => {
    await using run = await startInvocation(command, io);
    const table = await tableOf(run, given);
    if (table !== undefined) await validateTableFile(run, { table, words: program.args }, exit);
    else await validateData({ run, given, period: periodOf(run.options), words: program.args }, exit);
  });
}
