import type { JsonObject, JsonValue } from "@atc/contract";

/** Whether a value is an object with members: neither null nor an array. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
