import { createHash } from "node:crypto";
import type { JsonObject } from "@atc/contract";
import type { ResolvedKey } from "../base/cache-key.ts";
import { type CacheValue, groupByItemsize, namedArrays } from "../base/cache-value.ts";
import { canonicalJson } from "../base/canonical-json.ts";
import { type EntryMetadata, entryFormat } from "./entry-metadata.ts";
import { type ChecksummedArray, checksum, copyArrays, type Npz, viewArrays, writeNpz } from "./npz.ts";

/**
 * A value as verified payloads, one per element size, the largest first. Compression shuffles bytes by the element
 * size, so a file with mixed sizes would be 6 to 18 % larger.
 */
export interface StoredValue {
  readonly parts: readonly Npz[];
}

/** Bytes of all payloads. */
export function storedBytes({ parts }: StoredValue): number {
  return parts.reduce((sum, { payload }) => sum + payload.byteLength, 0);
}

/** The value as copies, so that changes by the caller do not reach the cache. */
export function copyStoredValue({ parts }: StoredValue): CacheValue {
  const arrays = Object.fromEntries(parts.flatMap(copyArrays));
  const attributes = parts[0]?.metadata.attributes;
  return attributes === undefined ? { arrays } : { arrays, attributes: structuredClone(attributes) };
}

/** The value as views of the payloads, for a caller with the only reference to them. */
export function viewStoredValue({ parts }: StoredValue): CacheValue {
  const arrays = Object.fromEntries(parts.flatMap(viewArrays));
  const attributes = parts[0]?.metadata.attributes;
  return attributes === undefined ? { arrays } : { arrays, attributes };
}

/** The payloads of a value. Throws ATC_INVALID_ARGUMENT if it is not a cache value, or is too large for one. */
export function storeValue(resolved: ResolvedKey, value: CacheValue, costMs: number): StoredValue {
  const groups = groupByItemsize(namedArrays(value)).map(({ itemsize, arrays }) => ({
    itemsize,
    arrays: arrays.map(checksum),
  }));
  const itemsizes = groups.map(({ itemsize }) => itemsize);
  const generation = generationOf(
    groups.flatMap(({ arrays }) => arrays),
    value.attributes,
  );
  const createdAt = Date.now();
  const parts = groups.map(({ itemsize, arrays }, i) => {
    const metadata: EntryMetadata = {
      format: entryFormat,
      key: resolved.key,
      itemsize,
      itemsizes,
      generation,
      costMs,
      createdAt,
      arrays: arrays.map(({ name, dtype, values }) => ({ name, dtype, length: values.length })),
      // Readers of format 1 set an entry without this member aside as damaged.
      filters: [],
      ...(i === 0 && value.attributes !== undefined ? { attributes: value.attributes } : {}),
    };
    return writeNpz(metadata, arrays);
  });
  return { parts };
}

/**
 * The hash that all files of one value share. It depends on the content alone. So if two processes write the same
 * value at once, their files belong together in any order, and files of different values never do.
 */
function generationOf(arrays: readonly ChecksummedArray[], attributes: JsonObject | undefined): string {
  const hash = createHash("sha256").update(canonicalJson(attributes ?? {}));
  for (const { name, dtype, values, crc } of arrays)
    hash.update(`\n${JSON.stringify(name)} ${dtype} ${values.length} ${crc}`);
  return hash.digest("hex").slice(0, 32);
}
