import { compressedBlockLength, readSections, type SequenceTables } from "./block-length.ts";
import { corrupt } from "./corrupt.ts";
import { type FrameHeader, largestBlock, readHeader } from "./frame-header.ts";

/** A block of a frame (RFC 8878, 3.1.1.2). */
interface Block {
  readonly type: "raw" | "repeated" | "compressed";
  readonly start: number;
  readonly end: number;
  /** Decoded bytes of a raw or repeated block. */
  readonly length: number;
}

/** A frame whose blocks are within its bytes and use all of them. */
export interface Frame {
  readonly bytes: Uint8Array;
  readonly header: FrameHeader;
  readonly blocks: readonly Block[];
  /** Offset after the last block, and of the checksum if there is one. */
  readonly end: number;
}

const types = ["raw", "repeated", "compressed"] as const;

function largestBlockOf({ windowLength }: FrameHeader): number {
  return Math.min(windowLength, largestBlock);
}

/**
 * Parses the header of a frame and walks its blocks.
 *
 * @throws ATC_CORRUPT_DATA if they break the format, leave the frame or do not use all of it; ATC_UNSUPPORTED for a
 * dictionary
 */
export function readFrame(bytes: Uint8Array): Frame {
  const header = readHeader(bytes);
  const largest = largestBlockOf(header);
  const blocks: Block[] = [];
  let at = header.end;
  for (let last = false; !last; ) {
    if (at + 3 > bytes.length) throw corrupt("the frame ends within a block's header");
    const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
    const type = types[(word >> 1) & 3];
    const length = word >> 3;
    const start = at + 3;
    at = start + (type === "repeated" ? 1 : length);
    if (type === undefined) throw corrupt("a block has the reserved type");
    if (length > largest) throw corrupt(`a block has ${length} bytes, more than ${largest}`);
    if (at > bytes.length) throw corrupt("a block runs over the end of the frame");
    blocks.push({ type, start, end: at, length });
    last = (word & 1) !== 0;
  }
  const length = at + (header.checksum ? 4 : 0);
  if (length !== bytes.length) throw corrupt(`the frame has ${length} bytes, but ${bytes.length} are given`);
  return { bytes, header, blocks, end: at };
}

/** An upper bound of the decoded bytes, computed fast: a compressed block with sequences counts as a full one. */
export function lengthBound({ bytes, header, blocks }: Frame): number {
  const largest = largestBlockOf(header);
  let total = 0;
  for (const { type, start, end, length } of blocks) {
    if (type !== "compressed") total += length;
    else {
      const { literals, sequenceCount } = readSections(bytes, start, end);
      total += sequenceCount === 0 ? Math.min(literals, largest) : largest;
    }
  }
  return total;
}

/** The decoded bytes of a frame, as its header declares them or else from its blocks. */
export function frameLength(frame: Frame): number {
  return frame.header.contentLength ?? exactLength(frame);
}

/** The decoded bytes of all blocks, computed from their sequences. */
export function exactLength({ bytes, header, blocks }: Frame): number {
  const largest = largestBlockOf(header);
  const tables: SequenceTables = { literalLengths: undefined, offsets: undefined, matchLengths: undefined };
  let total = 0;
  for (const { type, start, end, length } of blocks) {
    const blockLength = type === "compressed" ? compressedBlockLength(bytes, start, end, tables) : length;
    if (blockLength > largest) throw corrupt(`a block decodes to ${blockLength} bytes, more than ${largest}`);
    total += blockLength;
  }
  return total;
}

/**
 * Checks that the blocks decode to `length` bytes, or at least that decoding allocates no more than twice that and 256
 * KiB. The binding for older Node has no limit and detects a wrong length only after it has allocated it.
 *
 * @throws ATC_CORRUPT_DATA if they do not
 */
export function checkLength(frame: Frame, length: number): void {
  const bound = lengthBound(frame);
  if (bound >= length && bound <= 2 * length + 2 * largestBlock) return;
  const exact = bound < length ? bound : exactLength(frame);
  if (exact !== length) throw corrupt(`the blocks decode to ${exact} bytes, but the header declares ${length}`);
}
