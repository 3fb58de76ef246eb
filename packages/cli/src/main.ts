import { isAtcError } from "@atc/contract";
import { CommanderError } from "commander";
import { exitCodeOf, exitCodes } from "./exit-code.ts";
import type { CommandLineIo } from "./invocation.ts";
import { createProgram } from "./program.ts";

function describe(error: unknown): string {
  if (isAtcError(error)) return `error: ${error.message} (${error.code})`;
  return `fault of atc, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/**
 * Runs one command line, without `node` and the program's name; resolves to its exit code and never rejects. Under `--json` an error is one JSON object
 * on standard error: `{ error: { code, message, details } }`.
 */
export async function main(args: readonly string[], io: CommandLineIo): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = createProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const thrown = io.signal.aborted ? undefined : error;
    if (thrown === undefined) io.stderr.write("stopped; nothing half-written is left behind\n");
    else if (args.includes("--json") && isAtcError(thrown)) {
      io.stderr.write(
        `${JSON.stringify({ error: { code: thrown.code, message: thrown.message, details: thrown.details } })}\n`,
      );
    } else io.stderr.write(`${describe(thrown)}\n`);
    return thrown === undefined ? exitCodes.aborted : exitCodeOf(thrown);
  }
}
