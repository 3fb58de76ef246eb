import { CR, LF } from "@atc/plugin-kit";
import type { ByteInput } from "../files/byte-input.ts";
import { longestRow, type ParseLimit } from "../rows/row-context.ts";
import { padding } from "../text/byte.ts";

/** Bytes read at once, no fewer than those of the longest row. */
const blockLength: number = longestRow;
/** Bytes of a buffer for text: room for a row that is cut by a block's end, then the block. */
export const textLength: number = 2 * blockLength;

/** Which bytes of an input hold the rows. */
export interface RowsRange {
  /** Offset of the first row in the input's text. */
  readonly start: number;
  /** The first offset at which no row starts that is to be read. */
  readonly stop: number;
  /** Is called between blocks and chunks; throws where the reading may not go on. */
  readonly onTurn: () => void;
}

/** A text that passes through a buffer block by block. */
export interface TextBlocks {
  /** Where in the buffer the next row starts: to be set by who takes rows. */
  position: number;
  /** How far rows can be taken from the buffer. */
  readonly limit: ParseLimit;
  /** Reads the next block; false where no row is left. */
  next(): Promise<boolean>;
  /** The position's offset in the text. */
  offset(): number;
}

function replaceReturns(bytes: Uint8Array, start: number, end: number): void {
  for (let at = bytes.indexOf(CR, start); at >= 0 && at < end; at = bytes.indexOf(CR, at + 1)) bytes[at] = LF;
}

/** Reads blocks of an input into `bytes`, of `textLength` and padding: what is left of one block moves in front of the next. */
export function textBlocks(
  { bytes, loneReturns }: { readonly bytes: Uint8Array; readonly loneReturns: boolean },
  input: ByteInput,
  range: RowsRange,
): TextBlocks {
  const limit: ParseLimit = { end: blockLength, final: false, stop: Number.POSITIVE_INFINITY };
  /** Offset in the text of `bytes[0]`. */
  let origin = -2 * blockLength;
  const text: TextBlocks = {
    position: blockLength,
    limit,
    offset: () => origin + text.position,
    next: async () => {
      if (limit.final || text.position >= limit.stop) return false;
      range.onTurn();
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
