import type { JsonObject, JsonValue } from "@atc/contract";
import { z } from "zod";
import { allowedText, schemaParts } from "./allowed.ts";
import type { ConfigName } from "./atc-config.ts";
import { configDefaults } from "./atc-config.ts";
import type { ConfigGroup } from "./key-notes.ts";
import { keyNotes } from "./key-notes.ts";
import { settingSchemas } from "./settings-schema.ts";

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

/** The JSON Schema of a zod schema, without the bounds that only say "a safe integer". */
function jsonSchema(schema: z.ZodType): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: "draft-2020-12",
    override: ({ jsonSchema: made }) => {
      if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum;
      if (made.minimum === Number.MIN_SAFE_INTEGER) delete made.minimum;
    },
  });
  return rest as JsonObject;
}

function kindOf(schema: JsonObject): ConfigKind {
  if (Array.isArray(schema["enum"])) return "choice";
  const type = schema["type"];
  if (type === "integer" || type === "number" || type === "boolean") return type;
  return type === "array" ? "list" : "string";
}

/** `feeBps` with `separator` between its words: `fee-bps`. */
function separated(name: string, separator: string): string {
  return name.replaceAll(/(?<!^)[A-Z]/g, (capital) => separator + capital).toLowerCase();
}

function configKey(name: ConfigName): ConfigKey {
  const note = keyNotes[name];
  const schema = jsonSchema(settingSchemas[name]);
  const parts = schemaParts(schema);
  const main = parts[0] ?? schema;
  return Object.freeze({
    name,
    pythonNames: note.pythonNames,
    variable: variableOf(separated(name, "_")),
    flag: `--${separated(name, "-")}`,
    group: note.group,
    description: note.description,
    default: configDefaults[name] ?? "none",
    kind: kindOf(main),
    allowed: note.allowed ?? allowedText(schema),
    ...(Array.isArray(main["enum"]) ? { values: main["enum"].map(String) } : {}),
    acceptsNone: parts.some((part) => part["const"] === "none"),
    schema,
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
export const configKeys: readonly ConfigKey[] = Object.freeze(
  (Object.keys(keyNotes) as ConfigName[]).map((name) => configKey(name)),
);
