import { AtcError } from "@atc/contract";
import { type ChunkBuilder, createTextDictionary, noTime, type TextDictionary } from "@atc/plugin-kit";
import { bitsOf, isSet, numberReader } from "../columns/number-reader.ts";
import type { ProjectedColumn } from "../columns/projection.ts";
import { type ArrowDictionary, indexedTexts, textReader } from "../columns/text-reader.ts";
import { timeReader } from "../columns/time-reader.ts";
import type { OpenedFile } from "../files/arrow-file.ts";
import type { MessagePlace, readMessage } from "../format/messages.ts";
import { type BatchColumn, type RecordBatch, recordBatch } from "../format/record-batch.ts";
import type { ArrowField } from "../format/schema.ts";
import type { OpenedSource } from "./opened-source.ts";

/** The most texts of one dictionary. */
const mostTexts = 2 ** 26;

/** A column of the file that fills a column of the builder. */
export type ColumnFiller = (batch: RecordBatch, from: number, count: number, builder: ChunkBuilder) => Promise<void>;

/** What one reading shares between its steps. */
export interface Reading {
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
export function fillerOf(reading: Reading, { name, position, role }: ProjectedColumn): ColumnFiller {
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

/** Texts of a dictionary batch that are read at once. */
const textsAtOnce = 65_536;

/** Takes the texts of a dictionary batch: all, or more of them. */
export async function readDictionary(
  reading: Reading,
  place: MessagePlace,
  header: Awaited<ReturnType<typeof readMessage>>,
): Promise<void> {
  const { source, file } = reading;
  const id = header.header.int64(0);
  const field = source.contents.fields.find(({ dictionary }) => dictionary?.id === id);
  const data = header.header.table(1);
  // Dictionaries of columns that are not read, or inside nested ones, are left alone.
  if (field === undefined || data === undefined || textReader(field.type, createTextDictionary()) === undefined) return;
  const plain: ArrowField = {
    ...field,
    dictionary: undefined,
    nodes: 1,
    buffers: field.type.is === "text" ? 3 : 2,
    views: field.type.is === "text" ? 0 : 1,
  };
  const where = { file, path: source.file.path, body: place.body, bodyLength: header.bodyLength };
  const batch = await recordBatch(data, where, [plain], source.options.codec);
  const known = dictionaryOf(reading, field);
  if (header.header.int8(2) !== 1) known.values = [];
  if (known.values.length + batch.length > mostTexts)
    throw new RangeError(`a dictionary of ${known.values.length + batch.length} texts`);
  const column = batch.column(0);
  for (let from = 0; from < batch.length; from += textsAtOnce) {
    const count = Math.min(textsAtOnce, batch.length - from);
    const own = createTextDictionary();
    const indices = new Int32Array(count);
    await textReader(field.type, own)?.(column, from, count, indices, 0);
    await markMissing(column, from, count, indices, 0, -1);
    for (const index of indices) known.values.push(own.values[index]);
  }
}
