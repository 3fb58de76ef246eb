import type { JsonObject } from "@atc/contract";

/** Words as a sentence lists them: `a, b or c`. */
function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function rangeText(noun: string, schema: JsonObject): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (minimum !== undefined && maximum !== undefined) return `${noun} from ${minimum} to ${maximum}`;
  const bounds = [
    ...(minimum === undefined ? [] : [`of ${minimum} or more`]),
    ...(exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`below ${exclusiveMaximum}`]),
    ...(maximum === undefined ? [] : [`of ${maximum} or less`]),
  ];
  return [noun, bounds.join(" and ")].join(" ").trim();
}

/** The alternatives of a schema: the members of its `anyOf`, else itself. */
export function schemaParts(schema: JsonObject): readonly JsonObject[] {
  return Array.isArray(schema["anyOf"]) ? (schema["anyOf"] as readonly JsonObject[]) : [schema];
}

function partText(part: JsonObject): string {
  if (typeof part["const"] === "string") return part["const"];
  if (Array.isArray(part["enum"])) return alternatives(part["enum"].map(String));
  if (part["type"] === "boolean") return "true or false";
  if (part["type"] === "integer") return rangeText("an integer", part);
  if (part["type"] === "number") return rangeText("a number", part);
  return part["type"] === "array" ? "a list" : "text";
}

/** What a JSON Schema of one key allows, for people: `an integer of 1 or more, or none`. */
export function allowedText(schema: JsonObject): string {
  return schemaParts(schema).map(partText).join(", or ");
}
