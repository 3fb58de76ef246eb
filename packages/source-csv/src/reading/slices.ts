import type {
  ColumnChunk,
  JsonObject,
  OperationOptions,
  SliceCounts,
  SlicedSource,
  SliceEnd,
  SliceOptions,
  SourceDigest,
} from "@atc/contract";
import { throwIfAborted } from "@atc/contract";
import { LF } from "@atc/plugin-kit";
import { byteInput } from "../files/byte-input.ts";
import { hashFunctions, hexOf } from "../files/hash.ts";
import { checkUnchanged, openFile, type PlainFile, readFully, stateOfPlain } from "../files/source-file.ts";
import { longestRow } from "../rows/row-context.ts";
import { rowCounter } from "../rows/row-counter.ts";
import { countMemory } from "../rows/row-memory.ts";
import { createDictionary, type Dictionary } from "../text/dictionary.ts";
import type { OpenedFile } from "./chunks.ts";
import { parsedRows, type RowsOptions, readingLength, rowsReading } from "./parsed-rows.ts";
import { textBlocks, textLength } from "./text-blocks.ts";

/** Bytes read at once to find the end of a line. */
const searchLength = 4096;
const digestLength: number = 1024 * 1024;

/** What a slice is read with, as plain data. */
interface SliceInput extends Pick<RowsOptions, "path" | "layout" | "policy"> {
  /** The file and its state. */
  readonly file: PlainFile;
}

/** Where the first line after `position` starts, in files whose rows are no longer than they may be; undefined where that is not near. */
async function lineStart(
  read: (target: Uint8Array, position: number) => Promise<number>,
  position: number,
): Promise<number | undefined> {
  const bytes = new Uint8Array(searchLength);
  for (let at = position; at < position + longestRow; at += searchLength) {
    const length = await read(bytes, at);
    const newline = bytes.subarray(0, length).indexOf(LF);
    if (newline >= 0) return at + newline + 1;
    if (length < searchLength) return undefined;
  }
  return undefined;
}

async function digest(file: PlainFile, { signal }: OperationOptions): Promise<SourceDigest> {
  const hash = (await hashFunctions()).create64();
  const handle = await openFile(file.path);
  try {
    await checkUnchanged(handle, file.path, stateOfPlain(file));
    await using input = byteInput({ handle, path: file.path, hash, gzip: false });
    const bytes = new Uint8Array(digestLength);
    while ((await input.read(bytes)) > 0) throwIfAborted(signal);
    await checkUnchanged(handle, file.path, stateOfPlain(file));
    return { bytes: input.taken(), hash: hexOf(hash.digest()) };
  } finally {
    await handle.close();
  }
}

/** This module for other threads: compiled, where this one runs as source. */
function readerModule(): string {
  const { url } = import.meta;
  return url.endsWith(".ts") ? new URL("../../dist/reading/slices.js", url).href : url;
}

/** Cuts a file into slices of about `length` bytes; undefined where it must be read from its start. */
export async function slicesOf(
  { path, medium, layout, badRows }: OpenedFile,
  length: number,
): Promise<SlicedSource | undefined> {
  const { plainFile } = medium;
  if (plainFile === undefined || layout.loneReturns) return undefined;
  const starts = [layout.start];
  const handle = await openFile(plainFile.path);
  try {
    await checkUnchanged(handle, path, stateOfPlain(plainFile));
    const read = (target: Uint8Array, position: number): Promise<number> => readFully(handle, target, position);
    for (let border = length; border < plainFile.size; border += length) {
      const start = await lineStart(read, border);
      if (start !== undefined && start > (starts.at(-1) as number) && start < plainFile.size) starts.push(start);
    }
  } finally {
    await handle.close();
  }
  const input: SliceInput = { path, layout, policy: badRows, file: plainFile };
  return {
    module: readerModule(),
    input: input as unknown as JsonObject,
    starts,
    end: plainFile.size,
    line: layout.line,
    digest: (options = {}) => digest(plainFile, options),
  };
}

/** The symbols of the file that this thread read slices of last: others of its slices mostly have the same. */
let known: { readonly file: string; readonly symbols: Dictionary } | undefined;

function symbolsOf({ path, file, layout }: SliceInput): Dictionary {
  const key = JSON.stringify([path, file, layout]);
  if (known?.file !== key) known = { file: key, symbols: createDictionary() };
  return known.symbols;
}

/** Reads a slice: the `SliceReader` of this package. */
export async function* readSlice(
  input: JsonObject,
  { start, end, line, signal, onProgress, onBadRow }: SliceOptions,
): AsyncGenerator<ColumnChunk, SliceEnd, undefined> {
  const slice = input as unknown as SliceInput;
  const { path, layout, policy, file } = slice;
  const handle = await openFile(file.path);
  const reading = rowsReading({ path, layout, policy, line, onBadRow, symbols: symbolsOf(slice) });
  const { parser, buffers, badRows } = reading;
  try {
    await checkUnchanged(handle, path, stateOfPlain(file));
    await using bytes = byteInput({ handle, path, gzip: false, start });
    let rows = 0;
    const onTurn = (): void => {
      throwIfAborted(signal);
      const done = Math.min(bytes.taken(), end - start);
      onProgress?.({ phase: "reading", done, total: end - start, unit: "bytes", rows: rows + parser.length() });
    };
    const ranges = parsedRows(reading, bytes, { start: 0, stop: end - start, onTurn });
    for (;;) {
      const step = await ranges.next();
      if (step.done === true) {
        await checkUnchanged(handle, path, stateOfPlain(file));
        return { position: start + step.value, line: parser.line(), badRows: badRows.count() };
      }
      yield buffers.chunk(step.value, rows);
      rows += step.value;
      parser.clear();
    }
  } finally {
    reading.memory.release();
    await handle.close();
  }
}

/** Counts the rows of a slice: the `SliceCounter` of this package. Undefined at quotes, and at rows that are bad for their number of fields or symbol. */
export async function countSlice(
  input: JsonObject,
  { start, end, signal, onProgress }: SliceOptions,
): Promise<SliceCounts | undefined> {
  const slice = input as unknown as SliceInput;
  const { path, layout, file } = slice;
  throwIfAborted(signal);
  const handle = await openFile(file.path);
  // The memory is as large as the reading of a slice needs, which mostly follows in the same thread.
  const memory = countMemory(layout, textLength, readingLength(layout));
  try {
    await checkUnchanged(handle, path, stateOfPlain(file));
    await using bytes = byteInput({ handle, path, gzip: false, start });
    const counter = rowCounter(memory, layout, symbolsOf(slice));
    const onTurn = (): void => {
      throwIfAborted(signal);
      const done = Math.min(bytes.taken(), end - start);
      onProgress?.({ phase: "counting", done, total: end - start, unit: "bytes" });
    };
    const { loneReturns } = layout;
    const text = textBlocks({ bytes: memory.bytes, loneReturns }, bytes, { start: 0, stop: end - start, onTurn });
    while (await text.next()) {
      text.position = counter.count(text.position, text.limit);
      if (text.position < 0) return undefined;
    }
    await checkUnchanged(handle, path, stateOfPlain(file));
    const rows = counter.rows();
    const symbols = counter.symbols().filter((_, s) => rows[s] !== 0);
    return { symbols, rows: rows.filter((count) => count !== 0), position: start + text.offset() };
  } finally {
    memory.release();
    await handle.close();
  }
}
