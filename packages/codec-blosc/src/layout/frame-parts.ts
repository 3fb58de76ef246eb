import { AtcError } from "@atc/contract";
import { isPlausible, longestPart } from "./algorithms.ts";
import { type FrameHeader, headerLength } from "./frame-header.ts";

/** ATC_CORRUPT_DATA for a frame that contradicts itself. */
export function corrupt(reason: string): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `blosc: ${reason}; the frame is damaged`);
}

/** An encoded part of a block. */
export interface Part {
  readonly bytes: Uint8Array;
  /** Offset of the next part. */
  readonly end: number;
}

/** The part at `offset`, which decodes to `decodedLength` bytes, checked to be within the frame. */
export function partAt(frame: Uint8Array, offset: number, decodedLength: number, bloscFormat: number): Part {
  if (offset > frame.length - 4) throw corrupt(`a part at ${offset} is outside of the frame of ${frame.length} bytes`);
  const length = new DataView(frame.buffer, frame.byteOffset + offset, 4).getInt32(0, true);
  const start = offset + 4;
  if (length <= 0 || length > longestPart(bloscFormat, decodedLength) || length > frame.length - start)
    throw corrupt(`a part of ${length} bytes at ${offset} cannot decode to ${decodedLength}`);
  return { bytes: frame.subarray(start, start + length), end: start + length };
}

/** Offset of block `index`. */
export function blockOffset(frame: Uint8Array, index: number, blockCount: number): number {
  const at = headerLength + 4 * index;
  const offset = new DataView(frame.buffer, frame.byteOffset + at, 4).getInt32(0, true);
  if (offset < headerLength + 4 * blockCount || offset >= frame.length)
    throw corrupt(`block ${index} at ${offset} is outside of the frame of ${frame.length} bytes`);
  return offset;
}

/** The number of parts of a block of `blockLength` bytes. */
export function partCountOf(header: FrameHeader, blockLength: number): number {
  const { split, typesize } = header;
  const partCount = split && blockLength === header.blockLength ? typesize : 1;
  if (blockLength % partCount !== 0)
    throw corrupt(`blocks of ${blockLength} bytes cannot be split into ${typesize} parts`);
  return partCount;
}

/**
 * Checks all offsets and lengths before anything is allocated: parts must be within the frame and able to hold what the
 * header declares.
 */
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
        throw corrupt(`${bytes.length} bytes at ${offset} cannot decode to ${decodedLength / partCount}`);
      encodedLength += 4 + bytes.length;
      offset = end;
    }
  }
  // Blocks may be in any order, because threads finish in any order, but they fill the frame: with shared bytes, a
  // small frame could fill any memory.
  const filled = headerLength + 4 * blockCount + encodedLength;
  if (filled !== frame.length) throw corrupt(`the blocks take ${filled} bytes of a frame of ${frame.length}`);
}
