import {
  type ChunkBuilder,
  type ColumnChunk,
  chunkBuilder,
  columnHash,
  columnTexts,
  isAtcError,
  noTime,
  type SourceReading,
  type SourceSummary,
} from "@atc/contract";
import xxhash from "xxhash-wasm";
import { fillerOf, type Reading, readDictionary } from "./column-filler.ts";
import { corrupt, dictionaryMessage, type MessagePlace, readMessage } from "./messages.ts";
import type { OpenedSource } from "./opened-source.ts";
import { recordBatch } from "./record-batch.ts";

/** Rows of a chunk. */
const chunkRows = 65_536;

/** Turns what reading damaged bytes throws into ATC_CORRUPT_DATA with the file's name. */
export function damaged(error: unknown, path: string): unknown {
  if (error instanceof RangeError) return corrupt(path, error.message, error);
  return isAtcError(error, "ATC_CORRUPT_DATA") && error.details["path"] === undefined
    ? corrupt(path, error.message, error)
    : error;
}

function textAt(reading: Reading, builder: ChunkBuilder, row: number, column: string): string {
  const dictionary = reading.dictionaries.get(column);
  if (column === "symbol") return dictionary?.values[builder.symbols[row] as number] ?? "";
  const value = column === "timestamp" ? builder.times[row] : builder.columns[column]?.[row];
  return value === noTime ? "no time" : String(value);
}

/** Yields whenever the builder is full, and at the end. */
async function* filledBuffers(
  reading: Reading,
  builder: ChunkBuilder,
  check: () => void,
  onMessage: (place: MessagePlace) => void,
): AsyncGenerator<void> {
  const { source, file } = reading;
  const { contents, projection } = source;
  const fillers = projection.projected.map((column) => fillerOf(reading, column));
  for (const place of contents.messages) {
    check();
    onMessage(place);
    const message = await readMessage(file, place);
    if (message.type === dictionaryMessage) {
      await readDictionary(reading, place, message);
      continue;
    }
    const where = { file, path: source.file.path, body: place.body, bodyLength: message.bodyLength };
    const batch = await recordBatch(message.header, where, contents.fields, source.options.codec);
    for (let from = 0; from < batch.length; ) {
      check();
      const at = builder.length();
      const count = Math.min(chunkRows - at, batch.length - from);
      if (source.symbol !== undefined) builder.symbols.fill(0, at, at + count);
      await Promise.all(fillers.map((fill) => fill(batch, from, count, builder)));
      builder.accept(count, (row, column) => textAt(reading, builder, at + row, column));
      from += count;
      if (builder.length() === chunkRows) yield;
    }
  }
  check();
  if (builder.length() > 0) yield;
}

/** Goes through a file's rows in chunks. */
export async function* chunksOf(
  source: OpenedSource,
  { check, report, onBadRow }: SourceReading,
): AsyncGenerator<ColumnChunk, SourceSummary, undefined> {
  const { path, size } = source.file;
  const { create64 } = await xxhash();
  const hash = columnHash(create64);
  await using file = await source.file.open();
  await file.checkUnchanged();
  const { columns } = source.projection;
  const { byColumn, symbols, dictionaries } = columnTexts(columns, source.symbol);
  const builder = chunkBuilder({
    source: path,
    columns,
    capacity: chunkRows,
    symbols,
    dictionaries,
    badRows: source.options.badRows ?? "error",
    onBadRow,
  });
  const reading: Reading = { source, file, arrowDictionaries: new Map(), dictionaries: byColumn };
  const reportAt = (done: number): void =>
    report({ done, total: size, unit: "bytes", rows: builder.rows() + builder.length() });
  try {
    for await (const _ of filledBuffers(reading, builder, check, ({ offset }) => reportAt(offset))) {
      const chunk = builder.take();
      hash.update(chunk);
      yield chunk;
    }
    await file.checkUnchanged();
  } catch (error) {
    throw damaged(error, path);
  }
  reportAt(size);
  return { rows: builder.rows(), badRows: builder.badRows(), bytes: size, hash: hash.digest() };
}
