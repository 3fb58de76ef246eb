/** The command as a process: its streams, its signals, its working directory. */

import { AtcError } from "@atc/contract";
import { printableText } from "@atc/plugin-kit";
import { main } from "./main.ts";
import { exitCodeOf, exitCodes } from "./process/exit-code.ts";
import { faultText, knownError } from "./process/fault-text.ts";
import { standardOutput } from "./process/file-output.ts";
import { boundOldHeap } from "./process/heap-bounds.ts";

const { stderr, env } = process;
const args = process.argv.slice(2);

/** Prints an error that no command caught; returns the exit code. */
function fault(error: unknown): number {
  stderr.write(`${printableText(faultText(error, { json: args.includes("--json"), env }))}\n`);
  return exitCodeOf(knownError(error));
}

/** The working directory. ATC_NOT_FOUND if it was removed. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (cause) {
    const message = "the working directory no longer exists; change to a folder that does, such as with: cd ~";
    throw new AtcError("ATC_NOT_FOUND", message, { cause });
  }
}

// If standard error fails, only the exit code can show what happened.
stderr.on("error", () => undefined);
const stdout = standardOutput();
stdout.on("error", () => undefined);
process.on("uncaughtException", (error) => process.exit(fault(error)));

const controller = new AbortController();
process.on("SIGINT", () => {
  // A second Ctrl-C ends at once; the next start cleans up.
  if (controller.signal.aborted) process.exit(exitCodes.aborted);
  controller.abort();
});
process.on("SIGTERM", () => controller.abort());

try {
  process.exitCode = await main(args, {
    stdout,
    stderr,
    env,
    cwd: workingDirectory(),
    program: process.argv[1],
    signal: controller.signal,
    onComputing: boundOldHeap,
  });
} catch (error) {
  process.exitCode = fault(error);
}
