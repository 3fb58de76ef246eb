import { printableText } from "@atc/contract";
import { version } from "@atc/runtime";
import { Command } from "commander";
import { addBacktest } from "./commands/backtest.ts";
import { addCache } from "./commands/cache.ts";
import { addCodec } from "./commands/codec.ts";
import { addConfig } from "./commands/config.ts";
import { addData } from "./commands/data.ts";
import { addDemo } from "./commands/demo.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addIngest } from "./commands/ingest.ts";
import { addSignals } from "./commands/signals.ts";
import type { CommandLineIo } from "./invocation/invocation.ts";

const exitCodeHelp = `
Exit codes: 0 done, 1 a fault of atc, 2 wrong options or configuration, 3 wrong or damaged data or no symbol computed, 4 not found,
5 a package is not installed, 6 the disk refused, 7 the dataset is being written or was replaced, 130 Ctrl-C.`;

/** The whole command line; `exit` is told the exit code of a command that ends well. */
export function createProgram(io: CommandLineIo, exit: (code: number) => void): Command {
  const program = new Command("atc")
    .description("Backtest Adaptive Trend Classification over files of any size")
    .version(version, "-V, --version")
    .addHelpText("after", exitCodeHelp)
    .showHelpAfterError("(add --help for the options)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(printableText(text)),
      writeErr: (text) => void io.stderr.write(text),
    });
  addDemo(program, io);
  addIngest(program, io);
  addBacktest(program, io, exit);
  addSignals(program, io);
  addData(program, io, exit);
  addCache(program, io, exit);
  addCodec(program, io);
  addConfig(program, io);
  addDoctor(program, io, exit);
  return program;
}
