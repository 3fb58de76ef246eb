import { AtcError, nearest } from "@atc/contract";
import type { Command, CommanderError } from "commander";

/** Former names of options, and short ones, each with the name that replaces it. */
const renamed: Readonly<Record<string, string>> = {
  "--force": "--reread",
  "--only": "--symbols",
  "--out": "--output",
  "--param": "--parameter",
  "--params": "--parameter",
  "--symbol": "--symbols",
};

/** The quoted word of a message of the parser. */
function quotedWord(message: string): string {
  return /'(.*)'/s.exec(message)?.[1] ?? "";
}

/** The long names of the options that a command takes. */
function flagsOf(command: Command): readonly string[] {
  const own = command.options.map(({ long }) => long ?? "").filter((flag) => flag !== "");
  return command.parent === null ? own : [...own, ...flagsOf(command.parent)];
}

/** The most options that an error suggests. */
const mostSuggestions = 4;

/** The options that have all words of a flag: `--stop-loss` and `--trailing-stop` for `--stop`. */
function withWords(flag: string, flags: readonly string[]): readonly string[] {
  const words = flag.slice(2).split("-");
  if (!flag.startsWith("--") || words.some((word) => word.length < 3)) return [];
  return flags.filter((one) => words.every((word) => one.slice(2).split("-").includes(word)));
}

/** An unknown option as a parameter of the strategy, if the command line chooses one. */
function asParameter(command: Command, flag: string): string | undefined {
  const name = /^--([a-z]\w*)/i.exec(flag)?.[1];
  return name === undefined || command.getOptionValue("strategy") === undefined
    ? undefined
    : `--parameter ${name}=VALUE for a parameter of the strategy`;
}

function unknownOption(command: Command, flag: string): AtcError {
  const flags = flagsOf(command);
  const present = renamed[flag];
  if (present !== undefined && flags.includes(present))
    return new AtcError("ATC_INVALID_ARGUMENT", `unknown option '${flag}': its name is ${present}`, {
      details: { flag, nearest: present },
    });
  const meant = flag.startsWith("--")
    ? nearest(
        flag.slice(2),
        flags.map((one) => one.slice(2)),
      )
    : undefined;
  const parameter = meant === undefined ? asParameter(command, flag) : undefined;
  const keys = flags.includes("--help-config") ? ", --help-config the configuration keys" : "";
  const alike = meant === undefined ? withWords(flag, flags) : [`--${meant}`];
  const similar = [...(alike.length > mostSuggestions ? [] : alike), ...(parameter === undefined ? [] : [parameter])];
  const hint = similar.length === 0 ? `; --help lists the options${keys}` : `; did you mean ${similar.join(" or ")}?`;
  return new AtcError("ATC_INVALID_ARGUMENT", `unknown option '${flag}'${hint}`, {
    details: { flag, ...(meant === undefined ? {} : { nearest: `--${meant}` }) },
  });
}

function unknownCommand(command: Command, name: string): AtcError {
  const names = command.commands.map((one) => one.name());
  const meant = nearest(name, names);
  const hint = meant === undefined ? `; the commands are ${names.join(", ")}` : `; did you mean "${meant}"?`;
  return new AtcError("ATC_INVALID_ARGUMENT", `unknown command '${name}'${hint}`, {
    details: { command: name, ...(meant === undefined ? {} : { nearest: meant }) },
  });
}

/** Throws for a word of a command line that is in the place of a command and does not name one. */
export function checkCommandNames(program: Command, args: readonly string[]): void {
  let command = program;
  for (const word of args) {
    if (word.startsWith("-") || word === "help" || command.commands.length === 0) return;
    const found = command.commands.find((one) => one.name() === word);
    // A command that takes data and has commands of its own.
    if (found === undefined && command.registeredArguments.length > 0) return;
    if (found === undefined) throw unknownCommand(command, word);
    command = found;
  }
}

/** @param flag - the option in the place of the command; empty if the line ends there */
function noCommand({ commands }: Command, flag = ""): AtcError {
  const names = commands.map((one) => one.name()).join(", ");
  const place = flag === "" ? "" : ` before ${flag}`;
  return new AtcError("ATC_INVALID_ARGUMENT", `no command is named${place}; the commands are ${names}`);
}

/** An error of the parser as one of this program: what is wrong with the line, and what to do. */
export function usageFault(command: Command, { code, message }: CommanderError): AtcError {
  const text = message.replace(/^error: /, "").replaceAll("\n", " ");
  switch (code) {
    case "commander.unknownOption":
      return quotedWord(message) === "--json" && command.commands.length > 0
        ? noCommand(command, "--json")
        : unknownOption(command, quotedWord(message));
    case "commander.unknownCommand":
      return unknownCommand(command, quotedWord(message));
    case "commander.help":
      return noCommand(command);
    default:
      return new AtcError("ATC_INVALID_ARGUMENT", `${text}; --help lists what the command takes`);
  }
}
