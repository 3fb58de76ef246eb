import { printableText } from "@atc/plugin-kit";
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
import { addInit } from "./commands/init.ts";
import { addSignals } from "./commands/signals.ts";
import type { CommandLineIo } from "./invocation/invocation.ts";
import { exitCodeMeanings } from "./process/exit-code.ts";

const exitCodeHelp = `
Exit codes:
${exitCodeMeanings.map(([code, meaning]) => `${String(code).padStart(5)}  ${meaning}`).join("\n")}`;

/** The whole command line. `exit` receives the exit code of a command that ends without an error. */
export function createProgram(io: CommandLineIo, exit: (code: number) => void): Command {
  const program = new Command("atc")
    .description("Backtest Adaptive Trend Classification over files of any size")
    .version(version, "-V, --version")
    .addHelpText("after", exitCodeHelp)
    .showHelpAfterError("(--help lists the options)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(printableText(text)),
      writeErr: (text) => void io.stderr.write(text),
    });
  addDemo(program, io);
  addIngest(program, io);
  addBacktest(program, io, exit);
  addSignals(program, io, exit);
  addData(program, io, exit);
  addCache(program, io, exit);
  addCodec(program, io);
  addConfig(program, io);
  addDoctor(program, io, exit);
  addInit(program, io);
  return program;
}
