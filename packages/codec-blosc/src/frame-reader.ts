import { AtcError, type BlockCodec, type DecodeOptions, decodeTarget } from "@atc/contract";
import { algorithmOf } from "./algorithms.ts";
import { bitUnshuffle } from "./bit-shuffle.ts";
import { type BlockMemory, longestMemoryBlock } from "./block-memory.ts";
import { unshuffle } from "./byte-shuffle.ts";
import { type FrameHeader, headerLength, isRearranged, readHeader } from "./frame-header.ts";
import { blockOffset, checkParts, corrupt, partAt, partCountOf } from "./frame-parts.ts";
import { readBlocksInMemory } from "./memory-reader.ts";

/** Block codecs by Blosc's format number. */
export type BlockReaders = ReadonlyMap<number, BlockCodec>;

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

function decodeParts(frame: Uint8Array, start: number, partCount: number, block: Uint8Array, reader: BlockCodec): void {
  const partLength = block.length / partCount;
  let offset = start;
  for (let part = 0; part < partCount; part++) {
    const { bytes, end } = partAt(frame, offset, partLength, reader.bloscFormat);
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

/** How many bytes a frame decodes to; undefined where its header is none. */
export function decodedLengthOf(frame: Uint8Array): number | undefined {
  try {
    return readHeader(frame).length;
  } catch {
    return undefined;
  }
}

function readBlocks(frame: Uint8Array, header: FrameHeader, reader: BlockCodec, target: Uint8Array): void {
  const { length, blockLength } = header;
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
}

/**
 * Decodes a frame into `options.target` or a new array.
 *
 * @param memory - where blocks are decoded and put in order; in TypeScript, block by block in their place, where absent
 */
export function readFrame(
  frame: Uint8Array,
  options: DecodeOptions | undefined,
  readers: BlockReaders,
  memory: BlockMemory | undefined,
): Uint8Array {
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
  const useful = isRearranged(header, blockLength) || reader.kernel !== undefined;
  if (memory !== undefined && useful && blockLength <= longestMemoryBlock)
    readBlocksInMemory(memory, frame, header, reader, target);
  else readBlocks(frame, header, reader, target);
  return result;
}
