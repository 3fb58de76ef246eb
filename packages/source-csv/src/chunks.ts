import { AtcError, type ChunksOptions, type ColumnChunk, type SourceSummary, throwIfAborted } from "@atc/contract";
import { type BadRowPolicy, badRowPolicy } from "./bad-rows.ts";
import { CR, LF, padding } from "./byte.ts";
import type { ByteInput } from "./byte-input.ts";
import { columnBuffers } from "./column-buffers.ts";
import type { CsvOptions } from "./csv-options.ts";
import { hashFunctions, hexOf } from "./hash.ts";
import type { FileLayout } from "./layout.ts";
import type { Medium } from "./medium.ts";
import { type ParseLimit, rowContext } from "./row-context.ts";
import { type RowParser, rowParser } from "./row-parser.ts";

/** Rows of a chunk. */
const chunkRows = 65_536;
/** Bytes read at once, and of the longest row. */
const blockLength = 1024 * 1024;
/** Bytes between two reports of progress: some tens of reports a second at full speed. */
const progressStep = 8 * blockLength;

/** A file that is ready to be read. */
export interface OpenedFile {
  /** Its path. */
  readonly path: string;
  /** Where its bytes come from. */
  readonly medium: Medium;
  /** How to read its rows. */
  readonly layout: FileLayout;
  /** What a bad row means. */
  readonly badRows: NonNullable<CsvOptions["badRows"]>;
}

/** What one reading of a file shares between its steps. */
interface Reading {
  readonly file: OpenedFile;
  readonly input: ByteInput;
  readonly parser: RowParser;
  readonly options: ChunksOptions;
  readonly isClosed: () => boolean;
  /** Rows of the chunks before. */
  rows: number;
}

/** Throws where the reading may not go on. */
function checkRunning({ file, options, isClosed }: Reading): void {
  throwIfAborted(options.signal);
  if (isClosed()) throw new AtcError("ATC_CLOSED", `the source of "${file.path}" was disposed while it was read`);
}

function replaceReturns(bytes: Uint8Array, start: number, end: number): void {
  for (let at = bytes.indexOf(CR, start); at >= 0 && at < end; at = bytes.indexOf(CR, at + 1)) bytes[at] = LF;
}

/** The offset from which to go on where a row does not fit the memory for one: a quote that is never closed is a bad row, a long line is fatal. */
function afterOverlong(reading: Reading, bytes: Uint8Array, position: number, end: number): number {
  const newline = bytes.indexOf(LF, position);
  if (newline >= 0 && newline < end) return reading.parser.dropUnclosed(bytes, position, end);
  const { path } = reading.file;
  const line = reading.parser.line();
  throw new AtcError(
    "ATC_INVALID_DATA",
    `"${path}" line ${line} is longer than ${blockLength} bytes; is it a table of rows?`,
    {
      details: { path, line },
    },
  );
}

/**
 * Reads blocks and yields the number of rows parsed whenever the buffers are full, and at the end. The buffer holds room for a row that is cut
 * by a block's end, then the block: what is left of one block moves in front of the next.
 */
async function* parsedRows(reading: Reading): AsyncGenerator<number> {
  const { file, input, parser, options } = reading;
  const bytes = new Uint8Array(2 * blockLength + padding);
  const limit: ParseLimit = { end: blockLength, final: false };
  let position = blockLength;
  let nextReport = progressStep;
  let skip = file.layout.start;
  while (!limit.final) {
    checkRunning(reading);
    let rest = limit.end - position;
    while (rest > blockLength) {
      position = afterOverlong(reading, bytes, position, limit.end);
      rest = limit.end - position;
    }
    bytes.copyWithin(blockLength - rest, position, limit.end);
    position = blockLength - rest;
    const length = await input.read(bytes.subarray(blockLength, 2 * blockLength));
    limit.end = blockLength + length;
    limit.final = length < blockLength;
    bytes.fill(LF, limit.end, limit.end + padding);
    if (file.layout.loneReturns) replaceReturns(bytes, blockLength, limit.end);
    position += skip;
    skip = 0;
    for (;;) {
      position = parser.parse(bytes, position, limit);
      if (parser.length() < chunkRows) break;
      yield parser.length();
      checkRunning(reading);
    }
    if (input.taken() < nextReport) continue;
    nextReport = input.taken() + progressStep;
    report(reading, options);
  }
  if (parser.length() > 0) yield parser.length();
}

function report({ file, input, rows, parser }: Reading, options: ChunksOptions): void {
  options.onProgress?.({
    phase: "reading",
    done: input.taken(),
    total: file.medium.size,
    unit: "bytes",
    rows: rows + parser.length(),
  });
}

/** Goes through a file's rows in chunks; the summary is given to `onEnd` after the last. */
export async function* chunksOf(
  file: OpenedFile,
  options: ChunksOptions,
  isClosed: () => boolean,
  onEnd: (summary: SourceSummary) => void,
): AsyncGenerator<ColumnChunk, void, undefined> {
  throwIfAborted(options.signal);
  const hash = (await hashFunctions()).create64();
  await using medium = await file.medium.open();
  await medium.checkUnchanged();
  await using input = medium.input(hash);
  const buffers = columnBuffers(file.layout, chunkRows);
  const { path, badRows: policy, layout } = file;
  const badRows: BadRowPolicy = badRowPolicy({ path, policy, layout, onBadRow: options.onBadRow });
  const parser = rowParser(rowContext(layout, buffers), badRows, layout.line);
  const reading: Reading = { file, input, parser, options, isClosed, rows: 0 };
  for await (const length of parsedRows(reading)) {
    yield buffers.chunk(length, reading.rows);
    reading.rows += length;
    parser.clear();
  }
  await medium.checkUnchanged();
  report(reading, options);
  onEnd({ rows: reading.rows, badRows: badRows.count(), bytes: input.taken(), hash: hexOf(hash.digest()) });
}
