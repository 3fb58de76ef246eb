import { bytesPerElement, type DType, type JsonObject } from "@atc/contract";
import type { CacheKey } from "../base/cache-key.ts";
import { isArrayName } from "../base/cache-value.ts";
import { isPlainObject } from "../base/canonical-json.ts";
import type { ArrayMetadata } from "./npy.ts";

/** The format that this version writes. Files of a higher format are left alone. */
export const entryFormat = 1;

/** The description of an entry, stored in its member `entry.json`. */
export interface EntryMetadata {
  /** The number of the format: 1. */
  readonly format: number;
  /** The key of the value. Its hash is part of the name of the file. */
  readonly key: CacheKey;
  /** Bytes per element of every array in this file. */
  readonly itemsize: number;
  /** The element sizes of all files of the value, the largest first, including this file's own. */
  readonly itemsizes: readonly number[];
  /** A hash of the content of the whole value, the same in all of its files. */
  readonly generation: string;
  /** How long the value took to compute, in ms. */
  readonly costMs: number;
  /** When the entry was written, in ms since the epoch. */
  readonly createdAt: number;
  /** The arrays in this file, in order. */
  readonly arrays: readonly ArrayMetadata[];
  /** Always empty. Format 1 had a place for numeric filters, and its readers refuse an entry without this member. */
  readonly filters: readonly string[];
  /** The plain data of the value, in the file of the largest element size. */
  readonly attributes?: JsonObject;
}

/** Why `entry.json` cannot be used. */
export interface MetadataProblem {
  readonly problem: string;
}

/**
 * Parses `entry.json`. Returns what is wrong with it if it is not an {@link EntryMetadata}. Of a higher format it
 * reads the number alone.
 */
export function parseMetadata(
  text: string,
): EntryMetadata | { readonly format: number; readonly newer: true } | MetadataProblem {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return notAnEntry;
  }
  if (!isPlainObject(parsed) || !Number.isSafeInteger(parsed["format"])) return notAnEntry;
  const format = Number(parsed["format"]);
  if (format > entryFormat) return { format, newer: true };
  if (!isMetadata(parsed)) return notAnEntry;
  if (parsed.filters.length === 0) return parsed;
  return { problem: `entry.json lists the filters ${parsed.filters.join(", ")}, which this version cannot undo` };
}

const notAnEntry: MetadataProblem = { problem: "entry.json does not describe an entry" };

function isMetadata(value: JsonObject): value is JsonObject & EntryMetadata {
  const { format, key, itemsize, itemsizes, generation, costMs, createdAt, arrays, filters, attributes } = value;
  return (
    format === entryFormat &&
    isKey(key) &&
    isItemsize(itemsize) &&
    Array.isArray(itemsizes) &&
    itemsizes.every(isItemsize) &&
    itemsizes.includes(itemsize) &&
    typeof generation === "string" &&
    typeof costMs === "number" &&
    typeof createdAt === "number" &&
    Array.isArray(arrays) &&
    arrays.every((array) => isArrayMetadata(array, itemsize)) &&
    Array.isArray(filters) &&
    filters.every((filter) => typeof filter === "string") &&
    (attributes === undefined || isPlainObject(attributes))
  );
}

function isItemsize(value: unknown): value is number {
  return value === 1 || value === 4 || value === 8;
}

function isKey(value: unknown): value is CacheKey {
  if (!isPlainObject(value)) return false;
  const { kind, input, parameters, algorithm, version } = value;
  return (
    [kind, input, algorithm].every((part) => typeof part === "string") &&
    isPlainObject(parameters) &&
    (typeof version === "string" || typeof version === "number")
  );
}

function isArrayMetadata(value: unknown, itemsize: number): value is ArrayMetadata {
  if (!isPlainObject(value)) return false;
  const { name, dtype, length } = value;
  return (
    typeof name === "string" &&
    isArrayName(name) &&
    typeof dtype === "string" &&
    Object.hasOwn(bytesPerElement, dtype) &&
    bytesPerElement[dtype as DType] === itemsize &&
    typeof length === "number" &&
    Number.isSafeInteger(length) &&
    length >= 0
  );
}
