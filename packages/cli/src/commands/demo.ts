import { mkdir, readlink, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fromSystemError } from "@atc/contract";
import { makeFolders } from "@atc/plugin-kit";
import { runBacktest } from "@atc/runtime";
import type { Command } from "commander";
import { withConfigKeys } from "../invocation/config-options.ts";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { startInvocation, withCommon } from "../invocation/invocation.ts";
import { backtestTable } from "../reports/backtest-table.ts";
import { demoMarket } from "./demo-market.ts";

/** The market of the demonstration: ten years of eight stocks. */
const market = { seed: 7, symbols: 8, days: 2520 };

/** What to do after the demo. */
const nextSteps: readonly string[] = [
  "Now with your own file (CSV of bars or ticks, plain or gzip; columns are detected by their names):",
  "  atc backtest bars.csv                      all symbols, one table",
  "  atc backtest bars.csv --fee-bps 2          other costs; atc config lists every key",
  "  atc backtest bars.csv --report bars.html   a page with charts",
  "  atc backtest bars.csv --json               for programs",
  "  atc validate bars.csv                      whether its result is more than luck",
  "  atc sweep bars.csv --grid emaLength=10..60:10",
  "  atc signals bars.csv                       the current signal of every symbol",
  "  atc signals bars.csv --symbols AAPL -o aapl.csv",
  "  atc data list                              the datasets",
];

export function addDemo(program: Command, io: CommandLineIo): void {
  const command = program
    .command("demo")
    .description("Generate a market of eight invented stocks, ingest it, backtest it");
  withConfigKeys(withCommon(command)).action(async () => {
    await using run = await startInvocation(command, io);
    const folder = join(io.cwd, ".cache", "atc-demo");
    const file = join(folder, "market.csv");
    try {
      await makeFolders(folder, { mkdir, stat, readlink, dirname });
      await writeFile(file, [...demoMarket(market)].join(""));
    } catch (error) {
      throw fromSystemError(error, `cannot write "${file}"`, "run the demo in a folder that can be written");
    }
    const shown = relative(io.cwd, file);
    run.say(`wrote ${shown}: ten years of daily bars of eight invented stocks (seed ${market.seed})`, "");
    const { report, dataset } = await runBacktest(run.runtime, shown, { ...run.data, name: "demo" });
    if (run.json) return run.printJson(report);
    run.printFitted(backtestTable(report, dataset, { screen: run.screen }));
    run.say("", ...nextSteps);
  });
}
