import type { ArrayEntry } from "../block/block-format.ts";

const kinds = {
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  i4: Int32Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

/** The stored numbers of a `.npy` file, which begins at the start of its buffer. */
export function storedValues(file: Uint8Array<ArrayBuffer>): ArrayLike<number> {
  const length = 10 + (file[8] ?? 0) + 256 * (file[9] ?? 0);
  const header = new TextDecoder().decode(file.subarray(10, length));
  const kind = /'descr': '[|<](..)'/.exec(header)?.[1] as keyof typeof kinds;
  return new kinds[kind](file.buffer, length);
}

/** Undoes the encoding of an array. */
export function decodedValues(
  { n, enc, scale, origin = 0, step = 1 }: ArrayEntry,
  stored: ArrayLike<number>,
): Float64Array {
  const values = new Float64Array(n);
  if (enc === "regular") for (let i = 0; i < n; i++) values[i] = origin + step * i;
  else if (enc === "raw") for (let i = 0; i < n; i++) values[i] = stored[i] / scale;
  else {
    let sum = origin;
    for (let i = 0; i < n; i++) {
      sum += stored[i];
      values[i] = enc === "delta" ? sum / scale : Math.exp(sum / scale);
    }
  }
  return values;
}
