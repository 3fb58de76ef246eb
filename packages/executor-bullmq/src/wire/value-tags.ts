/** The version of the encoding. A reader refuses any other. */
export const wireVersion = 1;

/** "ATCW", then the version. */
export const wireHeader: readonly number[] = [0x41, 0x54, 0x43, 0x57, wireVersion];

/** The first byte of each value. Numbers are part of the format: never reuse one. */
export const tag = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  int32: 4,
  float64: 5,
  text: 6,
  /** UTF-16 code units, for strings with lone surrogates, which UTF-8 cannot hold. */
  units: 7,
  bigint: 8,
  array: 9,
  object: 10,
  map: 11,
  set: 12,
  date: 13,
  view: 14,
  buffer: 15,
  error: 16,
} as const;

/** Makes a view of a whole buffer. */
export interface ViewType {
  new (buffer: ArrayBuffer): ArrayBufferView;
  /** Absent for DataView. */
  readonly BYTES_PER_ELEMENT?: number;
}

/** The constructors of views, each at its number in the format. */
export const viewTypes: readonly ViewType[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
];

/** Objects within objects, at most: a cycle ends here. */
export const deepest = 200;
