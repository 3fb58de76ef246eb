import type { JsonObject, JsonValue } from "@atc/contract";
import { allowedValues } from "@atc/plugin-kit";
import type { ConfigName } from "./atc-config.ts";
import { allowedWithSizes } from "./byte-keys.ts";
import { type ConfigGroup, configNames, groupOf, parameters } from "./parameters.ts";
import { settingSchema } from "./settings-schema.ts";

/**
 * The kind of a key's value: a `choice` is one of a few words, a `list` is a list of texts, `shares` are one of a few
 * words or numbers by symbol, `values` are numbers, booleans and texts by name.
 */
export type ConfigKind = "number" | "integer" | "boolean" | "string" | "choice" | "list" | "shares" | "values";

/** A key of the configuration, for programs that list, document or parse the keys, such as a command line. */
export interface ConfigKey {
  /** The name, such as `feeBps`. */
  readonly name: ConfigName;
  /** Spellings that are also accepted, such as `fee_bps`. Empty if Python's spelling is the same. */
  readonly pythonNames: readonly string[];
  /** The environment variable, such as `ATC_FEE_BPS`. Each Python spelling has one too. */
  readonly variable: string;
  /** The command-line option, such as `--fee-bps`. */
  readonly flag: string;
  /** The part of a run that it configures. */
  readonly group: ConfigGroup;
  /** What it means, in a line without a full stop. */
  readonly description: string;
  /** The default as written in a file: `none` if the member of the configuration is absent by default. */
  readonly default: JsonValue;
  /** The kind of its value, apart from `none`. */
  readonly kind: ConfigKind;
  /** The accepted values, as text for people. */
  readonly allowed: string;
  /** The words of a `choice` or of `shares`, and those among the texts of a `string`. */
  readonly values?: readonly string[];
  /** Whether the word `none` is accepted. */
  readonly acceptsNone: boolean;
  /** JSON Schema (draft 2020-12) of its value. */
  readonly schema: JsonObject;
}

/** `feeBps` with `separator` between its words: `fee-bps`. */
function separated(name: string, separator: string): string {
  return name.replaceAll(/(?<!^)[A-Z]/g, (capital) => separator + capital).toLowerCase();
}

/** A parameter's kind in the words of {@link ConfigKind}. */
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
    allowed: allowedWithSizes(name, allowedValues(parameter)),
    ...(parameter.values === undefined ? {} : { values: parameter.values }),
    acceptsNone: parameter.acceptsNone === true,
    schema: settingSchema(parameter),
  });
}

/** The environment variable of a spelling: `fee_bps` is read from `ATC_FEE_BPS`. */
export function variableOf(spelling: string): string {
  return `ATC_${spelling.toUpperCase()}`;
}

/** The command-line option of a spelling: `--fee-bps` for both `feeBps` and `fee_bps`. */
export function flagOf(spelling: string): string {
  return `--${separated(spelling, "-").replaceAll("_", "-")}`;
}

/** All keys, in the order of the documentation. */
export const configKeys: readonly ConfigKey[] = Object.freeze(configNames.map((name) => configKey(name)));
