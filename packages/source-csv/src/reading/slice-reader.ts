/** The module that threads import to read and count slices: `readSlice` and `countSlice` of the contract. */
import {
  type ColumnChunk,
  type JsonObject,
  type SliceCounts,
  type SliceEnd,
  type SliceOptions,
  throwIfAborted,
} from "@atc/contract";
import { fileBytes } from "../files/byte-stream.ts";
import { checkUnchangedPlain, closeFile, openFile } from "../files/source-file.ts";
import { rowCounter } from "../rows/row-counter.ts";
import { countMemory } from "../rows/row-memory.ts";
import { createDictionary, type Dictionary } from "../text/dictionary.ts";
import { parsedRows, readingLength, rowsReading } from "./parsed-rows.ts";
import { type SliceInput, sliceInput } from "./slice-input.ts";
import { textBlocks, textLength } from "./text-blocks.ts";

/** The symbols of the file whose slices this thread read last: its slices mostly have the same ones. */
let known: { readonly file: string; readonly symbols: Dictionary } | undefined;

function symbolsOf({ path, file, layout }: SliceInput): Dictionary {
  const key = JSON.stringify([path, file, layout]);
  if (known?.file !== key) known = { file: key, symbols: createDictionary() };
  return known.symbols;
}

/** Reads a slice: the `SliceReader` of this source. */
export async function* readSlice(
  json: JsonObject,
  { start, end, line, signal, onProgress, onBadRow }: SliceOptions,
): AsyncGenerator<ColumnChunk, SliceEnd, undefined> {
  const input = sliceInput(json);
  const { path, layout, policy, file } = input;
  const handle = await openFile(file.path);
  const reading = rowsReading({ path, layout, policy, line, onBadRow, symbols: symbolsOf(input) });
  const { parser, shaped, badRows } = reading;
  try {
    await checkUnchangedPlain(handle, path, file);
    await using bytes = fileBytes({ handle, path, start });
    let rows = 0;
    const onBlock = (): void => {
      throwIfAborted(signal);
      const done = Math.min(bytes.taken(), end - start);
      onProgress?.({ phase: "reading", done, total: end - start, unit: "bytes", rows: rows + parser.length() });
    };
    const lengths = parsedRows(reading, bytes, { start: 0, stop: end - start, onBlock });
    for (;;) {
      const step = await lengths.next();
      if (step.done === true) {
        await checkUnchangedPlain(handle, path, file);
        const notes = reading.notes();
        const sliceEnd = { position: start + step.value, line: parser.line(), badRows: badRows.count() };
        return notes.length === 0 ? sliceEnd : { ...sliceEnd, notes };
      }
      const chunk = shaped.chunk(step.value, rows);
      if (chunk !== undefined) yield chunk;
      rows += chunk?.length ?? 0;
      parser.clear();
    }
  } finally {
    reading.memory.release();
    await closeFile(handle);
  }
}

/**
 * Counts the rows of a slice: the `SliceCounter` of this source. Returns undefined if there are quotes, or rows that
 * are bad for their number of fields or their symbol.
 */
export async function countSlice(
  json: JsonObject,
  { start, end, signal, onProgress }: SliceOptions,
): Promise<SliceCounts | undefined> {
  const input = sliceInput(json);
  const { path, layout, file } = input;
  throwIfAborted(signal);
  // Which symbols a row has is known after its numbers are read.
  if (layout.shape?.wide !== undefined) return undefined;
  const handle = await openFile(file.path);
  // As large as the memory that reading the slice needs: that mostly follows in the same thread.
  const memory = countMemory(layout, textLength, readingLength(layout));
  try {
    await checkUnchangedPlain(handle, path, file);
    await using bytes = fileBytes({ handle, path, start });
    const counter = rowCounter(memory, layout, symbolsOf(input));
    const onBlock = (): void => {
      throwIfAborted(signal);
      const done = Math.min(bytes.taken(), end - start);
      onProgress?.({ phase: "counting", done, total: end - start, unit: "bytes" });
    };
    const { loneReturns } = layout;
    const text = textBlocks({ bytes: memory.bytes, loneReturns }, bytes, { start: 0, stop: end - start, onBlock });
    while (await text.next()) {
      text.position = counter.count(text.position, text.limit);
      if (text.position < 0) return undefined;
    }
    await checkUnchangedPlain(handle, path, file);
    const rows = counter.rows();
    const symbols = counter.symbols().filter((_, s) => rows[s] !== 0);
    return { symbols, rows: rows.filter((count) => count !== 0), position: start + text.offset() };
  } finally {
    memory.release();
    await closeFile(handle);
  }
}
