import type { JsonValue } from "@atc/contract";
import type { CacheKey } from "../base/cache-key.ts";
import { canonicalJson, isPlainObject } from "../base/canonical-json.ts";

/** A difference between two keys. A value is undefined if a key has no such member. */
export interface KeyDifference {
  /** The member, such as `version` or `parameters.length`. */
  readonly field: string;
  /** The value in the requested key. */
  readonly asked: JsonValue | undefined;
  /** The value in the nearest stored key. */
  readonly stored: JsonValue | undefined;
}

/** Why a key is a hit or a miss. */
export interface Explanation {
  /** Whether a lookup would find the value. */
  readonly found: boolean;
  /** One sentence for people. */
  readonly reason: string;
  /** The stored key of the same kind with the fewest differences, if there is one. */
  readonly nearest?: CacheKey;
  /** The differences between `nearest` and the requested key. */
  readonly differences: readonly KeyDifference[];
}

/** The differences between two keys, with parameters compared member by member. */
function compareKeys(asked: CacheKey, stored: CacheKey): KeyDifference[] {
  const differences: KeyDifference[] = [];
  for (const field of ["kind", "algorithm", "version", "input"] as const)
    if (asked[field] !== stored[field]) differences.push({ field, asked: asked[field], stored: stored[field] });
  compareValues("parameters", asked.parameters, stored.parameters, differences);
  return differences;
}

function compareValues(
  field: string,
  asked: JsonValue | undefined,
  stored: JsonValue | undefined,
  differences: KeyDifference[],
): void {
  if (isPlainObject(asked) && isPlainObject(stored)) {
    for (const name of new Set([...Object.keys(asked), ...Object.keys(stored)]))
      compareValues(`${field}.${name}`, memberOf(asked, name), memberOf(stored, name), differences);
    return;
  }
  const same = asked !== undefined && stored !== undefined && canonicalJson(asked) === canonicalJson(stored);
  if (!same) differences.push({ field, asked, stored });
}

function memberOf(object: { readonly [key: string]: JsonValue }, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/**
 * Explains a miss by the stored key of the same kind with the fewest differences, and the first of those with equally
 * many. `nearest` is that key of `stored` itself.
 */
export async function explainMiss(
  asked: CacheKey,
  stored: AsyncIterable<CacheKey> | Iterable<CacheKey>,
): Promise<Explanation> {
  let nearest: CacheKey | undefined;
  let differences: KeyDifference[] = [];
  for await (const key of stored) {
    if (key.kind !== asked.kind) continue;
    const found = compareKeys(asked, key);
    if (nearest !== undefined && found.length >= differences.length) continue;
    nearest = key;
    differences = found;
  }
  if (nearest === undefined)
    return { found: false, reason: `no value of kind "${asked.kind}" is stored`, differences: [] };
  const fields = differences.map(({ field }) => field).join(", ");
  return { found: false, reason: `the nearest stored value differs in ${fields}`, nearest, differences };
}
