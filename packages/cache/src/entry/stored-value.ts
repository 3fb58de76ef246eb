import { createHash } from "node:crypto";
import type { JsonObject } from "@atc/contract";
import type { ResolvedKey } from "../base/cache-key.ts";
import { type CacheValue, groupByItemsize, namedArrays } from "../base/cache-value.ts";
import { canonicalJson } from "../base/canonical-json.ts";
import { type EntryMetadata, entryFormat } from "./entry-metadata.ts";
import { type ChecksummedArray, checksum, copyArrays, type Npz, viewArrays, writeNpz } from "./npz.ts";

/**
 * A value as verified payloads, one for each element size, the largest first. Compression shuffles bytes by the element size, so a file that
 * mixed sizes would grow by 6 to 18 %.
 */
export interface StoredValue {
  readonly parts: readonly Npz[];
}

/** Bytes of the payloads. */
export function storedBytes({ parts }: StoredValue): number {
  return parts.reduce((sum, { payload }) => sum + payload.byteLength, 0);
}

/** The value, in copies that belong to the caller: what a caller does to them never reaches the cache. */
export function copyStoredValue({ parts }: StoredValue): CacheValue {
  const arrays = Object.fromEntries(parts.flatMap(copyArrays));
  const attributes = parts[0]?.metadata.attributes;
  return attributes === undefined ? { arrays } : { arrays, attributes: structuredClone(attributes) };
}

/** The value without copies, for a caller that has the only hold on it. */
export function viewStoredValue({ parts }: StoredValue): CacheValue {
  const arrays = Object.fromEntries(parts.flatMap(viewArrays));
  const attributes = parts[0]?.metadata.attributes;
  return attributes === undefined ? { arrays } : { arrays, attributes };
}

/** The payloads of a value. ATC_INVALID_ARGUMENT where it is no cache value, or too large for one. */
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
      filters: [],
      ...(i === 0 && value.attributes !== undefined ? { attributes: value.attributes } : {}),
    };
    return writeNpz(metadata, arrays);
  });
  return { parts };
}

/**
 * What ties the files of one value together. It follows from the content, so two processes that write the same value at once leave files that
 * belong together whatever their order, and files of two different values never do.
 */
function generationOf(arrays: readonly ChecksummedArray[], attributes: JsonObject | undefined): string {
  const hash = createHash("sha256").update(canonicalJson(attributes ?? {}));
  for (const { name, dtype, values, crc } of arrays)
    hash.update(`\n${JSON.stringify(name)} ${dtype} ${values.length} ${crc}`);
  return hash.digest("hex").slice(0, 32);
}
