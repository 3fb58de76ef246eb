import type { BlockCodec, BlockKernel } from "@atc/contract";
import { type BlockMemory, pieceCount } from "../kernel/block-memory.ts";
import { type FrameHeader, headerLength, isRearranged } from "../layout/frame-header.ts";

/** Encoded bytes that are gathered in the memory before they are copied out. */
const mostGathered = 2 ** 23;

/** Bytes per shuffled piece, about the size of the fastest cache. */
const pieceLength = 2 ** 15;

/** The encoded blocks of a frame. */
export interface EncodedBlocks {
  /** Offset of each block in the frame. */
  readonly offsets: Int32Array;
  /** The bytes after the offsets, in order. */
  readonly chunks: readonly Uint8Array[];
  /** Bytes of the whole frame. */
  readonly frameLength: number;
}

/** A frame to be encoded. */
interface MemoryFrame {
  readonly header: FrameHeader;
  readonly codec: BlockCodec;
  readonly clevel: number;
  /** The most bytes of the frame. */
  readonly longest: number;
}

/** The encoder of the parts of a frame in the memory. */
interface PartEncoder {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly codec: BlockCodec;
  readonly kernel: BlockKernel | undefined;
  readonly clevel: number;
}

/**
 * Encodes one part to `target`: its length, then its bytes, stored if they do not shrink. Returns the bytes written, 0
 * without enough room.
 */
function encodePart(encoder: PartEncoder, source: number, length: number, target: number, limit: number): number {
  const { bytes, view, codec, kernel, clevel } = encoder;
  const start = target + 4;
  const room = Math.min(length, limit - 4);
  if (room <= 0) return 0;
  let written =
    kernel === undefined
      ? codec.encodeBlock(bytes.subarray(source, source + length), bytes.subarray(start, start + room), clevel)
      : kernel.encodeBlock(source, length, start, room, clevel);
  if (written === 0 || written >= length) {
    if (room < length) return 0;
    bytes.copyWithin(start, source, source + length);
    written = length;
  }
  view.setInt32(target, written, true);
  return 4 + written;
}

/** Copies a block in and shuffles its bytes piece by piece, so that each piece is still in the fastest cache. */
function copyShuffled(memory: BlockMemory, block: Uint8Array, piece: number, planes: number, typesize: number): void {
  const { exports } = memory;
  const bytes = memory.bytes();
  const count = Math.floor(block.length / typesize);
  const step = pieceCount(typesize, pieceLength);
  for (let from = 0; from < count; from += step) {
    const elements = Math.min(step, count - from);
    bytes.set(block.subarray(from * typesize, (from + elements) * typesize), piece);
    exports.shuffle(piece, planes + from, count, elements, typesize);
  }
  bytes.set(block.subarray(count * typesize), planes + count * typesize);
}

/** Copies a block into the memory, rearranged. Returns its offset. */
function arrange(memory: BlockMemory, header: FrameHeader, block: Uint8Array, areas: readonly number[]): number {
  const [copied = 0, arranged = 0, scratch = 0] = areas;
  const { shuffle, typesize } = header;
  const rearranged = isRearranged(header, block.length);
  if (rearranged && shuffle === "shuffle") copyShuffled(memory, block, copied, arranged, typesize);
  else memory.bytes().set(block, copied);
  if (rearranged && shuffle === "bitshuffle")
    memory.exports.bitShuffle(copied, arranged, block.length, typesize, scratch);
  return rearranged ? arranged : copied;
}

/** Encodes all blocks in `memory`, each copied in once; undefined if the frame would exceed `longest`. */
export function encodeBlocksInMemory(
  memory: BlockMemory,
  decoded: Uint8Array,
  { header, codec, clevel, longest }: MemoryFrame,
): EncodedBlocks | undefined {
  const { length, blockLength, split, typesize } = header;
  const offsets = new Int32Array(Math.ceil(length / blockLength));
  const largestEncoded = blockLength + 4 * typesize;
  const kernel = memory.kernelOf(codec);
  const gatherLength = Math.min(mostGathered, longest) + largestEncoded;
  const areas = memory.areas([blockLength, blockLength, blockLength, gatherLength]);
  const [, , , gathered = 0] = areas;
  const bytes = memory.bytes();
  const encoder: PartEncoder = { bytes, view: new DataView(bytes.buffer), codec, kernel, clevel };
  const chunks: Uint8Array[] = [];
  let frameLength = headerLength + offsets.byteLength;
  let at = gathered;
  for (let index = 0, start = 0; index < offsets.length; index++, start += blockLength) {
    const thisLength = Math.min(blockLength, length - start);
    const partCount = split && thisLength === blockLength ? typesize : 1;
    const partLength = thisLength / partCount;
    const arranged = arrange(memory, header, decoded.subarray(start, start + thisLength), areas);
    offsets[index] = frameLength;
    for (let part = 0; part < partCount; part++) {
      const written = encodePart(encoder, arranged + part * partLength, partLength, at, longest - frameLength);
      if (written === 0) return undefined;
      at += written;
      frameLength += written;
    }
    if (at - gathered > mostGathered) {
      chunks.push(bytes.slice(gathered, at));
      at = gathered;
    }
  }
  chunks.push(bytes.subarray(gathered, at));
  return { offsets, chunks, frameLength };
}
