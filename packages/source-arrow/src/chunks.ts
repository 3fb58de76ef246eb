import {
  AtcError,
  type ChunkBuilder,
  type ChunksOptions,
  type ColumnChunk,
  chunkBuilder,
  columnHash,
  createTextDictionary,
  type EpochUnit,
  isAtcError,
  noTime,
  type SourceSummary,
  type TextDictionary,
  throwIfAborted,
} from "@atc/contract";
import xxhash from "xxhash-wasm";
import type { ArrowFile, OpenedFile } from "./arrow-file.ts";
import type { ArrowOptions } from "./arrow-options.ts";
import { type ArrowContents, corrupt, dictionaryMessage, type MessagePlace, readMessage } from "./messages.ts";
import { bitsOf, isSet, numberReader } from "./number-reader.ts";
import type { ProjectedColumn, Projection } from "./projection.ts";
import { type BatchColumn, type RecordBatch, recordBatch } from "./record-batch.ts";
import type { ArrowField } from "./schema.ts";
import { type ArrowDictionary, indexedTexts, textReader } from "./text-reader.ts";
import { timeReader } from "./time-reader.ts";

/** Rows of a chunk. */
const chunkRows = 65_536;
/** The most texts of one dictionary. */
const mostTexts = 2 ** 26;

/** A file that is ready to be read. */
export interface OpenedSource {
  /** The file. */
  readonly file: ArrowFile;
  /** What it says of itself. */
  readonly contents: ArrowContents;
  /** Which of its columns are read. */
  readonly projection: Projection;
  /** What times that are integers count. */
  readonly unit: EpochUnit;
  /** The symbol of every row, where no column holds it. */
  readonly symbol: string | undefined;
  /** How to read it. */
  readonly options: ArrowOptions;
}

/** Turns what reading damaged bytes throws into ATC_CORRUPT_DATA with the file's name. */
export function damaged(error: unknown, path: string): unknown {
  if (error instanceof RangeError) return corrupt(path, error.message, error);
  return isAtcError(error, "ATC_CORRUPT_DATA") && error.details["path"] === undefined
    ? corrupt(path, error.message, error)
    : error;
}

/** A column of the file that fills a column of the builder. */
type ColumnFiller = (batch: RecordBatch, from: number, count: number, builder: ChunkBuilder) => Promise<void>;

/** What one reading shares between its steps. */
interface Reading {
  readonly source: OpenedSource;
  readonly file: OpenedFile;
  readonly arrowDictionaries: Map<number, ArrowDictionary>;
  readonly dictionaries: ReadonlyMap<string, TextDictionary>;
}

/** Puts `missing` where a value is not valid. */
async function markMissing<Value extends number | bigint>(
  { validity }: BatchColumn,
  from: number,
  count: number,
  target: { [row: number]: Value },
  at: number,
  missing: Value,
): Promise<void> {
  if (validity === undefined) return;
  const bits = await bitsOf(validity, from, count);
  const first = from % 8;
  for (let row = 0; row < count; row++) if (!isSet(bits, first + row)) target[at + row] = missing;
}

function dictionaryOf({ arrowDictionaries }: Reading, { dictionary }: ArrowField): ArrowDictionary {
  const id = dictionary?.id ?? -1;
  const known = arrowDictionaries.get(id) ?? { values: [] };
  arrowDictionaries.set(id, known);
  return known;
}

/** What fills a column of the builder from one of the file. */
function fillerOf(reading: Reading, { name, position, role }: ProjectedColumn): ColumnFiller {
  const { contents, projection, unit, options } = reading.source;
  const field = contents.fields[position] as ArrowField;
  const unread = new AtcError("ATC_UNSUPPORTED", `the column "${field.name}" is of a type that is not read`);
  if (role === "time") {
    const localTime = options.timeZone === undefined ? undefined : options;
    const fill = timeReader(field.type, { kind: projection.kind, unit, localTime });
    if (fill === undefined) throw unread;
    return async (batch, from, count, { times, length }) => {
      const column = batch.column(position);
      await fill(column, from, count, times, length());
      await markMissing(column, from, count, times, length(), noTime);
    };
  }
  if (role === "number") {
    const fill = numberReader(field.type);
    if (fill === undefined) throw unread;
    return async (batch, from, count, { columns, length }) => {
      const column = batch.column(position);
      const target = columns[name] as Float64Array;
      await fill(column, from, count, target, length());
      await markMissing(column, from, count, target, length(), Number.NaN);
    };
  }
  const dictionary = reading.dictionaries.get(name) as TextDictionary;
  const fill =
    field.dictionary === undefined
      ? textReader(field.type, dictionary)
      : indexedTexts(field.dictionary.indices, dictionaryOf(reading, field), dictionary);
  if (fill === undefined) throw unread;
  return async (batch, from, count, { symbols, columns, length }) => {
    const column = batch.column(position);
    const target = role === "symbol" ? symbols : (columns[name] as Int32Array);
    await fill(column, from, count, target, length());
    await markMissing(column, from, count, target, length(), -1);
  };
}

