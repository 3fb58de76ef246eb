import type { BlockCodec, BlockKernel } from "@atc/contract";
import { longestPart } from "./algorithms.ts";
import type { BlockMemory } from "./block-memory.ts";
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
    let from = decoded;
    if (isRearranged(header, thisLength)) {
      from = restored;
      if (header.shuffle === "shuffle") exports.unshuffle(decoded, restored, thisLength, typesize);
      else exports.bitUnshuffle(decoded, restored, thisLength, typesize, scratch);
    }
    target.set(bytes.subarray(from, from + thisLength), start);
  }
}
