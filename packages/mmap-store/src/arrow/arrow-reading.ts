import type { ColumnType } from "@atc/contract";
import { type FlatTable, rootTable } from "@atc/plugin-kit";

/** Reads `length` bytes of a file from `offset`. */
export type ReadBytes = (offset: number, length: number) => Promise<Uint8Array>;

/** The metadata of an Arrow file with one record batch. */
export interface ArrowFileMetadata {
  /** The columns in order. The type is undefined if it is not a column type of a dataset. */
  readonly columns: readonly { readonly name: string; readonly type: ColumnType | undefined }[];
  readonly rows: number;
  /** Byte offset within the file of each column's values. */
  readonly offsets: readonly number[];
  /** The values of each dictionary, in the order of the columns that they belong to. */
  readonly dictionaries: readonly (readonly string[])[];
  /** Custom metadata of the schema. */
  readonly metadata: Readonly<Record<string, string>>;
}

const tailLength = 10;

/**
 * Decodes the metadata of an Arrow file with one record batch. Does not rely on the layout that this package writes.
 *
 * @throws RangeError if it is not an Arrow file with one record batch
 */
export async function readArrowMetadata(readFile: ReadBytes, bytes: number): Promise<ArrowFileMetadata> {
  const read = boundedReading(readFile, bytes);
  if (bytes < tailLength) throw new RangeError("it is too short for an Arrow file");
  const tail = await read(bytes - tailLength, tailLength);
  if (new TextDecoder().decode(tail.subarray(4)) !== "ARROW1") throw new RangeError('it does not end in "ARROW1"');
  const footerLength = new DataView(tail.buffer, tail.byteOffset).getInt32(0, true);
  if (footerLength <= 0 || footerLength > bytes - tailLength)
    throw new RangeError(`its footer has ${footerLength} bytes`);
  const footer = rootTable(await read(bytes - tailLength - footerLength, footerLength));
  const schema = footer.table(1);
  const metadata = Object.fromEntries((schema?.tables(2) ?? []).map((pair) => [pair.text(0), pair.text(1)]));
  const columns = (schema?.tables(1) ?? []).map((field) => ({ name: field.text(0), type: typeOf(field) }));
  const [batch, ...more] = footer.words(3, 3);
  if (batch === undefined || more.length > 0)
    throw new RangeError(batch === undefined ? "it has no record batch" : `it has ${1 + more.length} record batches`);
  const { header, body } = await messageAt(read, batch, bytes);
  const dictionaries: string[][] = [];
  for (const block of footer.words(2, 3)) dictionaries.push(await dictionaryAt(read, block, bytes));
  const buffers = header.words(2, 2);
  const offsets = columns.map((_, i) => body + (buffers[2 * i + 1]?.[0] ?? Number.NaN));
  return { columns, rows: header.int64(0), offsets, dictionaries, metadata };
}

/**
 * Refuses positions and lengths outside of the file. Their sum alone may be within it, and Node ends the process for a
 * length of more than 31 bits.
 */
function boundedReading(read: ReadBytes, bytes: number): ReadBytes {
  return async (offset, length) => {
    if (offset >= 0 && length >= 0 && offset + length <= bytes) return await read(offset, length);
    throw new RangeError(`it refers to ${length} bytes at byte ${offset}, outside of the file`);
  };
}

/** The header of the message that a footer's block refers to, and the offset of its body. */
async function messageAt(
  read: ReadBytes,
  [offset = -1, word = 0]: readonly number[],
  bytes: number,
): Promise<{ readonly header: FlatTable; readonly body: number }> {
  // The block's second word is a 32-bit length and 32 bits of padding.
  const length = word % 2 ** 32;
  if (offset < 0 || length < 8 || offset + length > bytes)
    throw new RangeError(`its message at byte ${offset} is outside of the file`);
  const header = rootTable((await read(offset, length)).subarray(8)).table(2);
  if (header === undefined) throw new RangeError(`the message at byte ${offset} has no header`);
  return { header, body: offset + length };
}

async function dictionaryAt(read: ReadBytes, block: readonly number[], bytes: number): Promise<string[]> {
  const { header, body } = await messageAt(read, block, bytes);
  const data = header.table(1);
  const [, [offsetsAt = 0] = [], [textAt = 0, textLength = 0] = []] = data?.words(2, 2) ?? [];
  const count = data?.int64(0) ?? 0;
  if (!(count >= 0 && body + textAt + textLength <= bytes && 4 * count < bytes))
    throw new RangeError("its dictionary is outside of the file");
  const raw = await read(body + offsetsAt, 4 * (count + 1));
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const texts = await read(body + textAt, textLength);
  const decoder = new TextDecoder();
  return Array.from({ length: count }, (_, i) =>
    decoder.decode(texts.subarray(view.getInt32(4 * i, true), view.getInt32(4 * i + 4, true))),
  );
}

/** The column type of a field, from the type tags in Arrow's Schema.fbs. */
function typeOf(field: FlatTable): ColumnType | undefined {
  const type = field.table(3);
  switch (field.int8(2)) {
    case 2: {
      const name = `${type?.int8(1) === 1 ? "int" : "uint"}${type?.int32(0)}`;
      return (["int8", "uint8", "int32", "uint32", "int64"] as const).find((known) => known === name);
    }
    case 3:
      return ([undefined, "float32", "float64"] as const)[type?.int16(0) ?? 0];
    case 5:
      return "text";
    case 10:
      if (type?.text(1) !== "UTC") return undefined;
      return ([undefined, "timestamp[ms]", undefined, "timestamp[ns]"] as const)[type.int16(0)];
    default:
      return undefined;
  }
}
