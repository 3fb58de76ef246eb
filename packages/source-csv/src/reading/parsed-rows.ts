import { AtcError, type BadRow } from "@atc/contract";
import { LF } from "@atc/plugin-kit";
import type { ByteInput } from "../files/byte-input.ts";
import type { CsvOptions } from "../layout/csv-options.ts";
import type { FileLayout } from "../layout/layout.ts";
import { type BadRowPolicy, badRowPolicy } from "../rows/bad-rows.ts";
import { type ColumnBuffers, columnBuffers, columnsLength } from "../rows/column-buffers.ts";
import { longestRow, rowContext } from "../rows/row-context.ts";
import { kernelLength, rowKernel } from "../rows/row-kernel.ts";
import { type RowMemory, rowMemory } from "../rows/row-memory.ts";
import { type RowParser, rowParser } from "../rows/row-parser.ts";
import type { Dictionary } from "../text/dictionary.ts";
import { type RowsRange, textBlocks, textLength } from "./text-blocks.ts";

/** Rows of a chunk. */
const chunkRows = 65_536;

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
  /** Symbols that may be in the file; none where absent. */
  readonly symbols?: Dictionary;
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

/** Bytes that a reading takes of a memory, its text left out. */
export function readingLength(layout: FileLayout): number {
  return columnsLength(layout, chunkRows) + kernelLength(layout);
}

/** Memory and a parser for rows of a layout. */
export function rowsReading({ path, layout, policy, line, onBadRow, symbols }: RowsOptions): RowsReading {
  const memory = rowMemory(layout, textLength, readingLength(layout));
  const buffers = columnBuffers(layout, chunkRows, memory, symbols);
  const kernel = rowKernel(memory, layout, buffers);
  const badRows = badRowPolicy({ path, policy, layout, onBadRow });
  const parser = rowParser(rowContext(layout, buffers), badRows, line, kernel);
  return { path, loneReturns: layout.loneReturns, memory, buffers, badRows, parser };
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
 * Yields the number of rows parsed whenever the buffers are full, and at the end; returns the offset in the text at which the next row starts.
 */
export async function* parsedRows(
  reading: RowsReading,
  input: ByteInput,
  range: RowsRange,
): AsyncGenerator<number, number, undefined> {
  const { memory, parser, loneReturns } = reading;
  const { bytes } = memory;
  const text = textBlocks({ bytes, loneReturns }, input, range);
  const { limit } = text;
  while (await text.next()) {
    for (;;) {
      text.position = parser.parse(bytes, text.position, limit);
      if (parser.length() === chunkRows) {
        yield chunkRows;
        range.onTurn();
      } else if (text.position < limit.stop && limit.end - text.position > longestRow)
        text.position = afterOverlong(reading, bytes, text.position, limit.end);
      else break;
    }
  }
  if (parser.length() > 0) yield parser.length();
  return text.offset();
}
