import { type EventEmitter, once } from "node:events";
import { type ProgressListener, throwIfAborted } from "@atc/contract";
import { printableJson, printableLine, printableText } from "@atc/plugin-kit";
import type { DataOptions, Runtime, RuntimeOptions, Setup, SetupOptions } from "@atc/runtime";
import { openRuntime, openSetup } from "@atc/runtime";
import type { Command } from "commander";
import { continued } from "../process/continued.ts";
import { withFlags } from "../process/flag-words.ts";
import type { ProgressDisplay } from "../text/progress-display.ts";
import { progressDisplay } from "../text/progress-display.ts";
import { painted, plainScreen, type Screen, screenOf, shownText } from "../text/screen.ts";
import { wrapped } from "../text/text-table.ts";
import { configFlags } from "./config-options.ts";
import { writeJobRecord } from "./job-record.ts";
import { submissionOptions, withoutServer } from "./queue-options.ts";
import { queueView } from "./queue-view.ts";
import { readingOptions, threadOptions } from "./reading-options.ts";

/** The streams and the environment of the command line: those of the process in `bin.ts`, collected text in tests. */
export interface CommandLineIo {
  /** Results. */
  readonly stdout: NodeJS.WritableStream;
  /** Progress, warnings and errors, with control characters replaced. */
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** The stream of the progress bar, which moves the cursor. Default: `stderr`. */
  readonly terminal?: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** The working directory. */
  readonly cwd: string;
  /** The file of this program, as it was called: its place of installation is searched for plugins. */
  readonly program?: string | undefined;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Called if Ctrl-C keeps slices of a file that were read: how many of how many. */
  readonly onKept?: ((finished: number, slices: number) => void) | undefined;
  /** Called before work that Ctrl-C does not lose: what is kept, for a message. */
  readonly onResumable?: ((kept: string) => void) | undefined;
  /** Called once before symbols are computed. */
  readonly onComputing?: () => void;
  /** Runs another command line with some of these members changed; resolves to its exit code. */
  readonly start?: (args: readonly string[], changed: Pick<CommandLineIo, "cwd" | "env">) => Promise<number>;
}

/** The options and the output of one run of a command. */
interface Reporting {
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether results are printed as JSON. */
  readonly json: boolean;
  /** The streams of the command line. */
  readonly io: CommandLineIo;
  /** Shows progress until the first result is printed. */
  readonly display: ProgressDisplay;
  /** What tables are fitted to. */
  readonly screen: Screen;
  /** Prints lines of a result for people. Control characters are replaced, line breaks too. */
  print(...lines: readonly string[]): void;
  /** Prints a text that is fitted to the screen and has its colours. Other control characters are replaced. */
  printFitted(text: string): void;
  /** Prints a line for people, wrapped at the width of the screen, and what it wraps to after `hanging`. */
  printLine(text: string, hanging?: string): void;
  /** Prints remarks for people on standard error, a line each; nothing with `--quiet` or `--json`. */
  say(...lines: readonly string[]): void;
  printJson(value: unknown): void;
  /** Prints a result in portions. */
  printPortions(portions: Iterable<string>): Promise<void>;
}

/** One run of one command: its options, its output and its runtime. Disposal closes the runtime. */
export interface Invocation extends Reporting, AsyncDisposable {
  readonly runtime: Runtime;
  /** Options for every operation of the run: signal, progress, how files are read. */
  readonly data: DataOptions;
}

/** One run of a command that needs the configuration, but neither plugins nor folders. */
export interface Inspection extends Reporting {
  readonly setup: Setup;
}

/** Adds the options of every command. */
export function withCommon(command: Command): Command {
  return command
    .option(
      "--config <file>",
      "configuration file (default: atc.yaml, atc.yml, atc.json or config.yaml, in this folder or above it)",
    )
    .option("--json", "print results as JSON")
    .option("--quiet", "print results and errors only");
}

/**
 * Adds the options for reading files; `naming` adds those for the dataset that the files become, and `zone` the one for
 * times without a zone.
 */
export function withReading(
  command: Command,
  { naming = true, zone = true }: { readonly naming?: boolean; readonly zone?: boolean } = {},
): Command {
  command.optionsGroup("Reading files:");
  if (naming)
    command
      .option("--name <dataset>", "name of the dataset that the files become")
      .option("--reread", "read the files again even if their dataset is up to date or holds other rows")
      .option("--drop-appended", "read the files again, and drop rows appended to their dataset");
  if (zone) command.option("--time-zone <zone>", "zone of times without one, such as America/New_York (default: UTC)");
  return command
    .option("--csv-symbol <symbol>", "symbol of a file without a symbol column (default: the file's name)")
    .option("--separator <character>", "separator of fields (default: detected among , ; | and tab)")
    .option(
      "--columns <list>",
      "our names for the headers of the file, such as close=Last,volume=Vol; or the names of all fields of a file without a header",
    )
    .option("--adjust", "scale open, high, low and volume to the adjusted close of the file")
    .option("--no-adjust", "read an adjusted close beside raw prices as it is, which is refused by default")
    .option("--price <side>", "mid, bid or ask: the price of a file with bid and ask (default: mid if it has no other)")
    .option("--bad-rows <policy>", "error, skip or nan: what happens to a row that cannot be read (default: error)")
    .option(
      "--duplicates <policy>",
      "keep-last, keep-first, keep-all or error: what happens to rows of the same symbol and time (default: keep-last for bars, keep-all for ticks)",
    )
    .option("--source <name>", "what reads the files, such as csv or duckdb (default: by endings)")
    .option(
      "--sql <query>",
      'read the rows of a query with @atc/source-duckdb; the query reads the given files as the view "files"',
    )
    .option(
      "--source-option <name=value>",
      "an option of the source; may be repeated; see atc data sources",
      (value: string, former: readonly string[] = []) => [...former, value],
    )
    .option(
      "--memory <bytes>",
      "memory limit of the process while it reads, such as 256MB (default: 224MiB, or 3/4 of the memory of a small container or machine)",
    );
}

