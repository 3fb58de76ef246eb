import type { JsonObject, JsonValue } from "@atc/contract";

/** The object that a stored value is; throws TypeError for another value. */
export function objectOf(value: JsonValue | undefined): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new TypeError("an object is missing");
}

/** The list that a stored value is; throws TypeError for another value. */
export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (Array.isArray(value)) return value as readonly JsonValue[];
  throw new TypeError("a list is missing");
}

/** The text that a stored value is; throws TypeError for another value. */
export function textOf(value: JsonValue | undefined): string {
  if (typeof value === "string") return value;
  throw new TypeError("a text is missing");
}

/** The number that a stored value is; throws TypeError for another value. */
export function numberOf(value: JsonValue | undefined): number {
  if (typeof value === "number") return value;
  throw new TypeError("a number is missing");
}