/** Takes the texts of a dictionary batch: all, or more of them. */
async function readDictionary(
  reading: Reading,
  place: MessagePlace,
  header: Awaited<ReturnType<typeof readMessage>>,
): Promise<void> {
  const { source, file } = reading;
  const id = header.header.int64(0);
  const field = source.contents.fields.find(({ dictionary }) => dictionary?.id === id);
  const own = createTextDictionary();
  const fill = field && textReader(field.type, own);
  const data = header.header.table(1);
  // Dictionaries of columns that are not read, or inside nested ones, are left alone.
  if (field === undefined || fill === undefined || data === undefined) return;
  const plain: ArrowField = {
    ...field,
    dictionary: undefined,
    nodes: 1,
    buffers: field.type.is === "text" ? 3 : 2,
    views: field.type.is === "text" ? 0 : 1,
  };
  const where = { file, path: source.file.path, body: place.body, bodyLength: header.bodyLength };
  const batch = await recordBatch(data, where, [plain], source.options.codec);
  if (batch.length > mostTexts) throw new RangeError(`a dictionary of ${batch.length} texts`);
  const column = batch.column(0);
  const indices = new Int32Array(batch.length);
  if (batch.length > 0) await fill(column, 0, batch.length, indices, 0);
  await markMissing(column, 0, batch.length, indices, 0, -1);
  const texts = Array.from(indices, (index) => own.values[index]);
  const known = dictionaryOf(reading, field);
  if (header.header.int8(2) === 1) known.values.push(...texts);
  else known.values = texts;
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

/** Goes through a file's rows in chunks; the summary is given to `onEnd` after the last. */
export async function* chunksOf(
  source: OpenedSource,
  options: ChunksOptions,
  isClosed: () => boolean,
  onEnd: (summary: SourceSummary) => void,
): AsyncGenerator<ColumnChunk, void, undefined> {
  const { path, size } = source.file;
  const check = (): void => {
    throwIfAborted(options.signal);
    if (isClosed()) throw new AtcError("ATC_CLOSED", `the source of "${path}" was disposed while it was read`);
  };
  check();
  const { create64 } = await xxhash();
  const hash = columnHash(create64);
  await using file = await source.file.open();
  await file.checkUnchanged();
  const { columns } = source.projection;
  const dictionaries = new Map(
    columns.filter(({ type }) => type === "text").map(({ name }) => [name, createTextDictionary()]),
  );
  const symbols = dictionaries.get("symbol") as TextDictionary;
  if (source.symbol !== undefined) symbols.indexOfText(source.symbol);
  const builder = chunkBuilder({
    source: path,
    columns,
    capacity: chunkRows,
    symbols: symbols.values,
    dictionaries: Object.fromEntries(
      [...dictionaries].filter(([name]) => name !== "symbol").map(([name, { values }]) => [name, values]),
    ),
    badRows: source.options.badRows ?? "error",
    onBadRow: options.onBadRow,
  });
  const reading: Reading = { source, file, arrowDictionaries: new Map(), dictionaries };
  const report = (done: number): void =>
    options.onProgress?.({
      phase: "reading",
      done,
      total: size,
      unit: "bytes",
      rows: builder.rows() + builder.length(),
    });
  try {
    for await (const _ of filledBuffers(reading, builder, check, ({ offset }) => report(offset))) {
      const chunk = builder.take();
      hash.update(chunk);
      yield chunk;
    }
    await file.checkUnchanged();
  } catch (error) {
    throw damaged(error, path);
  }
  report(size);
  onEnd({ rows: builder.rows(), badRows: builder.badRows(), bytes: size, hash: hash.digest() });
}
