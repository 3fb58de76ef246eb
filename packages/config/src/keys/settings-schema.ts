import type { JsonObject, Parameter } from "@atc/contract";
import { z } from "zod";
import type { AtcConfig, ConfigName } from "./atc-config.ts";
import { configNames, parameters } from "./parameters.ts";

/** The value of a key, with the word `none` for an absent member. */
type Setting<Value> = undefined extends Value ? Exclude<Value, undefined> | "none" : Value;

/** A configuration with the word `none` for absent members. */
export type Settings = { readonly [Name in ConfigName]-?: Setting<AtcConfig[Name]> };

function bounded(schema: z.ZodNumber, { minimum, maximum, above, below }: Parameter): z.ZodNumber {
  let result = schema;
  if (minimum !== undefined) result = result.min(minimum);
  if (above !== undefined) result = result.gt(above);
  if (below !== undefined) result = result.lt(below);
  if (maximum !== undefined) result = result.max(maximum);
  return result;
}

function kindSchema(parameter: Parameter): z.ZodType {
  switch (parameter.kind) {
    case "integer":
      return bounded(z.int(), parameter);
    case "number":
      return bounded(z.number(), parameter);
    case "boolean":
      return z.boolean();
    case "choice":
      return z.enum(parameter.values ?? []);
    case "text":
      return parameter.pattern === undefined ? z.string().min(1) : z.string().regex(parameter.pattern);
    case "list":
      return z.array(z.string().min(1));
  }
}

function parameterSchema(parameter: Parameter): z.ZodType {
  const schema = kindSchema(parameter);
  return parameter.acceptsNone === true ? z.union([schema, z.literal("none")]) : schema;
}

/** The zod schema of every key, derived from its parameter. */
export const settingSchemas: { readonly [Name in ConfigName]-?: z.ZodType<Settings[Name]> } = Object.fromEntries(
  configNames.map((name) => [name, parameterSchema(parameters[name])]),
) as { [Name in ConfigName]-?: z.ZodType<Settings[Name]> };

/** The schema of an object of all keys. */
export const settingsSchema: z.ZodType<Settings> = z.strictObject(settingSchemas);

/** JSON Schema (draft 2020-12) of one key, without zod's bounds for safe integers. */
export function settingJsonSchema(name: ConfigName): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(settingSchemas[name], {
    target: "draft-2020-12",
    override: ({ jsonSchema: made }) => {
      if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum;
      if (made.minimum === Number.MIN_SAFE_INTEGER) delete made.minimum;
    },
  });
  return rest as JsonObject;
}
