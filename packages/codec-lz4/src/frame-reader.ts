import type { DecodeOptions } from "@atc/contract";
import { decodeTarget } from "@atc/plugin-kit";
import { decodeInMemory } from "./block-memory.ts";
import { type FrameDescriptor, readDescriptor, storedBit } from "./frame-descriptor.ts";
import { fastKernel } from "./lz4-kernel.ts";
import { corrupt, decodeSequences, sequencesLength } from "./lz4-sequences.ts";
import { xxhash32 } from "./xxhash32.ts";

/** A block of a frame before decoding. */
interface Block {
  readonly start: number;
  readonly end: number;
  readonly stored: boolean;
}

/** A frame whose blocks are all within its bytes. */
interface Frame {
  readonly bytes: Uint8Array;
  readonly descriptor: FrameDescriptor;
  readonly blocks: readonly Block[];
  /** Offset of the content checksum, if there is one. */
  readonly end: number;
}

/** One byte decodes to at most 255. */
const largestExpansion = 255;

function uint32At(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) throw corrupt("the frame ends within a block's length or checksum");
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
}

function readBlocks(bytes: Uint8Array): Frame {
  const descriptor = readDescriptor(bytes);
  const { blockChecksums, contentChecksum, largestBlock } = descriptor;
  const blocks: Block[] = [];
  let at = descriptor.end;
  for (;;) {
    const word = uint32At(bytes, at);
    at += 4;
    if (word === 0) break;
    const length = word & ~storedBit;
    if (length === 0 || length > largestBlock || length > bytes.length - at)
      throw corrupt(`a block of ${length} bytes at ${at} exceeds the frame of ${bytes.length} bytes`);
    const block = { start: at, end: at + length, stored: word >= storedBit };
    at = block.end;
    if (blockChecksums) {
      if (uint32At(bytes, at) !== xxhash32(bytes.subarray(block.start, block.end)))
        throw corrupt("a block's checksum differs");
      at += 4;
    }
    blocks.push(block);
  }
  const length = at + (contentChecksum ? 4 : 0);
  if (length !== bytes.length) throw corrupt(`the frame has ${length} bytes, but ${bytes.length} are given`);
  return { bytes, descriptor, blocks, end: at };
}

function lengthOf({ bytes, descriptor, blocks }: Frame): number {
  const { contentLength } = descriptor;
  if (contentLength === undefined) {
    let total = 0;
    for (const { start, end, stored } of blocks) total += stored ? end - start : sequencesLength(bytes, start, end);
    return total;
  }
  if (contentLength > largestExpansion * bytes.length)
    throw corrupt(`${bytes.length} bytes cannot hold the ${contentLength} that the frame declares`);
  return contentLength;
}

/** The decoded length of a frame, from its header or by walking its sequences; undefined if it is not a frame. */
export function decodedLengthOf(frame: Uint8Array): number | undefined {
  try {
    return lengthOf(readBlocks(frame));
  } catch {
    return undefined;
  }
}

function decodeBlocks({ bytes, descriptor, blocks }: Frame, target: Uint8Array): number {
  let at = 0;
  for (const { start, end, stored } of blocks) {
    const limit = Math.min(at + descriptor.largestBlock, target.length);
    if (stored) {
      if (end - start > limit - at) throw corrupt("a block decodes to too many bytes");
      target.set(bytes.subarray(start, end), at);
      at += end - start;
    } else if (
      !descriptor.linked &&
      decodeInMemory(fastKernel, bytes.subarray(start, end), target.subarray(at, limit))
    ) {
      // Encoders write all independent blocks full except the last. Another block is left to the checks below.
      at = limit;
    } else {
      const floor = descriptor.linked ? 0 : at;
      at = decodeSequences(bytes, target, { start, end, at, limit, floor });
    }
  }
  return at;
}

/** Decodes one LZ4 frame with linked or independent blocks, and verifies all of its checksums. */
export function readFrame(bytes: Uint8Array, options: DecodeOptions | undefined): Uint8Array {
  const frame = readBlocks(bytes);
  const result = decodeTarget("lz4", lengthOf(frame), options);
  const target = new Uint8Array(result.buffer, result.byteOffset, result.length);
  const length = decodeBlocks(frame, target);
  if (length !== target.length) throw corrupt(`the frame decodes to ${length} bytes, but declares ${target.length}`);
  if (frame.descriptor.contentChecksum && uint32At(bytes, frame.end) !== xxhash32(target))
    throw corrupt("the content's checksum differs");
  return result;
}
