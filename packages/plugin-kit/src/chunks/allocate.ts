import type { DType, TypedArrayByDType } from "@atc/contract";

const makers: { readonly [D in DType]: (length: number) => TypedArrayByDType[D] } = {
  int8: (length) => new Int8Array(length),
  uint8: (length) => new Uint8Array(length),
  int32: (length) => new Int32Array(length),
  uint32: (length) => new Uint32Array(length),
  int64: (length) => new BigInt64Array(length),
  float32: (length) => new Float32Array(length),
  float64: (length) => new Float64Array(length),
};

/** Creates a typed array of zeros. `length` is in elements. */
export function allocate<D extends DType>(dtype: D, length: number): TypedArrayByDType[D] {
  return makers[dtype](length);
}
