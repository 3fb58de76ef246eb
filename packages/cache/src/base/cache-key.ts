import { createHash } from "node:crypto";
import { AtcError, type JsonObject } from "@atc/contract";
import { canonicalJson, isPlainObject } from "./canonical-json.ts";

/**
 * What a cached value was computed from, and how: all that its content depends on, and nothing else. A path or the time of day is no part of
 * it; compression is none either, since it does not change the content.
 */
export interface CacheKey {
  /** What it is: `results`, `votes`, `averages`, `equity`, or a name of your own. */
  readonly kind: string;
  /** The fingerprint of the input's content. */
  readonly input: string;
  /** Every parameter that changes the value. */
  readonly parameters: JsonObject;
  /** The algorithm that made it. */
  readonly algorithm: string;
  /** The algorithm's version: raise it whenever its output changes. */
  readonly version: number | string;
}

/** A key that was checked, with its text and hash. */
export interface ResolvedKey {
  readonly key: CacheKey;
  /** Canonical JSON of the key's five parts. */
  readonly text: string;
  /** sha256 of the text, 64 hexadecimal digits. */
  readonly digest: string;
}

/** Checks a key and hashes it; ATC_INVALID_ARGUMENT where a part is missing or is not what JSON can hold. */
export function resolveKey(key: CacheKey): ResolvedKey {
  const { kind, input, parameters, algorithm, version } = key;
  for (const [name, value] of Object.entries({ kind, input, algorithm }))
    if (typeof value !== "string" || value === "") throw invalid(name, value, "a string that is not empty");
  if (typeof version !== "string" && typeof version !== "number")
    throw invalid("version", version, "a number or a string");
  if (!isPlainObject(parameters)) throw invalid("parameters", parameters, "a plain object");
  const checked: CacheKey = { kind, input, parameters, algorithm, version };
  const text = canonicalJson({ ...checked }, "the cache key");
  return { key: JSON.parse(text), text, digest: createHash("sha256").update(text).digest("hex") };
}

function invalid(name: string, value: unknown, wanted: string): AtcError {
  const message = `the part ${name} of a cache key is "${String(value).slice(0, 100)}"; give ${wanted}`;
  return new AtcError("ATC_INVALID_ARGUMENT", message, { details: { field: name } });
}

/** Where the entries of this format lie in a store. */
export const entryPrefix = "v1/";

/** Where entries are set aside that did not read. */
export const quarantinePrefix = "quarantine/";

/** The store key of an entry, or of its part of one element size. */
export function storeKeyOf(digest: string, part: number | undefined, extension: string): string {
  const suffix = part === undefined ? "" : `.${part}`;
  return `${entryPrefix}${digest.slice(0, 2)}/${digest}${suffix}.npz${extension}`;
}

/** What a store key says of its entry. */
export interface EntryName {
  readonly digest: string;
  /** The element size of a sibling file; undefined for the entry's own file. */
  readonly part: number | undefined;
  /** The codec's extension, "" where there is none. */
  readonly extension: string;
}

const entryName = /^v1\/([0-9a-f]{2})\/(\1[0-9a-f]{62})(?:\.([1248]))?\.npz((?:\.[A-Za-z0-9_-]+)*)$/;

/** Inverts {@link storeKeyOf}; undefined for a key of another form. */
export function parseStoreKey(key: string): EntryName | undefined {
  const match = entryName.exec(key);
  if (match === null) return undefined;
  const [, , digest = "", part, extension = ""] = match;
  return { digest, part: part === undefined ? undefined : Number(part), extension };
}
