import type { JsonObject } from "@atc/contract";
import { configKeys } from "./config-key.ts";
import { noEffectKeys } from "./no-effect.ts";

function properties(): JsonObject {
  const ours = configKeys.map(({ name, schema, description, default: value }) => [
    name,
    { ...schema, description, default: value },
  ]);
  const python = configKeys.flatMap(({ name, pythonNames }) =>
    pythonNames.map((pythonName) => [
      pythonName,
      { $ref: `#/properties/${name}`, description: `Python's spelling of ${name}` },
    ]),
  );
  const noEffect = noEffectKeys.map(({ name, instead }) => [
    name,
    { description: `No effect: ${instead}`, deprecated: true },
  ]);
  return Object.fromEntries([["$schema", { type: "string" }], ...ours, ...python, ...noEffect]) as JsonObject;
}

/** JSON Schema (draft 2020-12) of a configuration file, for editors; also the file `@atc/config/atc.schema.json`. Rules between keys are not in it. */
export const configJsonSchema: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "ATC configuration",
  type: "object",
  properties: properties(),
  additionalProperties: false,
};
