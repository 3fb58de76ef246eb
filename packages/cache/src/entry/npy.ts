import type { DType } from "@atc/contract";

/** The description of an array. */
export interface ArrayMetadata {
  /** The name. The member of the archive is the name with `.npy`. */
  readonly name: string;
  /** The dtype of the elements. */
  readonly dtype: DType;
  /** Number of elements. */
  readonly length: number;
}

/** The spelling of each dtype in the header of a `.npy` file. */
const descr: Readonly<Record<DType, string>> = {
  int8: "|i1",
  uint8: "|u1",
  int32: "<i4",
  uint32: "<u4",
  int64: "<i8",
  float32: "<f4",
  float64: "<f8",
};

/** The header of a one-dimensional `.npy` file of format 1.0, padded to a multiple of 64 bytes. */
export function npyHeader(dtype: DType, length: number): Buffer {
  const text = `{'descr': '${descr[dtype]}', 'fortran_order': False, 'shape': (${length},), }`;
  const size = Math.ceil((10 + text.length + 1) / 64) * 64;
  const header = Buffer.alloc(size, " ");
  header.write("\x93NUMPY\x01\x00", 0, "latin1");
  header.writeUInt16LE(size - 10, 8);
  header.write(text, 10, "latin1");
  header.write("\n", size - 1, "latin1");
  return header;
}
