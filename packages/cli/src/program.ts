import { printableText } from "@atc/plugin-kit";
import { version } from "@atc/runtime";
import { Command } from "commander";
import { addBacktest } from "./commands/backtest.ts";
import { addCache } from "./commands/cache.ts";
import { addCheck } from "./commands/check.ts";
import { addCodec } from "./commands/codec.ts";
import { addCompletion } from "./commands/completion.ts";
import { addConfig } from "./commands/config.ts";
import { addData } from "./commands/data.ts";
import { addDemo } from "./commands/demo.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addIngest } from "./commands/ingest.ts";
import { addInit } from "./commands/init.ts";
import { addJobs } from "./commands/jobs.ts";
import { addMetrics } from "./commands/metrics.ts";
import { addPython } from "./commands/python.ts";
import { addReport } from "./commands/report.ts";
import { addRuns } from "./commands/runs.ts";
import { addSignals } from "./commands/signals.ts";
import { addSweep } from "./commands/sweep.ts";
import { addValidate } from "./commands/validate.ts";
import { addWalkForward } from "./commands/walk-forward.ts";
import { addWatch } from "./commands/watch.ts";
import { addWorker } from "./commands/worker.ts";
import type { CommandLineIo } from "./invocation/invocation.ts";
import { exitCodeMeanings } from "./process/exit-code.ts";
import { usageFault } from "./process/usage-fault.ts";
import { screenOf } from "./text/screen.ts";
import { wrapped } from "./text/text-table.ts";

/** Columns of help that is not on a terminal. */
const helpWidth = 100;

function exitCodeHelp(width: number): string {
  const lines = exitCodeMeanings.flatMap(([code, meaning]) =>
    wrapped(`${String(code).padStart(5)}  ${meaning}`, "", width, "  "),
  );
  return ["", "Exit codes:", ...lines].join("\n");
}

/** Reports errors of the parser as errors of this program, in a command and those below it. */
function reportFaults(command: Command, json: boolean): void {
  command.exitOverride((error) => {
    // The help that a group of commands prints instead of an error is for people.
    const isHelp = error.exitCode === 0 || (error.code === "commander.help" && !json);
    throw isHelp ? error : usageFault(command, error);
  });
  for (const one of command.commands) reportFaults(one, json);
}

/**
 * The whole command line. `exit` receives the exit code of a command that ends without an error. Errors of the parser
 * are thrown as ATC_INVALID_ARGUMENT.
 *
 * @param json - whether errors are JSON, so that nothing else may be on standard error
 */
export function createProgram(io: CommandLineIo, json: boolean, exit: (code: number) => void): Command {
  const program = new Command("atc")
    .description("Backtest Adaptive Trend Classification over files of any size")
    .version(version, "-V, --version")
    .configureHelp({ minWidthToWrap: 20 })
    .addHelpText("after", () => exitCodeHelp(screenOf(io.stdout, io.env).width ?? helpWidth))
    .configureOutput({
      writeOut: (text) => void io.stdout.write(printableText(text)),
      writeErr: (text) => {
        if (!json) io.stderr.write(text);
      },
      outputError: () => undefined,
      getOutHelpWidth: () => screenOf(io.stdout, io.env).width ?? helpWidth,
      getErrHelpWidth: () => screenOf(io.stderr, io.env).width ?? helpWidth,
      // Help has no colour.
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  addDemo(program, io);
  addIngest(program, io);
  addBacktest(program, io, exit);
  addSignals(program, io, exit);
  addSweep(program, io, exit);
  addValidate(program, io, exit);
  addWalkForward(program, io, exit);
  addWatch(program, io, exit);
  addWorker(program, io);
  addJobs(program, io, exit);
  addRuns(program, io, exit);
  addReport(program, io);
  addCheck(program, io, exit);
  addData(program, io, exit);
  addCache(program, io, exit);
  addCodec(program, io);
  addConfig(program, io);
  addMetrics(program, io);
  addDoctor(program, io, exit);
  addInit(program, io);
  addPython(program, io);
  addCompletion(program, io);
  reportFaults(program, json);
  return program;
}