/** A listener that calls `begin` at the first report of the phase "computing". */
function withBeginning(begin: (() => void) | undefined, listener: ProgressListener): ProgressListener {
  let hasBegun = false;
  return (progress) => {
    if (progress.phase === "computing" && !hasBegun) {
      hasBegun = true;
      begin?.();
    }
    listener(progress);
  };
}

/** The options of the command, its output, and what they say about the configuration. */
function startReporting(command: Command, io: CommandLineIo): { readonly run: Reporting; readonly set: SetupOptions } {
  const options = command.optsWithGlobals<Record<string, unknown>>();
  const json = options["json"] === true;
  const quiet = options["quiet"] === true;
  const display = progressDisplay({ stream: io.terminal ?? io.stderr, quiet: quiet || json });
  const { config: configFile } = options;
  const screen = screenOf(io.stdout, io.env);
  // With --json, standard error has one plain line per warning.
  const errors = json ? plainScreen : screenOf(io.stderr, io.env);
  const set: SetupOptions = {
    cwd: io.cwd,
    env: io.env,
    flags: configFlags(options),
    onWarning(message) {
      display.stop();
      if (quiet) return;
      const lines = wrapped(
        `warning: ${continued(withFlags(message))}`,
        "",
        errors.width ?? Number.POSITIVE_INFINITY,
        "  ",
      );
      const text = lines.map((line) => painted(printableText(line), "warning", errors)).join("\n");
      (errors.color ? (io.terminal ?? io.stderr) : io.stderr).write(`${text}\n`);
    },
    ...(io.program === undefined ? {} : { program: io.program }),
    ...(typeof configFile === "string" ? { configFile } : {}),
  };
  const run: Reporting = {
    options,
    json,
    io,
    display,
    screen,
    print(...lines) {
      display.stop();
      for (const line of lines) io.stdout.write(`${printableLine(line)}\n`);
    },
    printFitted(text) {
      display.stop();
      io.stdout.write(`${shownText(text, screen)}\n`);
    },
    printLine(text, hanging) {
      run.print(...wrapped(printableLine(text), "", screen.width ?? Number.POSITIVE_INFINITY, hanging));
    },
    say(...lines) {
      display.stop();
      if (!quiet && !json) for (const line of lines) io.stderr.write(`${printableLine(line)}\n`);
    },
    printJson(value) {
      display.stop();
      io.stdout.write(`${printableJson(JSON.stringify(value, undefined, 2))}\n`);
    },
    async printPortions(portions) {
      display.stop();
      for (const text of portions) {
        throwIfAborted(io.signal);
        // The signal also ends the wait if the output has failed.
        if (!io.stdout.write(printableJson(text)))
          await once(io.stdout as EventEmitter, "drain", { signal: io.signal });
      }
    },
  };
  return { run, set };
}

/** Starts a command that needs the configuration only. */
export async function startInspection(command: Command, io: CommandLineIo): Promise<Inspection> {
  const { run, set } = startReporting(command, io);
  return { ...run, setup: await openSetup(set) };
}

/** One run of a command that opens what its configuration names by itself. */
export interface Preparation extends Reporting {
  /** The sources of the configuration. */
  readonly set: SetupOptions;
}

/** Starts a command that opens nothing yet. */
export function startPreparation(command: Command, io: CommandLineIo): Preparation {
  const { run, set } = startReporting(command, io);
  return { ...run, set };
}

/** The words of a command line: its name, and what its parser read. */
function commandWords(command: Command): readonly string[] {
  let program = command;
  while (program.parent !== null) program = program.parent;
  return (program as Command & { readonly rawArgs?: readonly string[] }).rawArgs ?? [command.name(), ...command.args];
}

/** Starts a command: opens the runtime with the options of the command. */
export async function startInvocation(
  command: Command,
  io: CommandLineIo,
  more: RuntimeOptions = {},
): Promise<Invocation> {
  const { run, set } = startReporting(command, io);
  const { options, display } = run;
  const words = commandWords(command);
  const runtime: Runtime = await openRuntime({
    ...set,
    cache: options["cache"] !== false,
    // A command reads each value only once.
    cacheMemoryBytes: 0,
    ...threadOptions(options),
    queue: {
      ...submissionOptions(options, words),
      onPush: (progress) => view.listener(progress),
      onRun: (id) => writeJobRecord(runtime.config.cacheDir, { id, cwd: io.cwd, args: withoutServer(words) }),
    },
    ...more,
  });
  const everyMs = (io.terminal ?? io.stderr).isTTY === true ? 1_000 : 10_000;
  const view = queueView({ display, noteOf: runtime.queueNote, everyMs });
  return {
    ...run,
    runtime,
    data: {
      ...readingOptions(options),
      signal: io.signal,
      onKept: io.onKept,
      onProgress: withBeginning(io.onComputing, view.listener),
    },
    async [Symbol.asyncDispose]() {
      view[Symbol.dispose]();
      display.stop();
      await runtime[Symbol.asyncDispose]();
    },
  };
}
