import { AtcError, type BadRow } from "@atc/contract";
import { type BadRowPolicy, badRowPolicy } from "./bad-rows.ts";
import { CR, LF, padding } from "./byte.ts";
import type { ByteInput } from "./byte-input.ts";
import { type ColumnBuffers, columnBuffers, columnsLength } from "./column-buffers.ts";
import type { CsvOptions } from "./csv-options.ts";
import type { FileLayout } from "./layout.ts";
import { longestRow, type ParseLimit, rowContext } from "./row-context.ts";
import { kernelLength, rowKernel } from "./row-kernel.ts";
import { type RowMemory, rowMemory } from "./row-memory.ts";
import { type RowParser, rowParser } from "./row-parser.ts";

/** Rows of a chunk. */
const chunkRows = 65_536;
/** Bytes read at once, no fewer than those of the longest row. */
const blockLength: number = longestRow;

/** How the rows of a file are read, wherever they start. */
export interface RowsOptions {
  /** The file's name in messages. */
  readonly path: string;
  /** How to read its rows. */
  readonly layout: FileLayout;
  /** What a bad row means. */
  readonly policy: NonNullable<CsvOptions["badRows"]>;
  /** Line of the first row, from 1. */
  readonly line: number;
  /** Is told of every bad row that does not end the reading. */
  readonly onBadRow: ((row: BadRow) => void) | undefined;
}

/** What rows are parsed with. */
export interface RowsReading {
  /** The file's name in messages. */
  readonly path: string;
  /** Whether lines end with a lone carriage return. */
  readonly loneReturns: boolean;
  /** Where the text and the columns are. */
  readonly memory: RowMemory;
  /** The columns. */
  readonly buffers: ColumnBuffers;
  /** What becomes of bad rows. */
  readonly badRows: BadRowPolicy;
  /** The parser. */
  readonly parser: RowParser;
}

/** Memory and a parser for rows of a layout. */
export function rowsReading({ path, layout, policy, line, onBadRow }: RowsOptions): RowsReading {
  const memory = rowMemory(layout, 2 * blockLength, columnsLength(layout, chunkRows) + kernelLength(layout));
  const buffers = columnBuffers(layout, chunkRows, memory);
  const kernel = rowKernel(memory, layout, buffers);
  const badRows = badRowPolicy({ path, policy, layout, onBadRow });
  const parser = rowParser(rowContext(layout, buffers), badRows, line, kernel);
  return { path, loneReturns: layout.loneReturns, memory, buffers, badRows, parser };
}

/** Which bytes of an input hold the rows. */
export interface RowsRange {
  /** Offset of the first row in the input's text. */
  readonly start: number;
  /** The first offset at which no row starts that is to be read. */
  readonly stop: number;
  /** Is called between blocks and chunks; throws where the reading may not go on. */
  readonly onTurn: () => void;
}

function replaceReturns(bytes: Uint8Array, start: number, end: number): void {
  for (let at = bytes.indexOf(CR, start); at >= 0 && at < end; at = bytes.indexOf(CR, at + 1)) bytes[at] = LF;
}

/** The offset from which to go on where a row does not fit the memory for one: a quote that is never closed is a bad row, a long line is fatal. */
function afterOverlong({ path, parser }: RowsReading, bytes: Uint8Array, position: number, end: number): number {
  const newline = bytes.indexOf(LF, position);
  if (newline >= 0 && newline - position < longestRow) return parser.dropUnclosed(bytes, position, end);
  const line = parser.line();
  throw new AtcError(
    "ATC_INVALID_DATA",
    `"${path}" line ${line} is longer than ${longestRow} bytes; is it a table of rows?`,
    { details: { path, line } },
  );
}

/**
 * Reads blocks and yields the number of rows parsed whenever the buffers are full, and at the end; returns the offset in the text at which the
 * next row starts. The buffer holds room for a row that is cut by a block's end, then the block: what is left of one block moves in front of
 * the next.
 */
export async function* parsedRows(
  reading: RowsReading,
  input: ByteInput,
  range: RowsRange,
): AsyncGenerator<number, number, undefined> {
  const { memory, parser } = reading;
  const { bytes } = memory;
  const limit: ParseLimit = { end: blockLength, final: false, stop: Number.POSITIVE_INFINITY };
  let position = blockLength;
  /** Offset in the text of `bytes[0]`. */
  let origin = -2 * blockLength;
  while (!limit.final && position < limit.stop) {
    range.onTurn();
    const rest = limit.end - position;
    bytes.copyWithin(blockLength - rest, position, limit.end);
    position = blockLength - rest;
    const length = await input.read(bytes.subarray(blockLength, 2 * blockLength));
    if (origin < -blockLength) position += range.start;
    origin += blockLength;
    limit.end = blockLength + length;
    limit.final = length < blockLength;
    limit.stop = range.stop - origin;
    bytes.fill(LF, limit.end, limit.end + padding);
    if (reading.loneReturns) replaceReturns(bytes, blockLength, limit.end);
    for (;;) {
      position = parser.parse(bytes, position, limit);
      if (parser.length() === chunkRows) {
        yield chunkRows;
        range.onTurn();
      } else if (position < limit.stop && limit.end - position > longestRow)
        position = afterOverlong(reading, bytes, position, limit.end);
      else break;
    }
  }
  if (parser.length() > 0) yield parser.length();
  return origin + position;
}
