import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { AtcError } from "@atc/contract";
import { configKeys } from "@atc/runtime";
import { Command, CommanderError, Option } from "commander";

type ConfigKey = (typeof configKeys)[number];
/** The part of a run that a key configures. */
type ConfigGroup = ConfigKey["group"];

const groupTitles: Readonly<Record<ConfigGroup, string>> = {
  signals: "Signals:",
  strategy: "Strategy:",
  orders: "Orders:",
  costs: "Costs:",
  positions: "Positions:",
  exits: "Protective exits:",
  account: "Account:",
  statistics: "Metrics:",
  data: "Data:",
  storage: "Storage:",
};

const allGroups = Object.keys(groupTitles) as readonly ConfigGroup[];

/** The keys of commands that compute no signals. */
export const dataGroups: readonly ConfigGroup[] = ["data", "storage"];
/** The keys of commands that only read or remove what is stored. */
export const storageGroups: readonly ConfigGroup[] = ["storage"];

/** The option that gives one parameter of the strategy; `--parameters` gives all. */
const parameterTerms = "--parameter <name=value>";

function camelCase(words: string): string {
  return words.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

const flagNames = new Map(configKeys.map(({ flag, name }) => [camelCase(flag.slice(2)), name]));
const booleanFlags = new Set(configKeys.filter(({ kind }) => kind === "boolean").map(({ flag }) => flag.slice(2)));

/** What `--help-config` prints of a command. */
function configHelp(command: Command, groups: readonly ConfigGroup[]): string {
  const names: string[] = [];
  for (let one: Command | null = command; one !== null; one = one.parent) names.unshift(one.name());
  const list = new Command(names.join(" "))
    .usage("[options]")
    .description("Configuration keys. Each is an option, a key in atc.yaml and a variable ATC_...")
    .helpOption(false)
    .configureOutput(command.configureOutput());
  for (const group of groups) {
    list.optionsGroup(groupTitles[group]);
    for (const { flag, description, allowed, default: value, kind } of configKeys.filter(
      (key) => key.group === group,
    )) {
      const shown = Array.isArray(value)
        ? value.join(",") || "none"
        : typeof value === "object"
          ? "none"
          : String(value);
      const terms = kind === "boolean" ? `--[no-]${flag.slice(2)}` : `${flag} <value>`;
      const option = new Option(terms, `${description} (${allowed}; default: ${shown})`);
      list.addOption(option);
    }
    if (group === "strategy")
      list.addOption(new Option(parameterTerms, "One of parameters, such as fast=10; give it once for each"));
  }
  return list.helpInformation();
}

/** The keys that choose what decides, in the words of `--help`. The other keys of the group refine them. */
const choices: readonly (readonly [terms: string, description: string])[] = [
  [
    "--strategy <name>",
    "what decides: a built-in name such as cross, or a module of your own such as ./mine.js (default: atc)",
  ],
  ["--signals <file>", "trade the decisions of a file, which replaces a strategy"],
  ["--universe <file>", "a CSV file of the days on which symbols are members; only members open positions"],
];

/** Adds the options that choose what decides, which `--help` lists. Add the configuration keys after them. */
export function withStrategy(command: Command): Command {
  for (const [terms, description] of choices)
    command.addOption(new Option(terms, description).helpGroup(groupTitles.strategy));
  return command.addOption(
    parameterOption("a parameter of the strategy, such as fast=10; give it once for each").helpGroup(
      groupTitles.strategy,
    ),
  );
}

function parameterOption(description: string): Option {
  return new Option(parameterTerms, description).argParser(collected);
}

/**
 * Adds an option for every configuration key. `--help` does not list them, except those of `withStrategy`:
 * `--help-config` lists those of the groups that the command uses.
 */
export function withConfigKeys(command: Command, groups: readonly ConfigGroup[] = allGroups): Command {
  command.optionsGroup("Help:").option("--help-config", "list the configuration keys, each of which is an option too");
  command.on("option:help-config", () => {
    command.configureOutput().writeOut?.(configHelp(command, groups));
    throw new CommanderError(0, "atc.helpConfig", "(help)");
  });
  const has = (flag: string): boolean => command.options.some(({ long }) => long === flag);
  for (const { flag, kind, name } of configKeys) {
    if (has(flag)) continue;
    if (kind !== "boolean") command.addOption(new Option(`${flag} <value>`, name).hideHelp());
    else
      command
        .addOption(new Option(flag, name).hideHelp())
        .addOption(new Option(`--no-${flag.slice(2)}`, name).hideHelp());
  }
  if (!has("--parameter")) command.addOption(parameterOption("parameters").hideHelp());
  return command;
}

function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** The parameters of `--parameter fast=10 --parameter slow=50`; undefined if it is not given. */
function givenParameters({ parameter, parameters }: Readonly<Record<string, unknown>>): object | undefined {
  const pairs = Array.isArray(parameter) ? (parameter as readonly string[]) : [];
  if (pairs.length === 0) return undefined;
  const refuse = (what: string, value: string): AtcError =>
    new AtcError("ATC_INVALID_ARGUMENT", `${what}; write --parameter name=value, such as --parameter fast=10`, {
      details: { flag: "--parameter", value },
    });
  if (parameters !== undefined) throw refuse("both --parameter and --parameters are given", String(parameters));
  const values = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, Math.max(at, 0)).trim();
    if (name === "") throw refuse(`--parameter is "${pair}", which is not a name and a value`, pair);
    if (values.has(name)) throw refuse(`--parameter gives "${name}" twice`, pair);
    values.set(name, pair.slice(at + 1).trim());
  }
  return Object.fromEntries(values);
}

