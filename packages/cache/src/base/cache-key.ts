import { createHash } from "node:crypto";
import { AtcError, type JsonObject } from "@atc/contract";
import { canonicalJson, isPlainObject } from "./canonical-json.ts";

/**
 * Everything that the content of a cached value depends on, and nothing else. A path or the time of day is not part of
 * it, and neither is compression, which does not change the content.
 */
export interface CacheKey {
  /** What the value is: `results`, `votes`, `averages`, `equity`, or any other name. */
  readonly kind: string;
  /** The fingerprint of the input's content. */
  readonly input: string;
  /** Every parameter that changes the value. */
  readonly parameters: JsonObject;
  /** The name of the algorithm that computed the value. */
  readonly algorithm: string;
  /** The version of the algorithm. Raise it whenever its output changes. */
  readonly version: number | string;
}

/** A checked key, with its canonical text and hash. */
export interface ResolvedKey {
  readonly key: CacheKey;
  /** Canonical JSON of the key's five parts. */
  readonly text: string;
  /** sha256 of the text, 64 hexadecimal digits. */
  readonly digest: string;
}

/** Checks and hashes a key. Throws ATC_INVALID_ARGUMENT if a part is missing, or JSON cannot represent it. */
export function resolveKey(key: CacheKey): ResolvedKey {
  const { kind, input, parameters, algorithm, version } = key;
  for (const [name, value] of Object.entries({ kind, input, algorithm }))
    if (typeof value !== "string" || value === "") throw invalid(name, value, "a non-empty string");
  if (typeof version !== "string" && typeof version !== "number")
    throw invalid("version", version, "a number or a string");
  if (!isPlainObject(parameters)) throw invalid("parameters", parameters, "a plain object");
  const checked: CacheKey = { kind, input, parameters, algorithm, version };
  const text = canonicalJson({ ...checked }, "the cache key");
  return { key: JSON.parse(text), text, digest: createHash("sha256").update(text).digest("hex") };
}

function invalid(name: string, value: unknown, wanted: string): AtcError {
  const message = `the member ${name} of a cache key is "${String(value).slice(0, 100)}"; give ${wanted}`;
  return new AtcError("ATC_INVALID_ARGUMENT", message, { details: { field: name } });
}

/** The prefix of the store keys of all entries of this format. */
export const entryPrefix = "v1/";

/** The prefix of the store keys of damaged files that were set aside. */
export const quarantinePrefix = "quarantine/";

/** The store key of an entry's own file (`part` undefined), or of its file for elements of `part` bytes. */
export function storeKeyOf(digest: string, part: number | undefined, extension: string): string {
  const suffix = part === undefined ? "" : `.${part}`;
  return `${entryPrefix}${digest.slice(0, 2)}/${digest}${suffix}.npz${extension}`;
}

/** The parts of a store key. */
export interface EntryName {
  readonly digest: string;
  /** The element size of a sibling file; undefined for the entry's own file. */
  readonly part: number | undefined;
  /** The codec's extension, "" without compression. */
  readonly extension: string;
}

const entryName = /^v1\/([0-9a-f]{2})\/(\1[0-9a-f]{62})(?:\.([1248]))?\.npz((?:\.[A-Za-z0-9_-]+)*)$/;

/** Inverts {@link storeKeyOf}. Returns undefined for a key of another form. */
export function parseStoreKey(key: string): EntryName | undefined {
  const match = entryName.exec(key);
  if (match === null) return undefined;
  const [, , digest = "", part, extension = ""] = match;
  return { digest, part: part === undefined ? undefined : Number(part), extension };
}
