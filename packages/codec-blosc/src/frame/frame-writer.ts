import type { BlockCodec } from "@atc/contract";
import { type BlockMemory, longestMemoryBlock } from "../kernel/block-memory.ts";
import { type BlockLengthOptions, chooseBlockLength, isSplit } from "../layout/block-length.ts";
import { type FrameHeader, headerLength, type Shuffle, smallestSplit, writeHeader } from "../layout/frame-header.ts";
import { bitShuffle } from "../shuffle/bit-shuffle.ts";
import { shuffle } from "../shuffle/byte-shuffle.ts";
import { type EncodedBlocks, encodeBlocksInMemory } from "./memory-writer.ts";

/** Options of {@link writeFrame}. */
export interface FrameOptions extends BlockLengthOptions {
  readonly shuffle: Shuffle;
}

function storeFrame(decoded: Uint8Array, header: FrameHeader): Uint8Array {
  const frame = new Uint8Array(headerLength + decoded.length);
  writeHeader(frame, { ...header, stored: true }, frame.length);
  frame.set(decoded, headerLength);
  return frame;
}

/** The block rearranged into `scratch`, or the block itself if its elements have one byte. */
function arrange(block: Uint8Array, scratch: Uint8Array, header: FrameHeader): Uint8Array {
  const { typesize } = header;
  const arranged = scratch.subarray(0, block.length);
  if (header.shuffle === "shuffle" && typesize > 1) shuffle(block, arranged, typesize);
  else if (header.shuffle === "bitshuffle" && block.length >= typesize) bitShuffle(block, arranged, typesize);
  else return block;
  return arranged;
}

/**
 * Encodes one part of a block at `offset` of `frame`: its encoded length as an int32, then the bytes. A part that does
 * not shrink is stored, which its length indicates. Returns the offset after it, 0 if the frame has no room.
 */
function writePart(frame: Uint8Array, offset: number, part: Uint8Array, codec: BlockCodec, clevel: number): number {
  const start = offset + 4;
  const room = Math.min(part.length, frame.length - start);
  if (room <= 0) return 0;
  let written = codec.encodeBlock(part, frame.subarray(start, start + room), clevel);
  if (written === 0 || written >= part.length) {
    if (room < part.length) return 0;
    frame.set(part, start);
    written = part.length;
  }
  new DataView(frame.buffer, frame.byteOffset + offset, 4).setInt32(0, written, true);
  return start + written;
}

/** Returns the length of the frame, 0 if the blocks do not fit. */
function writeBlocks(
  decoded: Uint8Array,
  frame: Uint8Array,
  header: FrameHeader,
  codec: BlockCodec,
  clevel: number,
): number {
  const { length, blockLength, typesize } = header;
  const blockCount = Math.ceil(length / blockLength);
  const offsets = new DataView(frame.buffer, frame.byteOffset + headerLength);
  const scratch = new Uint8Array(header.shuffle === "noshuffle" ? 0 : blockLength);
  let offset = headerLength + 4 * blockCount;
  if (offset > frame.length) return 0;
  for (let index = 0, start = 0; index < blockCount; index++, start += blockLength) {
    const block = decoded.subarray(start, Math.min(start + blockLength, length));
    const partCount = header.split && block.length === blockLength ? typesize : 1;
    const partLength = block.length / partCount;
    const arranged = arrange(block, scratch, header);
    offsets.setInt32(4 * index, offset, true);
    for (let part = 0; part < partCount; part++) {
      offset = writePart(frame, offset, arranged.subarray(part * partLength, (part + 1) * partLength), codec, clevel);
      if (offset === 0) return 0;
    }
  }
  return offset;
}

/** Copies the encoded blocks of a frame out of the memory. */
function assemble(header: FrameHeader, { offsets, chunks, frameLength }: EncodedBlocks): Uint8Array {
  const frame = new Uint8Array(frameLength);
  const view = new DataView(frame.buffer);
  writeHeader(frame, header, frameLength);
  for (const [index, offset] of offsets.entries()) view.setInt32(headerLength + 4 * index, offset, true);
  let at = headerLength + offsets.byteLength;
  for (const chunk of chunks) {
    frame.set(chunk, at);
    at += chunk.length;
  }
  return frame;
}

/**
 * Encodes `decoded` as one Blosc 1 frame, at most 16 bytes longer.
 *
 * @param memory - the memory for shuffling and encoding blocks; undefined does so in TypeScript, with the same bytes
 */
export function writeFrame(
  decoded: Uint8Array,
  options: FrameOptions,
  codec: BlockCodec,
  memory: BlockMemory | undefined,
): Uint8Array {
  const { cname, clevel, typesize } = options;
  const length = decoded.length;
  const blockLength = chooseBlockLength(length, options);
  const header: FrameHeader = {
    bloscFormat: codec.bloscFormat,
    shuffle: options.shuffle,
    stored: false,
    split: isSplit(cname, typesize, blockLength),
    typesize,
    length,
    blockLength,
  };
  if (clevel === 0 || length < smallestSplit) return storeFrame(decoded, header);
  if (memory !== undefined && blockLength <= longestMemoryBlock) {
    const blocks = encodeBlocksInMemory(memory, decoded, { header, codec, clevel, longest: headerLength + length });
    return blocks === undefined ? storeFrame(decoded, header) : assemble(header, blocks);
  }
  const frame = new Uint8Array(headerLength + length);
  const frameLength = writeBlocks(decoded, frame, header, codec, clevel);
  if (frameLength === 0) return storeFrame(decoded, header);
  writeHeader(frame, header, frameLength);
  return frame.slice(0, frameLength);
}
