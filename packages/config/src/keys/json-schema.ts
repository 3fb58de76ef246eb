import type { JsonObject } from "@atc/contract";
import type { ConfigKey } from "./config-key.ts";
import { configKeys } from "./config-key.ts";
import { noEffectKeys } from "./no-effect.ts";

function keyProperties({ name, pythonNames, schema, description, default: value }: ConfigKey): [string, JsonObject][] {
  const python = pythonNames.map((pythonName): [string, JsonObject] => {
    return [pythonName, { ...schema, description: `Python's spelling of ${name}: ${description}` }];
  });
  return [[name, { ...schema, description, default: value }], ...python];
}

function properties(): JsonObject {
  const noEffect = noEffectKeys.map(({ name, instead }): [string, JsonObject] => {
    return [name, { description: `No effect: ${instead}`, deprecated: true }];
  });
  return Object.fromEntries([["$schema", { type: "string" }], ...configKeys.flatMap(keyProperties), ...noEffect]);
}

/**
 * JSON Schema (draft 2020-12) of a configuration file, for editors; the same as the file
 * `@atc/config/atc.schema.json`. It does not contain rules between keys.
 */
export const configJsonSchema: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "ATC configuration",
  type: "object",
  properties: properties(),
  additionalProperties: false,
};
