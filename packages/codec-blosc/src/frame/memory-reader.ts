import type { BlockCodec, BlockKernel } from "@atc/contract";
import { type BlockMemory, pieceCount } from "../kernel/block-memory.ts";
import { longestPart } from "../layout/algorithms.ts";
import { type FrameHeader, isRearranged } from "../layout/frame-header.ts";
import { blockOffset, partAt, partCountOf } from "../layout/frame-parts.ts";

/**
 * Bytes between the planes of a split block. Blocks are powers of two, so adjacent planes would share a set in each
 * cache, which has fewer ways than there are planes.
 */
const planePadding = 4096 + 9 * 64;

/** Longer than the encoder's: a copy out of the memory waits for the target, not for the cache. */
const pieceLength = 2 ** 17;

/** The decoder of the parts of a frame in the memory. */
interface PartDecoder {
  readonly bytes: Uint8Array;
  readonly codec: BlockCodec;
  readonly kernel: BlockKernel | undefined;
  /** Offset of the area for an encoded part. */
  readonly encoded: number;
}

function decodePart(decoder: PartDecoder, part: Uint8Array, target: number, targetLength: number): void {
  const { bytes, codec, kernel, encoded } = decoder;
  if (kernel !== undefined) {
    bytes.set(part, encoded);
    if (kernel.decodeBlock(encoded, part.length, target, targetLength)) return;
  }
  // If the kernel refused the part, this throws the reason.
  codec.decodeBlock(part, bytes.subarray(target, target + targetLength));
}

/** The parts of a block: their offset in the frame, and their targets in the memory, `stride` bytes apart. */
interface Parts {
  readonly offset: number;
  readonly count: number;
  readonly length: number;
  readonly target: number;
  readonly stride: number;
}

/** Decodes the parts of a block. It copies stored parts last, so that they are in the cache for the inverse shuffle. */
function decodeParts(decoder: PartDecoder, frame: Uint8Array, bloscFormat: number, parts: Parts): void {
  const { count, length, stride } = parts;
  const stored: Uint8Array[] = [];
  const targets: number[] = [];
  let { offset, target } = parts;
  for (let part = 0; part < count; part++, target += stride) {
    const { bytes, end } = partAt(frame, offset, length, bloscFormat);
    offset = end;
    if (bytes.length === length) {
      stored.push(bytes);
      targets.push(target);
    } else decodePart(decoder, bytes, target, length);
  }
  for (const [index, bytes] of stored.entries()) decoder.bytes.set(bytes, targets[index]);
}

/** Planes in the memory, `stride` bytes apart. Bytes after whole elements follow the last plane. */
interface Planes {
  readonly start: number;
  readonly stride: number;
}

/**
 * Inverts the byte shuffle of `length` bytes into `target` at `at`. It works in pieces at `piece`, so that each piece
 * is still in the cache when it is copied out.
 */
function copyUnshuffled(memory: BlockMemory, planes: Planes, piece: number, range: Range, typesize: number): void {
  const { exports } = memory;
  const { target, at, length } = range;
  const { start, stride } = planes;
  const bytes = memory.bytes();
  const count = Math.floor(length / typesize);
  const step = pieceCount(typesize, pieceLength);
  const whole = bytes.subarray(piece, piece + step * typesize);
  for (let from = 0; from < count; from += step) {
    const elements = Math.min(step, count - from);
    exports.unshuffle(start + from, piece, stride, elements, typesize);
    target.set(elements === step ? whole : whole.subarray(0, elements * typesize), at + from * typesize);
  }
  const end = start + (typesize - 1) * stride + count;
  const rest = length - count * typesize;
  if (rest > 0) target.set(bytes.subarray(end, end + rest), at + length - rest);
}

/** The target of a block. */
interface Range {
  readonly target: Uint8Array;
  readonly at: number;
  readonly length: number;
}

/** Decodes all blocks in `memory`. Each part is copied in unless it is stored; each block is copied out once. */
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
    blockLength + typesize * planePadding,
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
    const isUnshuffled = header.shuffle === "shuffle" && isRearranged(header, thisLength);
    const stride = partLength + (isUnshuffled ? planePadding : 0);
    decodeParts(decoder, frame, header.bloscFormat, {
      offset: blockOffset(frame, index, blockCount),
      count: partCount,
      length: partLength,
      target: decoded,
      stride,
    });
    const range = { target, at: start, length: thisLength };
    if (isUnshuffled) {
      const planes = { start: decoded, stride: partCount > 1 ? stride : Math.floor(thisLength / typesize) };
      copyUnshuffled(memory, planes, restored, range, typesize);
    } else if (isRearranged(header, thisLength)) {
      exports.bitUnshuffle(decoded, restored, thisLength, typesize, scratch);
      target.set(bytes.subarray(restored, restored + thisLength), start);
    } else target.set(bytes.subarray(decoded, decoded + thisLength), start);
  }
}
