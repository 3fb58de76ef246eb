import { bytesPerElement, type DType, type JsonObject } from "@atc/contract";
import type { CacheKey } from "../base/cache-key.ts";
import { isArrayName } from "../base/cache-value.ts";
import { isPlainObject } from "../base/canonical-json.ts";
import type { ArrayMetadata } from "./npy.ts";

/** The format that this version writes; a file of a higher one is left alone. */
export const entryFormat = 1;

/** What an entry says of itself, in its member `entry.json`. */
export interface EntryMetadata {
  /** The format's number: 1. */
  readonly format: number;
  /** What the value was computed from, and how. */
  readonly key: CacheKey;
  /** Bytes of one element of every array of this file. */
  readonly itemsize: number;
  /** The element sizes of all files that make up the value, largest first; this file's own is one of them. */
  readonly itemsizes: readonly number[];
  /** A hash of the whole value's content: equal in all files of one value. */
  readonly generation: string;
  /** What it took to compute the value, in ms. */
  readonly costMs: number;
  /** When it was written, in ms since the epoch. */
  readonly createdAt: number;
  /** The arrays of this file, in their order. */
  readonly arrays: readonly ArrayMetadata[];
  /** The numeric filters that the arrays went through; none in this version. */
  readonly filters: readonly string[];
  /** The value's plain data, in the file of the largest element size. */
  readonly attributes?: JsonObject;
}

/** Reads what {@link EntryMetadata} describes; undefined where the text is no such thing. A higher format is told by its number alone. */
export function parseMetadata(
  text: string,
): EntryMetadata | { readonly format: number; readonly newer: true } | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isPlainObject(parsed) || !Number.isSafeInteger(parsed["format"])) return undefined;
  const format = Number(parsed["format"]);
  if (format > entryFormat) return { format, newer: true };
  return isMetadata(parsed) ? parsed : undefined;
}

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
    filters.length === 0 &&
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
