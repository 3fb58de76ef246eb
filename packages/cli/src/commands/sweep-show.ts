import type { Command } from "commander";
import { type CommandLineIo, startInspection, withCommon } from "../invocation/invocation.ts";
import { exitCodes } from "../process/exit-code.ts";
import { shownTable } from "../reports/shown-sweep.ts";
import { shownJson } from "../reports/sweep-json.ts";
import { countOf, listed, textOf, textsOf } from "./sweep-options.ts";

/** Adds `atc sweep show`. */
export function addSweepShow(sweep: Command, io: CommandLineIo, exit: (code: number) => void): void {
  const command = sweep
    .command("show <table>")
    .description("Rank the table of an earlier sweep, a .csv, .arrow or .parquet file, by any of its metrics")
    .option(
      "--objective <metrics>",
      "what to maximise: a metric, -metric, or a weighted sum (default: that of the sweep)",
    )
    .option("--require <expression>", 'rank only such configurations: "trades >= 30"; may be repeated', listed)
    .option("--over <way>", "mean, median or min of the symbols instead of the portfolio")
    .option("--top <count>", "number of best configurations to print (default: 10)");
  withCommon(command).action(async (table: string) => {
    const run = await startInspection(command, io);
    const { showSweepTable, sweepFlags } = await import("@atc/runtime/sweeps");
    const { options } = run;
    const definition = sweepFlags({
      objective: textOf(options, "objective"),
      require: textsOf(options, "require"),
      over: textOf(options, "over"),
    });
    const shown = await showSweepTable(run.setup, table, { definition, top: countOf(options, "top", "--top") ?? 10 });
    if (run.json) run.printJson(shownJson(shown));
    else run.printFitted(shownTable(shown, run.screen));
    exit(shown.ranked === 0 ? exitCodes.data : exitCodes.ok);
  });
}
