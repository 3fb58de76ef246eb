import { AtcError, type BadRow, type ReadingNote } from "@atc/contract";
import { LF } from "@atc/plugin-kit";
import type { ByteStream } from "../files/byte-stream.ts";
import type { CsvLayout } from "../layout/csv-layout.ts";
import type { CsvOptions } from "../layout/csv-options.ts";
import { type BadRowPolicy, badRowPolicy } from "../rows/bad-rows.ts";
import { type ColumnBuffers, columnBuffers, columnsLength } from "../rows/column-buffers.ts";
import { longestRow, rowContext } from "../rows/row-context.ts";
import { kernelLength, rowKernel } from "../rows/row-kernel.ts";
import { type RowMemory, rowMemory } from "../rows/row-memory.ts";
import { type RowParser, rowParser } from "../rows/row-parser.ts";
import type { Dictionary } from "../text/dictionary.ts";
import { type ShapedRows, shapedRows } from "./shaped-rows.ts";
import { type RowRange, textBlocks, textLength } from "./text-blocks.ts";

/** Rows that are parsed at once: a chunk, or as many as become one if each holds several symbols. */
function chunkRows({ shape }: CsvLayout): number {
  return Math.max(64, Math.floor(65_536 / (shape?.wide?.series.length ?? 1)));
}

/** How to read rows of a file, from any line on. */
export interface RowsOptions {
  /** The file's name in messages. */
  readonly path: string;
  readonly layout: CsvLayout;
  /** What to do with bad rows. */
  readonly policy: NonNullable<CsvOptions["badRows"]>;
  /** Line of the first row, from 1. */
  readonly line: number;
  /** Receives every bad row that does not end the reading. */
  readonly onBadRow: ((row: BadRow) => void) | undefined;
  /** The dictionary to use for symbols; default: an empty one. */
  readonly symbols?: Dictionary;
}

/** One reading of rows: memory, columns and parser. */
export interface RowsReading {
  /** The file's name in messages. */
  readonly path: string;
  /** Whether lines end with a lone carriage return. */
  readonly loneReturns: boolean;
  /** Holds the text and the columns. */
  readonly memory: RowMemory;
  readonly buffers: ColumnBuffers;
  readonly badRows: BadRowPolicy;
  /** What the rows so far show. */
  readonly notes: () => readonly ReadingNote[];
  readonly parser: RowParser;
  /** Gives the parsed rows as chunks. */
  readonly shaped: ShapedRows;
}

/** Bytes of memory that a reading needs besides its text. */
export function readingLength(layout: CsvLayout): number {
  return columnsLength(layout, chunkRows(layout)) + kernelLength(layout);
}

/** Allocates memory for rows of a layout and creates their parser. Release the memory after the reading. */
export function rowsReading({ path, layout, policy, line, onBadRow, symbols }: RowsOptions): RowsReading {
  const memory = rowMemory(layout, textLength, readingLength(layout));
  const buffers = columnBuffers(layout, chunkRows(layout), memory, symbols);
  const kernel = rowKernel(memory, layout, buffers);
  const badRows = badRowPolicy({ path, policy, layout, onBadRow });
  const context = rowContext(layout, buffers);
  const parser = rowParser(context, badRows, line, kernel);
  const shaped = shapedRows({ path, layout, buffers, badRows });
  const notes = (): readonly ReadingNote[] => [...context.notes(), ...shaped.notes()];
  return { path, loneReturns: layout.loneReturns, memory, buffers, badRows, notes, parser, shaped };
}

/**
 * Continues after a row that exceeds the longest row: an unclosed quote makes a bad row, a long line is fatal. Returns
 * the offset.
 */
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
 * Parses rows into the buffers. Yields their number whenever the buffers are full, and at the end; then the caller
 * takes the rows and clears the parser. Returns the offset in the text at which the next row starts.
 */
export async function* parsedRows(
  reading: RowsReading,
  input: ByteStream,
  range: RowRange,
): AsyncGenerator<number, number, undefined> {
  const { memory, parser, loneReturns, buffers } = reading;
  const { bytes } = memory;
  const text = textBlocks({ bytes, loneReturns }, input, range);
  const { limit } = text;
  while (await text.next()) {
    for (;;) {
      text.position = parser.parse(bytes, text.position, limit);
      if (parser.length() === buffers.capacity) {
        yield buffers.capacity;
        range.onBlock();
      } else if (text.position < limit.stop && limit.end - text.position > longestRow)
        text.position = afterOverlong(reading, bytes, text.position, limit.end);
      else break;
    }
  }
  if (parser.length() > 0) yield parser.length();
  return text.offset();
}
