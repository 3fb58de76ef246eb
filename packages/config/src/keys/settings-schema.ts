import type { JsonObject, Parameter } from "@atc/contract";
import type { AtcConfig } from "./atc-config.ts";

/** The value of a key, with the word `none` for an absent member. */
type Setting<Value> = undefined extends Value ? Exclude<Value, undefined> | "none" : Value;

/** A configuration with the word `none` for absent members. */
export type Settings = { readonly [Name in keyof AtcConfig]-?: Setting<AtcConfig[Name]> };

function bounds({ minimum, maximum, above, below }: Parameter): JsonObject {
  return {
    ...(minimum === undefined ? {} : { minimum }),
    ...(above === undefined ? {} : { exclusiveMinimum: above }),
    ...(below === undefined ? {} : { exclusiveMaximum: below }),
    ...(maximum === undefined ? {} : { maximum }),
  };
}

const filledText: JsonObject = { type: "string", minLength: 1 };

function kindSchema(parameter: Parameter): JsonObject {
  switch (parameter.kind) {
    case "integer":
    case "number":
      return { type: parameter.kind, ...bounds(parameter) };
    case "boolean":
      return { type: "boolean" };
    case "choice":
      return { type: "string", enum: [...(parameter.values ?? [])] };
    case "text":
      return parameter.pattern === undefined ? filledText : { type: "string", pattern: parameter.pattern.source };
    case "list":
      return { type: "array", items: filledText };
    case "shares":
      return {
        anyOf: [
          { type: "string", enum: [...(parameter.values ?? [])] },
          { type: "object", additionalProperties: { type: "number", minimum: 0 } },
        ],
      };
    case "values":
      return { type: "object", additionalProperties: { type: ["number", "boolean", "string"] } };
  }
}

/** JSON Schema (draft 2020-12) of the values that a parameter accepts. */
export function settingSchema(parameter: Parameter): JsonObject {
  const schema = kindSchema(parameter);
  return parameter.acceptsNone === true ? { anyOf: [schema, { type: "string", const: "none" }] } : schema;
}
