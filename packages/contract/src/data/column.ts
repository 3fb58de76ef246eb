/** The machine types of stored numbers, all little-endian. */
export type DType = "int8" | "uint8" | "int32" | "uint32" | "int64" | "float32" | "float64";

/** The typed array that holds each {@link DType}. */
export interface TypedArrayByDType {
  /** Signed bytes. */
  readonly int8: Int8Array;
  /** Bytes. */
  readonly uint8: Uint8Array;
  /** Signed 32-bit integers. */
  readonly int32: Int32Array;
  /** Unsigned 32-bit integers. */
  readonly uint32: Uint32Array;
  /** Signed 64-bit integers. */
  readonly int64: BigInt64Array;
  /** IEEE single precision. */
  readonly float32: Float32Array;
  /** IEEE double precision. */
  readonly float64: Float64Array;
}

/** A typed array of one of the dtypes. */
export type TypedArray<D extends DType = DType> = TypedArrayByDType[D];

/**
 * A typed array without mutators. Columns of a mapped dataset have this type, because a write to their memory would
 * end the process. Kernels accept it as input.
 */
export interface ReadonlyTypedArray<Element extends number | bigint = number> {
  /** The element at `index`, or undefined outside of the array. */
  readonly [index: number]: Element;
  /** Number of elements. */
  readonly length: number;
  /** Bytes of one element. */
  readonly BYTES_PER_ELEMENT: number;
  /** A view of the elements from `start` (inclusive) to `end` (exclusive), without a copy. */
  subarray(start?: number, end?: number): ReadonlyTypedArray<Element>;
  /** The elements in order; for hot loops use indices. */
  [Symbol.iterator](): IterableIterator<Element>;
}

/**
 * What a column holds. `timestamp[ms]` and `timestamp[ns]` are int64 since 1970-01-01T00:00:00Z. `text` is int32
 * indices into a dictionary, -1 for a missing text. The others are plain numbers.
 */
export type ColumnType = DType | "timestamp[ms]" | "timestamp[ns]" | "text";

/** A column's name and type. */
export interface ColumnMetadata {
  /** The name: `symbol`, `timestamp`, `open`, `high`, `low`, `close`, `volume`, or the source's own, in lower case. */
  readonly name: string;
  /** What it holds. */
  readonly type: ColumnType;
}

/** The machine type behind a column type. */
export function dtypeOf(type: ColumnType): DType {
  if (type === "text") return "int32";
  return type === "timestamp[ms]" || type === "timestamp[ns]" ? "int64" : type;
}

const viewers: {
  readonly [D in DType]: (buffer: ArrayBufferLike, byteOffset: number, length: number) => TypedArrayByDType[D];
} = {
  int8: (buffer, byteOffset, length) => new Int8Array(buffer, byteOffset, length),
  uint8: (buffer, byteOffset, length) => new Uint8Array(buffer, byteOffset, length),
  int32: (buffer, byteOffset, length) => new Int32Array(buffer, byteOffset, length),
  uint32: (buffer, byteOffset, length) => new Uint32Array(buffer, byteOffset, length),
  int64: (buffer, byteOffset, length) => new BigInt64Array(buffer, byteOffset, length),
  float32: (buffer, byteOffset, length) => new Float32Array(buffer, byteOffset, length),
  float64: (buffer, byteOffset, length) => new Float64Array(buffer, byteOffset, length),
};

/**
 * A typed array over existing bytes, without a copy. `byteOffset` must be a multiple of the element's size; `length`
 * is in elements.
 */
export function viewOf<D extends DType>(
  dtype: D,
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
): TypedArrayByDType[D] {
  return viewers[dtype](buffer, byteOffset, length);
}

/** Bytes of one element. */
export const bytesPerElement: Readonly<Record<DType, number>> = {
  int8: 1,
  uint8: 1,
  int32: 4,
  uint32: 4,
  int64: 8,
  float32: 4,
  float64: 8,
};
