import { AtcError } from "@atc/contract";
import { type ChunkBuilder, createTextDictionary, type TextDictionary } from "@atc/plugin-kit";
import type { BatchRows } from "../columns/batch-rows.ts";
import { bitsOf, isSet, numberReader } from "../columns/number-reader.ts";
import type { ProjectedColumn } from "../columns/projection.ts";
import { type ArrowDictionary, indexedTexts, textReader } from "../columns/text-reader.ts";
import type { OpenedFile } from "../files/arrow-file.ts";
import type { MessageLocation, readMessage } from "../format/messages.ts";
import { type BatchColumn, type RecordBatch, recordBatch } from "../format/record-batch.ts";
import type { ArrowField } from "../format/schema.ts";
import type { OpenedSource } from "./opened-source.ts";

/** The most texts of one dictionary. */
const mostTexts = 2 ** 26;

/** Copies rows of a file's column to the builder. */
export type ColumnFiller = (batch: RecordBatch, rows: BatchRows, builder: ChunkBuilder) => Promise<void>;

/** What the steps of a reading of dictionaries share. */
export interface DictionaryReading {
  readonly source: Pick<OpenedSource, "file" | "contents" | "options">;
  readonly file: OpenedFile;
  readonly arrowDictionaries: Map<number, ArrowDictionary>;
}

/** What the steps of one reading share. */
export interface Reading extends DictionaryReading {
  readonly source: OpenedSource;
  readonly dictionaries: ReadonlyMap<string, TextDictionary>;
  /** Those of the last rows whose time could not be read: its text, by the index in the builder. */
  readonly timeTexts: Map<number, string>;
}

/** Writes `missing` to the rows without a value. */
async function markMissing(
  { validity }: BatchColumn,
  { from, count, at }: BatchRows,
  target: { [row: number]: number },
  missing: number,
): Promise<void> {
  if (validity === undefined) return;
  const bits = await bitsOf(validity, from, count);
  const first = from % 8;
  for (let row = 0; row < count; row++) if (!isSet(bits, first + row)) target[at + row] = missing;
}

/** The dictionary of a field, in which texts appear as they are read. */
export function dictionaryOf({ arrowDictionaries }: DictionaryReading, { dictionary }: ArrowField): ArrowDictionary {
  const id = dictionary?.id ?? -1;
  const known = arrowDictionaries.get(id) ?? { values: [] };
  arrowDictionaries.set(id, known);
  return known;
}

/** The filler of a column of the builder that is not the time. */
export function fillerOf(reading: Reading, { name, position, role }: ProjectedColumn): ColumnFiller {
  const { contents } = reading.source;
  const field = contents.fields[position];
  const unread = new AtcError("ATC_UNSUPPORTED", `the column "${field.name}" has a type that is not read`);
  if (role === "number") {
    const fill = numberReader(field.type);
    if (fill === undefined) throw unread;
    return async (batch, rows, { columns }) => {
      const column = batch.column(position);
      const target = columns[name] as Float64Array;
      await fill(column, rows, target);
      await markMissing(column, rows, target, Number.NaN);
    };
  }
  const dictionary = reading.dictionaries.get(name) as TextDictionary;
  const fill =
    field.dictionary === undefined
      ? textReader(field.type, dictionary)
      : indexedTexts(field.dictionary.indices, dictionaryOf(reading, field), dictionary);
  if (fill === undefined) throw unread;
  return async (batch, rows, { symbols, columns }) => {
    const column = batch.column(position);
    const target = role === "symbol" ? symbols : (columns[name] as Int32Array);
    await fill(column, rows, target);
    await markMissing(column, rows, target, -1);
  };
}

/** Texts of a dictionary batch that are read at once. */
const textsAtOnce = 65_536;

/** Reads the texts of a dictionary batch: a whole dictionary, or a delta. */
export async function readDictionary(
  reading: DictionaryReading,
  location: MessageLocation,
  header: Awaited<ReturnType<typeof readMessage>>,
): Promise<void> {
  const { source, file } = reading;
  const id = header.header.int64(0);
  const field = source.contents.fields.find(({ dictionary }) => dictionary?.id === id);
  const data = header.header.table(1);
  // Dictionaries of columns that are not read, or are nested, are skipped.
  if (field === undefined || data === undefined || textReader(field.type, createTextDictionary()) === undefined) return;
  const plain: ArrowField = {
    ...field,
    dictionary: undefined,
    nodes: 1,
    buffers: field.type.is === "text" ? 3 : 2,
    views: field.type.is === "text" ? 0 : 1,
  };
  const batchLocation = { file, path: source.file.path, body: location.body, bodyLength: header.bodyLength };
  const batch = await recordBatch(data, batchLocation, [plain], source.options.codec);
  const known = dictionaryOf(reading, field);
  if (header.header.int8(2) !== 1) known.values = [];
  if (known.values.length + batch.length > mostTexts)
    throw new RangeError(`a dictionary has ${known.values.length + batch.length} texts`);
  const column = batch.column(0);
  for (let from = 0; from < batch.length; from += textsAtOnce) {
    const count = Math.min(textsAtOnce, batch.length - from);
    const own = createTextDictionary();
    const indices = new Int32Array(count);
    const rows: BatchRows = { from, count, at: 0 };
    await textReader(field.type, own)?.(column, rows, indices);
    await markMissing(column, rows, indices, -1);
    for (const index of indices) known.values.push(own.values[index]);
  }
}
