import type { ColumnChunk, SourceSummary } from "@atc/contract";
import {
  type ChunkBuilder,
  chunkBuilder,
  columnHash,
  columnTexts,
  type RowTimes,
  rowTimes,
  type SourceReading,
} from "@atc/plugin-kit";
import xxhash from "xxhash-wasm";
import type { BatchRows } from "../columns/batch-rows.ts";
import { damaged } from "../files/arrow-error.ts";
import { dictionaryMessage, type MessageLocation, readMessage } from "../format/messages.ts";
import { recordBatch } from "../format/record-batch.ts";
import { fillerOf, type Reading, readDictionary } from "./column-filler.ts";
import type { OpenedSource } from "./opened-source.ts";
import { timeFiller } from "./time-filler.ts";

/** The most rows of a chunk. */
const mostChunkRows = 65_536;
/** The most bytes of a chunk of several rows. */
const chunkBytes = 2 ** 26;
const valueBytes = 8;

function textAt(reading: Reading, builder: ChunkBuilder, row: number, column: string): string {
  const dictionary = reading.dictionaries.get(column);
  if (column === "symbol") return dictionary?.values[builder.symbols[row]] ?? "";
  if (column === "timestamp") return reading.timeTexts.get(row) ?? "no time";
  return String(builder.columns[column]?.[row]);
}

/** Fills the builder; yields whenever it is full, and at the end. */
async function* filledBuffers(
  reading: Reading,
  times: RowTimes,
  builder: ChunkBuilder,
  chunkRows: number,
  check: () => void,
  onMessage: (location: MessageLocation) => void,
): AsyncGenerator<void> {
  const { source, file } = reading;
  const { contents, projection } = source;
  const fillers = projection.projected.filter(({ role }) => role !== "time").map((column) => fillerOf(reading, column));
  const fillTimes = timeFiller(reading, times);
  for (const location of contents.messages) {
    check();
    onMessage(location);
    const message = await readMessage(file, location);
    if (message.type === dictionaryMessage) {
      await readDictionary(reading, location, message);
      continue;
    }
    const batchLocation = { file, path: source.file.path, body: location.body, bodyLength: message.bodyLength };
    const batch = await recordBatch(message.header, batchLocation, contents.fields, source.options.codec);
    for (let from = 0; from < batch.length; ) {
      check();
      const at = builder.length();
      const count = Math.min(chunkRows - at, batch.length - from);
      if (source.symbol !== undefined) builder.symbols.fill(0, at, at + count);
      const rows: BatchRows = { from, count, at };
      await Promise.all(fillers.map((fill) => fill(batch, rows, builder)));
      await fillTimes(batch, rows, builder);
      builder.accept(count, (row, column) => textAt(reading, builder, at + row, column));
      from += count;
      if (builder.length() === chunkRows) yield;
    }
  }
  check();
  if (builder.length() > 0) yield;
}

/** Reads a file's rows in chunks. */
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
  const chunkRows = Math.min(mostChunkRows, Math.ceil(chunkBytes / (valueBytes * columns.length)));
  const builder = chunkBuilder({
    source: path,
    columns,
    capacity: chunkRows,
    symbols,
    dictionaries,
    badRows: source.options.badRows ?? "error",
    onBadRow,
    times: source.time.layout,
  });
  const reading: Reading = {
    source,
    file,
    arrowDictionaries: new Map(),
    dictionaries: byColumn,
    timeTexts: new Map(),
  };
  const times = rowTimes("arrow", source.time.layout, source.projection.kind === "ticks");
  const reportAt = (done: number): void =>
    report({ done, total: size, unit: "bytes", rows: builder.rows() + builder.length() });
  try {
    for await (const _ of filledBuffers(reading, times, builder, chunkRows, check, ({ offset }) => reportAt(offset))) {
      const chunk = builder.take();
      hash.update(chunk);
      yield chunk;
    }
    await file.checkUnchanged();
  } catch (error) {
    throw damaged(error, path);
  }
  reportAt(size);
  const notes = times.notes();
  const summary = { rows: builder.rows(), badRows: builder.badRows(), bytes: size, hash: hash.digest() };
  return notes.length === 0 ? summary : { ...summary, notes };
}