/**
 * Throws for a word in the place of the data that is a parameter of the strategy, as in `--parameter fast=10 slow=50`.
 *
 * @param given - the data
 */
export function checkParameterWords(
  given: readonly string[],
  { parameter }: Readonly<Record<string, unknown>>,
  cwd: string,
): void {
  if (parameter === undefined) return;
  const stray = given.find((word) => /^[A-Za-z]\w*=/.test(word) && !existsSync(resolve(cwd, word)));
  if (stray === undefined) return;
  const what = `there is no file "${stray}"; for a parameter of the strategy write --parameter ${stray}`;
  throw new AtcError("ATC_INVALID_ARGUMENT", what, { details: { flag: "--parameter", value: stray } });
}

/**
 * The values of the configuration options, by key.
 *
 * @throws ATC_INVALID_ARGUMENT for a parameter of the strategy without a value, or given twice
 */
export function configFlags(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const flags: Record<string, unknown> = {};
  for (const [option, name] of flagNames) if (options[option] !== undefined) flags[name] = options[option];
  const given = givenParameters(options);
  return given === undefined ? flags : { ...flags, parameters: given };
}

const yes = /^(?:true|yes|on|1)$/i;
const no = /^(?:false|no|off|0)$/i;

/**
 * Arguments in which a boolean key has the form `--key` or `--no-key`: `--key=false` becomes `--no-key`. A word after
 * a blank is an argument of its own, so that no file name is taken for a value.
 *
 * @throws ATC_INVALID_ARGUMENT for another value, and for `true` or `false` after a blank
 */
export function withBooleanForms(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return args.map((arg, i) => {
    const [, negation = "", name = "", value] = /^--(no-)?([a-z][a-z-]*)(?:=(.*))?$/s.exec(arg) ?? [];
    if (!booleanFlags.has(name) || (end >= 0 && i > end)) return arg;
    const forms = `--${name} or --no-${name}`;
    const refuse = (what: string): AtcError =>
      new AtcError("ATC_INVALID_ARGUMENT", `${what}; write ${forms}`, { details: { flag: `--${name}` } });
    const next = args[i + 1] ?? "";
    if (value === undefined) {
      if (/^(?:true|false)$/i.test(next))
        throw refuse(`"${next}" after ${arg} is not its value, which needs an equals sign (--${name}=${next})`);
      return arg;
    }
    if (negation !== "") throw refuse(`${arg} has a value`);
    if (yes.test(value)) return `--${name}`;
    if (no.test(value)) return `--no-${name}`;
    throw refuse(`--${name} is "${value}", which is neither true nor false`);
  });
}
