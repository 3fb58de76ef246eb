import { CR, LF } from "@atc/plugin-kit";
import type { ByteStream } from "../files/byte-stream.ts";
import { longestRow, type ParseLimit } from "../rows/row-context.ts";
import { padding } from "../text/padding.ts";

/** Bytes read at once: at least those of the longest row. */
const blockLength: number = longestRow;
/** Bytes of a buffer for text: room for a row that the end of a block cuts, then a block. */
export const textLength: number = 2 * blockLength;

/** Which rows of a text to read. */
export interface RowRange {
  /** The offset in the text at which the first row starts. */
  readonly start: number;
  /** Rows that start at this offset or later are not read. */
  readonly stop: number;
  /** Called before each block and after each chunk; throws to stop the reading. */
  readonly onBlock: () => void;
}

/** A text that passes through a buffer, block by block. */
export interface TextBlocks {
  /** The offset in the buffer at which the next row starts; the caller moves it over the rows it reads. */
  position: number;
  /** The end of the rows to read in the buffer. */
  readonly limit: ParseLimit;
  /** Reads the next block; false if no row is left. */
  next(): Promise<boolean>;
  /** The offset of `position` in the text. */
  offset(): number;
}

function replaceReturns(bytes: Uint8Array, start: number, end: number): void {
  for (let at = bytes.indexOf(CR, start); at >= 0 && at < end; at = bytes.indexOf(CR, at + 1)) bytes[at] = LF;
}

/**
 * Reads blocks of an input into `bytes`, which has `textLength` bytes and padding. The rest of a block moves before the
 * next one.
 */
export function textBlocks(
  { bytes, loneReturns }: { readonly bytes: Uint8Array; readonly loneReturns: boolean },
  input: ByteStream,
  range: RowRange,
): TextBlocks {
  const limit: ParseLimit = { end: blockLength, final: false, stop: Number.POSITIVE_INFINITY };
  /** The offset in the text of `bytes[0]`. */
  let origin = -2 * blockLength;
  const text: TextBlocks = {
    position: blockLength,
    limit,
    offset: () => origin + text.position,
    next: async () => {
      if (limit.final || text.position >= limit.stop) return false;
      range.onBlock();
      const rest = limit.end - text.position;
      bytes.copyWithin(blockLength - rest, text.position, limit.end);
      text.position = blockLength - rest;
      const length = await input.read(bytes.subarray(blockLength, textLength));
      if (origin < -blockLength) text.position += range.start;
      origin += blockLength;
      limit.end = blockLength + length;
      limit.final = length < blockLength;
      limit.stop = range.stop - origin;
      bytes.fill(LF, limit.end, limit.end + padding);
      if (loneReturns) replaceReturns(bytes, blockLength, limit.end);
      return true;
    },
  };
  return text;
}
