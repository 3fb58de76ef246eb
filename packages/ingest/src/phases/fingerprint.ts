import { createHash } from "node:crypto";
import type { DataSource, JsonValue } from "@atc/contract";
import type { IngestOptions } from "./ingest-options.ts";
import { resolveOptions } from "./ingest-options.ts";

/** Incremented by every change that gives other rows or another report for the same source. */
export const ingestVersion = 3;

/**
 * Identifies the outcome of an ingest without reading a row: 64 hexadecimal digits, the SHA-256 of the source's
 * identity, columns and kind of rows, the options that change the outcome (`duplicates`), and the version of the
 * ingest.
 *
 * @throws ATC_INVALID_ARGUMENT for an option outside its range
 */
export function fingerprintOf(source: DataSource, options: IngestOptions = {}): string {
  const { duplicates } = resolveOptions(source, options);
  const columns = source.columns.map(({ name, type }) => [name, type]);
  const { kind, identity } = source;
  // Only dates, so that the fingerprints of instants stay as they were.
  const timeIs = source.timeIs === "date" ? { timeIs: source.timeIs } : {};
  const subject = { ingest: ingestVersion, kind, columns, duplicates, ...timeIs, source: identity.parts };
  return createHash("sha256").update(canonicalJson(subject)).digest("hex");
}

/** JSON with the members of every object sorted by UTF-16 code unit. */
function canonicalJson(value: JsonValue): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort((a, b) => (a < b ? -1 : 1))
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as JsonValue)}`);
  return `{${members.join(",")}}`;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
