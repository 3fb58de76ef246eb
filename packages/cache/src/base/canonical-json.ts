import { AtcError, type JsonValue } from "@atc/contract";

const deepest = 64;

/**
 * The canonical text of a JSON value by RFC 8785: members sorted by UTF-16 code units, numbers in ECMAScript's
 * shortest exact form (-0 is 0), no white space. Values that JSON cannot represent are refused, not dropped: two keys
 * must not become one.
 *
 * @throws ATC_INVALID_ARGUMENT for a number that is not finite, undefined, a bigint, an object that is not plain, or
 * more than 64 levels.
 */
export function canonicalJson(value: JsonValue, path = "value", depth = 0): string {
  if (depth > deepest) throw refused(path, `is nested more than ${deepest} levels deep`);
  if (typeof value === "string" || typeof value === "boolean" || value === null) return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw refused(path, `is ${value}, which JSON cannot represent`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    const items = Array.from(value, (item, i) => canonicalJson(item, `${path}[${i}]`, depth + 1));
    return `[${items.join(",")}]`;
  }
  if (!isPlainObject(value)) throw refused(path, `is of type ${typeName(value)}, which JSON cannot represent`);
  const members = Object.keys(value)
    .sort(byCodeUnits)
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] as JsonValue, `${path}.${name}`, depth + 1)}`);
  return `{${members.join(",")}}`;
}

function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Whether a value is a JSON object: not an array, not an instance of a class. */
export function isPlainObject(value: unknown): value is { readonly [key: string]: JsonValue } {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

function typeName(value: unknown): string {
  return typeof value === "object" && value !== null ? (value.constructor?.name ?? "object") : typeof value;
}

function refused(path: string, why: string): AtcError {
  return new AtcError(
    "ATC_INVALID_ARGUMENT",
    `${path} ${why}; use strings, finite numbers, booleans, null, arrays and plain objects`,
    {
      details: { path },
    },
  );
}
