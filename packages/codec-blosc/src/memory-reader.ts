import type { BlockCodec, BlockKernel } from "@atc/contract";
import { longestPart } from "./algorithms.ts";
import { type BlockMemory, pieceCount } from "./block-memory.ts";
import { type FrameHeader, isRearranged } from "./frame-header.ts";
import { blockOffset, partAt, partCountOf } from "./frame-parts.ts";

/** How the parts of a frame are decoded inside the memory. */
interface PartDecoder {
  readonly bytes: Uint8Array;
  readonly codec: BlockCodec;
  readonly kernel: BlockKernel | undefined;
  /** Where an encoded part is put for the kernel. */
  readonly encoded: number;
}

function decodePart(decoder: PartDecoder, part: Uint8Array, target: number, targetLength: number): void {
  const { bytes, codec, kernel, encoded } = decoder;
  if (part.length === targetLength) {
    bytes.set(part, target);
    return;
  }
  if (kernel !== undefined) {
    bytes.set(part, encoded);
    if (kernel.decodeBlock(encoded, part.length, target, targetLength)) return;
  }
  // Where the kernel refused it, this throws and tells why.
  codec.decodeBlock(part, bytes.subarray(target, target + targetLength));
}

/** Inverts a block's byte shuffle into `block`, piece by piece, so that what is copied out is still in the fastest cache. */
function copyUnshuffled(memory: BlockMemory, planes: number, piece: number, block: Uint8Array, typesize: number): void {
  const { exports } = memory;
  const bytes = memory.bytes();
  const count = Math.floor(block.length / typesize);
  const step = pieceCount(typesize);
  for (let from = 0; from < count; from += step) {
    const elements = Math.min(step, count - from);
    exports.unshuffle(planes + from, piece, count, elements, typesize);
    block.set(bytes.subarray(piece, piece + elements * typesize), from * typesize);
  }
  const whole = count * typesize;
  block.set(bytes.subarray(planes + whole, planes + block.length), whole);
}

/** Decodes all blocks by way of `memory`: each part is copied in unless stored, each block copied out once. */
export function readBlocksInMemory(
  memory: BlockMemory,
  frame: Uint8Array,
  header: FrameHeader,
  codec: BlockCodec,
  target: Uint8Array,
): void {
  const { length, blockLength, typesize } = header;
  const { exports } = memory;
  const kernel = memory.kernelOf(codec);
  const [decoded = 0, restored = 0, scratch = 0] = memory.areas([
    blockLength,
    blockLength,
    longestPart(header.bloscFormat, blockLength),
  ]);
  const bytes = memory.bytes();
  const decoder: PartDecoder = { bytes, codec, kernel, encoded: scratch };
  const blockCount = Math.ceil(length / blockLength);
  for (let index = 0; index < blockCount; index++) {
    const start = index * blockLength;
    const thisLength = Math.min(blockLength, length - start);
    const partCount = partCountOf(header, thisLength);
    const partLength = thisLength / partCount;
    let offset = blockOffset(frame, index, blockCount);
    for (let part = 0; part < partCount; part++) {
      const { bytes: encoded, end } = partAt(frame, offset, partLength, header.bloscFormat);
      decodePart(decoder, encoded, decoded + part * partLength, partLength);
      offset = end;
    }
    const block = target.subarray(start, start + thisLength);
    if (!isRearranged(header, thisLength)) block.set(bytes.subarray(decoded, decoded + thisLength));
    else if (header.shuffle === "shuffle") copyUnshuffled(memory, decoded, restored, block, typesize);
    else {
      exports.bitUnshuffle(decoded, restored, thisLength, typesize, scratch);
      block.set(bytes.subarray(restored, restored + thisLength));
    }
  }
}
