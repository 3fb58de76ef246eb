/** Arrays that a member of the data block can hold. */
export type NpyArray = Int8Array | Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array;

const descriptions = new Map<unknown, string>([
  [Int8Array, "|i1"],
  [Uint8Array, "|u1"],
  [Int16Array, "<i2"],
  [Int32Array, "<i4"],
  [Float32Array, "<f4"],
  [Float64Array, "<f8"],
]);

/** The bytes of an array as a `.npy` file, version 1.0, of one dimension. Needs a little-endian machine. */
export function npyBytes(values: NpyArray): Uint8Array {
  const description = descriptions.get(values.constructor) ?? "";
  const text = `{'descr': '${description}', 'fortran_order': False, 'shape': (${values.length},), }`;
  // The values begin at a multiple of 64 bytes.
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length + values.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, (length - 10) & 0xff, (length - 10) >> 8]);
  bytes.fill(0x20, 10, length);
  for (let i = 0; i < text.length; i++) bytes[10 + i] = text.charCodeAt(i);
  bytes[length - 1] = 0x0a;
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), length);
  return bytes;
}
