import { AtcError } from "@atc/contract";
import { isPlausible, longestPart } from "./algorithms.ts";
import { type FrameHeader, headerLength } from "./frame-header.ts";

/** The error for a frame that contradicts itself. */
export function corrupt(reason: string): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `blosc: ${reason}; the frame is damaged`);
}

/** One encoded part of a block, as it stands in the frame. */
export interface Part {
  readonly bytes: Uint8Array;
  /** Where the next part starts. */
  readonly end: number;
}

/** The part at `offset` that stands for `decodedLength` bytes; it lies inside the frame. */
export function partAt(frame: Uint8Array, offset: number, decodedLength: number, bloscFormat: number): Part {
  if (offset > frame.length - 4) throw corrupt(`a part at ${offset} lies outside the frame's ${frame.length} bytes`);
  const length = new DataView(frame.buffer, frame.byteOffset + offset, 4).getInt32(0, true);
  const start = offset + 4;
  if (length <= 0 || length > longestPart(bloscFormat, decodedLength) || length > frame.length - start)
    throw corrupt(`a part of ${length} bytes at ${offset} that stands for ${decodedLength}`);
  return { bytes: frame.subarray(start, start + length), end: start + length };
}

/** Where block `index` starts. */
export function blockOffset(frame: Uint8Array, index: number, blockCount: number): number {
  const at = headerLength + 4 * index;
  const offset = new DataView(frame.buffer, frame.byteOffset + at, 4).getInt32(0, true);
  if (offset < headerLength + 4 * blockCount || offset >= frame.length)
    throw corrupt(`block ${index} at ${offset} in a frame of ${frame.length} bytes`);
  return offset;
}

/** The parts of a block of `blockLength` bytes. */
export function partCountOf(header: FrameHeader, blockLength: number): number {
  const { split, typesize } = header;
  const partCount = split && blockLength === header.blockLength ? typesize : 1;
  if (blockLength % partCount !== 0) throw corrupt(`blocks of ${blockLength} bytes split into ${typesize} parts`);
  return partCount;
}

/** Walks all offsets and lengths before anything is allocated: the parts lie inside the frame and can hold what the header declares. */
export function checkParts(frame: Uint8Array, header: FrameHeader): void {
  const { length, blockLength, bloscFormat } = header;
  const blockCount = Math.ceil(length / blockLength);
  let encodedLength = 0;
  for (let index = 0; index < blockCount; index++) {
    const decodedLength = Math.min(blockLength, length - index * blockLength);
    const partCount = partCountOf(header, decodedLength);
    let offset = blockOffset(frame, index, blockCount);
    for (let part = 0; part < partCount; part++) {
      const { bytes, end } = partAt(frame, offset, decodedLength / partCount, bloscFormat);
      if (!isPlausible(bloscFormat, bytes.length, decodedLength / partCount))
        throw corrupt(`${bytes.length} bytes at ${offset} that stand for ${decodedLength / partCount}`);
      encodedLength += 4 + bytes.length;
      offset = end;
    }
  }
  // Blocks may stand in any order, as threads finish, but fill the frame: shared bytes would let a small frame fill any memory.
  const filled = headerLength + 4 * blockCount + encodedLength;
  if (filled !== frame.length) throw corrupt(`blocks of ${filled} bytes in a frame of ${frame.length}`);
}
