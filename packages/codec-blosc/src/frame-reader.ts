import { AtcError, type BlockCodec, type DecodeOptions, decodeTarget } from "@atc/contract";
import { algorithmOf, isPlausible } from "./algorithms.ts";
import { bitUnshuffle } from "./bit-shuffle.ts";
import { unshuffle } from "./byte-shuffle.ts";
import { type FrameHeader, headerLength, readHeader } from "./frame-header.ts";

/** Block codecs by Blosc's format number. */
export type BlockReaders = ReadonlyMap<number, BlockCodec>;

function corrupt(reason: string): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `blosc: ${reason}; the frame is damaged`);
}

function findReader(bloscFormat: number, readers: BlockReaders): BlockCodec {
  const reader = readers.get(bloscFormat);
  if (reader !== undefined) return reader;
  const algorithm = algorithmOf(bloscFormat);
  if (algorithm === undefined) throw corrupt(`algorithm number ${bloscFormat}, which Blosc 1 does not have`);
  const { cname, package: packageName } = algorithm;
  throw new AtcError(
    "ATC_MISSING_PLUGIN",
    `blosc: the frame holds "${cname}", whose package is not installed; install it: pnpm add ${packageName}`,
    { details: { cname, package: packageName } },
  );
}

/** One encoded part of a block, as it stands in the frame. */
interface Part {
  readonly bytes: Uint8Array;
  /** Where the next part starts. */
  readonly end: number;
}

function partAt(frame: Uint8Array, offset: number, decodedLength: number): Part {
  if (offset > frame.length - 4) throw corrupt(`a part at ${offset} lies outside the frame's ${frame.length} bytes`);
  const length = new DataView(frame.buffer, frame.byteOffset + offset, 4).getInt32(0, true);
  const start = offset + 4;
  if (length <= 0 || length > decodedLength || length > frame.length - start)
    throw corrupt(`a part of ${length} bytes at ${offset} that stands for ${decodedLength}`);
  return { bytes: frame.subarray(start, start + length), end: start + length };
}

function blockOffset(frame: Uint8Array, index: number, blockCount: number): number {
  const at = headerLength + 4 * index;
  const offset = new DataView(frame.buffer, frame.byteOffset + at, 4).getInt32(0, true);
  if (offset < headerLength + 4 * blockCount || offset >= frame.length)
    throw corrupt(`block ${index} at ${offset} in a frame of ${frame.length} bytes`);
  return offset;
}

function partCountOf(header: FrameHeader, blockLength: number): number {
  const { split, typesize } = header;
  const partCount = split && blockLength === header.blockLength ? typesize : 1;
  if (blockLength % partCount !== 0) throw corrupt(`blocks of ${blockLength} bytes split into ${typesize} parts`);
  return partCount;
}

/** Walks all offsets and lengths before anything is allocated: the parts lie inside the frame and can hold what the header declares. */
function checkParts(frame: Uint8Array, header: FrameHeader): void {
  const { length, blockLength, bloscFormat } = header;
  const blockCount = Math.ceil(length / blockLength);
  let encodedLength = 0;
  for (let index = 0; index < blockCount; index++) {
    const decodedLength = Math.min(blockLength, length - index * blockLength);
    const partCount = partCountOf(header, decodedLength);
    let offset = blockOffset(frame, index, blockCount);
    for (let part = 0; part < partCount; part++) {
      const { bytes, end } = partAt(frame, offset, decodedLength / partCount);
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

function decodeParts(frame: Uint8Array, start: number, partCount: number, block: Uint8Array, reader: BlockCodec): void {
  const partLength = block.length / partCount;
  let offset = start;
  for (let part = 0; part < partCount; part++) {
    const { bytes, end } = partAt(frame, offset, partLength);
    const target = block.subarray(part * partLength, (part + 1) * partLength);
    if (bytes.length === partLength) target.set(bytes);
    else reader.decodeBlock(bytes, target);
    offset = end;
  }
}

function restore(scratch: Uint8Array, block: Uint8Array, header: FrameHeader): void {
  if (header.shuffle === "shuffle") unshuffle(scratch, block, header.typesize);
  else bitUnshuffle(scratch, block, header.typesize);
}

function isRearranged(header: FrameHeader, blockLength: number): boolean {
  if (header.shuffle === "shuffle") return header.typesize > 1;
  return header.shuffle === "bitshuffle" && blockLength >= header.typesize;
}

/** How many bytes a frame decodes to; undefined where its header is none. */
export function decodedLengthOf(frame: Uint8Array): number | undefined {
  try {
    return readHeader(frame).length;
  } catch {
    return undefined;
  }
}

/** Decodes a frame into `options.target` or a new array; bytes that need no rearranging are decoded in their place. */
export function readFrame(frame: Uint8Array, options: DecodeOptions | undefined, readers: BlockReaders): Uint8Array {
  const header = readHeader(frame);
  const { length, blockLength, stored } = header;
  if (stored) {
    const target = decodeTarget("blosc", length, options);
    target.set(frame.subarray(headerLength));
    return target;
  }
  if (length === 0 && frame.length > headerLength) throw corrupt(`${frame.length} bytes that stand for none`);
  const reader = findReader(header.bloscFormat, readers);
  checkParts(frame, header);
  const result = decodeTarget("blosc", length, options);
  const target = new Uint8Array(result.buffer, result.byteOffset, result.length);
  const blockCount = Math.ceil(length / blockLength);
  const scratch = new Uint8Array(isRearranged(header, blockLength) ? blockLength : 0);
  for (let index = 0; index < blockCount; index++) {
    const block = target.subarray(index * blockLength, Math.min((index + 1) * blockLength, length));
    const offset = blockOffset(frame, index, blockCount);
    const partCount = partCountOf(header, block.length);
    if (isRearranged(header, block.length)) {
      const arranged = scratch.subarray(0, block.length);
      decodeParts(frame, offset, partCount, arranged, reader);
      restore(arranged, block, header);
    } else decodeParts(frame, offset, partCount, block, reader);
  }
  return result;
}
