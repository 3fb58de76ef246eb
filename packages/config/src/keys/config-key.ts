import type { JsonObject, JsonValue } from "@atc/contract";
import { allowedValues } from "@atc/plugin-kit";
import type { ConfigName } from "./atc-config.ts";
import { type ConfigGroup, configNames, groupOf, parameters } from "./parameters.ts";
import { settingJsonSchema } from "./settings-schema.ts";

/** What a key holds; a `choice` is one of a few words, a `list` holds texts. */
export type ConfigKind = "number" | "integer" | "boolean" | "string" | "choice" | "list";

/** One key of the configuration, for programs that list, document or parse the keys: a command line makes its options of these. */
export interface ConfigKey {
  /** The name, such as `feeBps`. */
  readonly name: ConfigName;
  /** Further spellings that are accepted wherever the name is, such as `fee_bps`; empty where Python spells it alike. */
  readonly pythonNames: readonly string[];
  /** The environment variable, such as `ATC_FEE_BPS`; the Python spellings have one each too. */
  readonly variable: string;
  /** The command line's option, such as `--fee-bps`. */
  readonly flag: string;
  /** What part of a run it belongs to. */
  readonly group: ConfigGroup;
  /** What it means, in a line without a full stop. */
  readonly description: string;
  /** The default as a file spells it: `none` where the member of the configuration is absent. */
  readonly default: JsonValue;
  /** What it holds; `none` aside. */
  readonly kind: ConfigKind;
  /** What is allowed, for people. */
  readonly allowed: string;
  /** The words of a `choice`. */
  readonly values?: readonly string[];
  /** Whether the word `none` is allowed. */
  readonly acceptsNone: boolean;
  /** JSON Schema (draft 2020-12) of one value. */
  readonly schema: JsonObject;
}

/** `feeBps` with `separator` between its words: `fee-bps`. */
function separated(name: string, separator: string): string {
  return name.replaceAll(/(?<!^)[A-Z]/g, (capital) => separator + capital).toLowerCase();
}

/** What a parameter's kind is called here: a text is a `string`. */
function kindOf(name: ConfigName): ConfigKind {
  const { kind } = parameters[name];
  return kind === "text" ? "string" : kind;
}

function configKey(name: ConfigName): ConfigKey {
  const parameter = parameters[name];
  return Object.freeze({
    name,
    pythonNames: parameter.pythonNames,
    variable: variableOf(separated(name, "_")),
    flag: `--${separated(name, "-")}`,
    group: groupOf(name),
    description: parameter.description,
    default: parameter.default ?? "none",
    kind: kindOf(name),
    allowed: allowedValues(parameter),
    ...(parameter.values === undefined ? {} : { values: parameter.values }),
    acceptsNone: parameter.acceptsNone === true,
    schema: settingJsonSchema(name),
  });
}

/** The environment variable of a spelling: `fee_bps` is read from `ATC_FEE_BPS`. */
export function variableOf(spelling: string): string {
  return `ATC_${spelling.toUpperCase()}`;
}

/** The command line's option of a spelling: `feeBps` and `fee_bps` are both `--fee-bps`. */
export function flagOf(spelling: string): string {
  return `--${separated(spelling, "-").replaceAll("_", "-")}`;
}

/** Every key, in the order in which they are documented. */
export const configKeys: readonly ConfigKey[] = Object.freeze(configNames.map((name) => configKey(name)));
