import type { JsonObject } from "@atc/contract";
import { keysOfTable } from "./sweep-keys.ts";
import { overs, sampleMethods } from "./sweep-words.ts";

const plain: JsonObject = { type: ["number", "boolean", "string"] };

const range: JsonObject = {
  type: "object",
  properties: {
    from: { type: "number", description: "The first value" },
    to: { type: "number", description: "The last value" },
    step: { type: "number", exclusiveMinimum: 0, description: "The distance of the values" },
    scale: { enum: ["linear", "log"], description: "How a value is drawn from a range without a step" },
  },
  required: ["from", "to"],
  additionalProperties: false,
};

const axis: JsonObject = { anyOf: [plain, { type: "array", items: plain, minItems: 1 }, range] };

function keyProperties(ref: string): JsonObject {
  return Object.fromEntries(
    keysOfTable.flatMap(({ name, parameter }) =>
      [name, ...parameter.pythonNames].map((spelling) => [
        spelling,
        { $ref: `#/$defs/${ref}`, description: parameter.description },
      ]),
    ),
  );
}

function byKey(ref: string, description: string): JsonObject {
  return {
    type: "object",
    description,
    properties: keyProperties(ref),
    patternProperties: { "^parameters\\..": { $ref: `#/$defs/${ref}` } },
    additionalProperties: false,
  };
}

const conditions: JsonObject = { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] };

const count: JsonObject = { type: "integer", minimum: 1, description: "The number of configurations" };

/** JSON Schema (draft 2020-12) of a sweep in a file. */
export const sweepJsonSchema: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "A sweep of ATC",
  type: "object",
  properties: {
    $schema: { type: "string" },
    grid: byKey("axis", "The values of each key: a list, a range, or either as text, such as 10..60:5"),
    tie: {
      type: "array",
      description: "Keys that share one value: lengths for all six lengths, or a list of keys",
      items: { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" }, minItems: 2 }] },
    },
    fixed: byKey("value", "Keys with one value in all configurations"),
    where: { ...conditions, description: "Expressions over keys that every configuration fulfils" },
    sample: {
      type: "object",
      description: "How configurations are chosen; default: all of the grid",
      properties: {
        method: { enum: [...sampleMethods], description: "Default: random if there is a count, else grid" },
        count,
        seed: { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 1 },
      },
      additionalProperties: false,
    },
    objective: {
      type: "string",
      default: "sharpe",
      description: "What is maximised: a metric, -metric, or a weighted sum",
    },
    require: { ...conditions, description: "Expressions over metrics that a ranked configuration fulfils" },
    over: { enum: [...overs], description: "How the values of symbols become one; default: the portfolio's values" },
    metrics: { type: "array", items: { type: "string" }, description: "The metrics in the table" },
  },
  required: ["grid"],
  additionalProperties: false,
  $defs: { axis, value: plain },
};
