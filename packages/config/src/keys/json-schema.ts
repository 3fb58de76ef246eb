import type { JsonObject } from "@atc/contract";
import { schemaWithSizes } from "./byte-keys.ts";
import type { ConfigKey } from "./config-key.ts";
import { configKeys } from "./config-key.ts";
import type { ConvertedName } from "./converted-names.ts";
import { convertedNames } from "./converted-names.ts";
import type { NoEffectKey } from "./no-effect.ts";
import { noEffectKeys } from "./no-effect.ts";
import { sectionNames } from "./sections.ts";

function keyProperties({
  name,
  pythonNames,
  schema: own,
  description,
  default: value,
}: ConfigKey): [string, JsonObject][] {
  const schema = schemaWithSizes(name, own);
  const python = pythonNames.map((pythonName): [string, JsonObject] => {
    return [pythonName, { ...schema, description: `Python's spelling of ${name}: ${description}` }];
  });
  return [[name, { ...schema, description, default: value }], ...python];
}

function noEffectProperty({ name, instead }: NoEffectKey): [string, JsonObject] {
  return [name, { description: `No effect: ${instead}`, deprecated: true }];
}

function convertedProperty({ name, description }: ConvertedName): [string, JsonObject] {
  return [name, { type: "number", exclusiveMinimum: 0, description }];
}

/** A section of the Python module's file. It refers to the values in {@link definitions}. */
function sectionProperty(section: string): [string, JsonObject] {
  const keys = configKeys.flatMap(({ name, pythonNames }) =>
    [name, ...pythonNames].map((spelling): [string, JsonObject] => [spelling, { $ref: `#/$defs/${name}` }]),
  );
  const noEffect = noEffectKeys.filter((key) => key.isForeign !== true && (key.section ?? section) === section);
  const description = "A section of the Python module's file; its keys count as if they were at the top level";
  const properties = Object.fromEntries([
    ...keys,
    ...convertedNames.map(convertedProperty),
    ...noEffect.map(noEffectProperty),
  ]);
  return [section, { type: "object", description, properties, additionalProperties: false, minProperties: 1 }];
}

function properties(): JsonObject {
  return Object.fromEntries([
    ["$schema", { type: "string" }],
    ...configKeys.flatMap(keyProperties),
    ...convertedNames.map(convertedProperty),
    ...noEffectKeys.filter((key) => key.section === undefined).map(noEffectProperty),
    ...sectionNames.map(sectionProperty),
  ]);
}

/** The values of the keys, by name. */
function definitions(): JsonObject {
  return Object.fromEntries(configKeys.map(({ name, schema }) => [name, schemaWithSizes(name, schema)]));
}

/**
 * JSON Schema (draft 2020-12) of a configuration file, for editors; the same as the file
 * `@atc/config/atc.schema.json`. It does not contain rules between keys.
 */
export const configJsonSchema: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "ATC configuration",
  type: "object",
  $defs: definitions(),
  properties: properties(),
  additionalProperties: false,
};
