import type { ArrowBuffer, BatchColumn } from "../format/record-batch.ts";
import type { NumberArray, ValueType } from "../format/schema.ts";
import type { BatchRows } from "./batch-rows.ts";

/** Reads the values of some rows into `target`. Rows whose value is missing may get any number. */
export type NumberReader = (column: BatchColumn, rows: BatchRows, target: Float64Array) => Promise<void>;

/** The typed array of each name. */
interface Arrays {
  readonly Int8Array: Int8Array;
  readonly Uint8Array: Uint8Array;
  readonly Int16Array: Int16Array;
  readonly Uint16Array: Uint16Array;
  readonly Int32Array: Int32Array;
  readonly Uint32Array: Uint32Array;
  readonly BigInt64Array: BigInt64Array;
  readonly BigUint64Array: BigUint64Array;
  readonly Float32Array: Float32Array;
  readonly Float64Array: Float64Array;
}

interface ArrayMaker<Array> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): Array;
}

const makers: { readonly [Name in NumberArray]: ArrayMaker<Arrays[Name]> } = {
  Int8Array: Int8Array,
  Uint8Array: Uint8Array,
  Int16Array: Int16Array,
  Uint16Array: Uint16Array,
  Int32Array: Int32Array,
  Uint32Array: Uint32Array,
  BigInt64Array: BigInt64Array,
  BigUint64Array: BigUint64Array,
  Float32Array: Float32Array,
  Float64Array: Float64Array,
};

/** The values `[from, from + count)` of a buffer. */
export async function numbersOf<Name extends NumberArray>(
  buffer: ArrowBuffer | undefined,
  name: Name,
  from: number,
  count: number,
): Promise<Arrays[Name]> {
  if (buffer === undefined) throw new RangeError("a buffer is missing");
  const maker: ArrayMaker<Arrays[Name]> = makers[name];
  const bytes = await buffer.read(from * maker.BYTES_PER_ELEMENT, count * maker.BYTES_PER_ELEMENT);
  return new maker(bytes.buffer, bytes.byteOffset, count);
}

/** Numbers of any width. */
function plainNumbers(array: NumberArray): NumberReader {
  return async ({ buffers: [buffer] }, { from, count, at }, target) => {
    const values = await numbersOf(buffer, array, from, count);
    if (values instanceof BigInt64Array || values instanceof BigUint64Array)
      for (let row = 0; row < count; row++) target[at + row] = Number(values[row]);
    else target.set(values, at);
  };
}

/** One bit per row, as 0 and 1. */
const booleans: NumberReader = async ({ buffers: [buffer] }, { from, count, at }, target) => {
  const bits = await bitsOf(buffer, from, count);
  for (let row = 0; row < count; row++) target[at + row] = isSet(bits, (from % 8) + row) ? 1 : 0;
};

/** Decimals: the double nearest to the integer over the power of ten. */
function decimals(bytes: number, scale: number): NumberReader {
  return async ({ buffers: [buffer] }, { from, count, at }, target) => {
    const words = bytes / 4;
    const values = await numbersOf(buffer, "Int32Array", from * words, count * words);
    for (let row = 0; row < count; row++) {
      let value = BigInt(values[(row + 1) * words - 1]);
      for (let word = words - 2; word >= 0; word--)
        value = value * 4_294_967_296n + BigInt(values[row * words + word] >>> 0);
      target[at + row] = Number(`${value}e${-scale}`);
    }
  };
}

/** A reader of a column of numbers; undefined for other types. */
export function numberReader(type: ValueType): NumberReader | undefined {
  if (type.is === "number") return plainNumbers(type.array);
  if (type.is === "boolean") return booleans;
  return type.is === "decimal" && type.bytes % 4 === 0 ? decimals(type.bytes, type.scale) : undefined;
}

/** The bytes that hold the bits `[from, from + count)`. The first is bit `from % 8` of the first byte. */
export async function bitsOf(buffer: ArrowBuffer | undefined, from: number, count: number): Promise<Uint8Array> {
  if (buffer === undefined) throw new RangeError("a buffer is missing");
  const start = Math.floor(from / 8);
  return await buffer.read(start, Math.ceil((from + count) / 8) - start);
}

/** Whether a bit is 1. */
export function isSet(bits: Uint8Array, bit: number): boolean {
  return ((bits[bit >> 3] >> (bit & 7)) & 1) === 1;
}
