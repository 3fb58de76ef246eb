import { AtcError, fromSystemError } from "@atc/contract";
import { CommanderError } from "commander";
import { withBooleanForms } from "./invocation/config-options.ts";
import type { CommandLineIo } from "./invocation/invocation.ts";
import { exitCodeOf, exitCodes } from "./process/exit-code.ts";
import { faultText, knownError } from "./process/fault-text.ts";
import { isReaderGone, type OutputWatch, watchOutput } from "./process/output-watch.ts";
import { peopleStream } from "./process/people-stream.ts";
import { checkCommandNames } from "./process/usage-fault.ts";
import { createProgram } from "./program.ts";

/**
 * Runs one command line, without `node` and the name of the program. Resolves to the exit code and never rejects. With
 * `--json`, an error is one JSON object on standard error: `{ error: { code, message, details } }`. If standard output
 * fails, the command ends: silently if the reader closed it, or else with an error and the exit code of the disk.
 */
export async function main(args: readonly string[], given: CommandLineIo): Promise<number> {
  const output = watchOutput(given.stdout);
  let kept: string | undefined;
  const io: CommandLineIo = {
    ...given,
    stderr: peopleStream(given.stderr),
    terminal: given.terminal ?? given.stderr,
    signal: AbortSignal.any([given.signal, output.signal]),
    start: (words, changed) => main(words, { ...given, ...changed }),
    onKept(finished, slices) {
      kept = `${finished} of ${slices} slices of the file are kept, and the same command resumes after them`;
      given.onKept?.(finished, slices);
    },
    onResumable(text) {
      kept = text;
      given.onResumable?.(text);
    },
  };
  const fault = (error: unknown): number => {
    io.stderr.write(`${faultText(error, { json: args.includes("--json"), env: io.env })}\n`);
    return exitCodeOf(knownError(error));
  };
  const json = args.includes("--json");
  const stopped = (): number => {
    const message = `stopped; ${kept ?? "no partial file is left"}`;
    if (json) return fault(new AtcError("ATC_ABORTED", message));
    io.stderr.write(`${message}\n`);
    return exitCodes.aborted;
  };
  const code = await run(args, io, { stop: given.signal, output, fault, stopped });
  const failure = await output.settled();
  if (failure === undefined || given.signal.aborted) return code;
  if (isReaderGone(failure)) return code === exitCodes.aborted ? exitCodes.ok : code;
  return fault(
    fromSystemError(failure, "cannot write the whole result to standard output", "check where the output goes"),
  );
}

/** What ends a run early, and how its errors are reported. */
interface RunEnds {
  /** Aborted by Ctrl-C. */
  readonly stop: AbortSignal;
  readonly output: OutputWatch;
  /** Reports an error; returns the exit code. */
  readonly fault: (error: unknown) => number;
  /** Reports that Ctrl-C ended the run; returns the exit code. */
  readonly stopped: () => number;
}

/** `help data export` as `data export --help`, which names the command at any depth. */
function helpForm(args: readonly string[]): readonly string[] {
  const [first, second] = args;
  return first === "help" && second !== undefined ? [...args.slice(1), "--help"] : args;
}

async function run(
  args: readonly string[],
  io: CommandLineIo,
  { stop, output, fault, stopped }: RunEnds,
): Promise<number> {
  let exitCode: number = exitCodes.ok;
  try {
    const program = createProgram(io, args.includes("--json"), (code) => {
      exitCode = code;
    });
    const line = withBooleanForms(helpForm(args));
    checkCommandNames(program, line);
    await program.parseAsync(line, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (stop.aborted) return stopped();
    // An error that follows from the failed output is not reported again.
    return output.signal.aborted ? exitCodes.aborted : fault(error);
  }
}
