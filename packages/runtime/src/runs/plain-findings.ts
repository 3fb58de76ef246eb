import type { JsonObject, JsonValue } from "@atc/contract";
import { jsonDigest } from "@atc/runs";

/** Longer lists, such as those of samples, are stored as a digest. */
const mostItems = 100;

/** Times that a computation took differ from run to run. */
const unstable: ReadonlySet<string> = new Set(["seconds"]);

function plainValue(value: unknown): JsonValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object") return value as JsonValue;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const items = Array.from(value as ArrayLike<unknown>, plainValue);
    return items.length <= mostItems ? items : { length: items.length, digest: jsonDigest(items).slice(0, 32) };
  }
  return plainFindings(value);
}

/**
 * Results as JSON that a run stores: numbers that are not finite are null, long lists are digests, and times that the
 * computation took are left out.
 */
export function plainFindings(results: object): JsonObject {
  const members = Object.entries(results).filter(([name]) => !unstable.has(name));
  return Object.fromEntries(members.map(([name, value]) => [name, plainValue(value)]));
}

/** Metrics by name. */
export function namedMetrics(names: readonly string[], values: ArrayLike<number>): JsonObject {
  return Object.fromEntries(names.map((name, place) => [name, plainValue(values[place])]));
}
