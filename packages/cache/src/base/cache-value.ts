import { AtcError, bytesPerElement, type DType, type JsonObject, type TypedArray } from "@atc/contract";
import { canonicalJson, isPlainObject } from "./canonical-json.ts";

/** Arrays of any lengths and dtypes by name. */
export type NamedArrays = Readonly<Record<string, TypedArray>>;

/** A cached value: named arrays of any lengths and dtypes, and plain data. */
export interface CacheValue<Arrays extends NamedArrays = NamedArrays> {
  /** The arrays by name. */
  readonly arrays: Arrays;
  /** Plain JSON that belongs to the arrays, such as metrics. */
  readonly attributes?: JsonObject;
}

export interface NamedArray {
  readonly name: string;
  readonly dtype: DType;
  readonly values: TypedArray;
}

const dtypes: Readonly<Record<string, DType>> = {
  Int8Array: "int8",
  Uint8Array: "uint8",
  Int32Array: "int32",
  Uint32Array: "uint32",
  BigInt64Array: "int64",
  Float32Array: "float32",
  Float64Array: "float64",
};

/**
 * The checked arrays of a value, in the order of its members. Throws ATC_INVALID_ARGUMENT if a member is not a typed
 * array of a dtype, or an archive cannot have a member of its name.
 */
export function namedArrays(value: CacheValue): NamedArray[] {
  if (!isPlainObject(value) || !isPlainObject(value.arrays))
    throw invalid("a cache value must be { arrays: { name: typed array }, attributes?: plain object }");
  if (value.attributes !== undefined) {
    if (!isPlainObject(value.attributes)) throw invalid("the attributes of a cache value must be a plain object");
    canonicalJson(value.attributes, "attributes");
  }
  return Object.entries(value.arrays).map(([name, values]) => {
    if (!isArrayName(name)) throw invalid(`"${name.slice(0, 100)}" cannot name an array of a cache value; ${nameRule}`);
    const dtype = dtypes[Object.prototype.toString.call(values).slice(8, -1)];
    if (dtype === undefined)
      throw invalid(
        `the array "${name}" of a cache value must be one of ${Object.keys(dtypes).join(", ")}; convert it`,
      );
    return { name, dtype, values };
  });
}

const nameRule =
  'use 1 to 200 characters without control characters and "\\", no empty, "." or ".." segment between "/", and neither "entry.json" nor a lone surrogate';

/** Whether an array may have this name. */
export function isArrayName(name: string): boolean {
  if (name.length < 1 || name.length > 200 || name === "entry.json" || /[\p{Cc}\p{Cs}\\]/u.test(name)) return false;
  return name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** The arrays grouped by bytes per element, the largest first. Without arrays there is one empty group. */
export function groupByItemsize(
  arrays: readonly NamedArray[],
): { readonly itemsize: number; readonly arrays: NamedArray[] }[] {
  const groups = new Map<number, NamedArray[]>();
  for (const array of arrays) {
    const itemsize = bytesPerElement[array.dtype];
    const group = groups.get(itemsize);
    if (group === undefined) groups.set(itemsize, [array]);
    else group.push(array);
  }
  if (groups.size === 0) groups.set(1, []);
  return [...groups]
    .map(([itemsize, members]) => ({ itemsize, arrays: members }))
    .sort((a, b) => b.itemsize - a.itemsize);
}

/** A deep copy of a value. */
export function copyValue(value: CacheValue): CacheValue {
  const arrays = Object.fromEntries(Object.entries(value.arrays).map(([name, values]) => [name, values.slice()]));
  return value.attributes === undefined ? { arrays } : { arrays, attributes: structuredClone(value.attributes) };
}

function invalid(message: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", message);
}
