import { type FlatTable, rootTable } from "@atc/plugin-kit";
import { corrupt, unsupported } from "../files/arrow-error.ts";
import type { OpenedFile } from "../files/arrow-file.ts";
import { type ArrowField, longestHeader, schemaFields } from "./schema.ts";

/** The location of a message in the file: its header, then its body. */
export interface MessageLocation {
  /** The offset of the header: its length, then its flatbuffer. */
  readonly offset: number;
  /** Bytes of the header, including its length. */
  readonly length: number;
  /** The offset of the body. */
  readonly body: number;
  /** The offset up to which the body may extend: the next message, or the end. */
  readonly end: number;
}

/** The schema and the messages of an Arrow file. */
export interface ArrowContents {
  /** The columns. */
  readonly fields: readonly ArrowField[];
  /** The dictionaries and record batches, in reading order. */
  readonly messages: readonly MessageLocation[];
}

const magic = "ARROW1";
const endLength = magic.length + 4;
const schemaMessage = 1;
export const dictionaryMessage = 2;
export const batchMessage = 3;

function startsWith(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(bytes.subarray(0, text.length)).toString("latin1") === text;
}

/** The prefix of a header: a marker, which old files lack, and the header's length. */
function prefixOf(bytes: Uint8Array): { readonly prefix: 4 | 8; readonly length: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isMarked = view.getInt32(0, true) === -1;
  return isMarked ? { prefix: 8, length: view.getInt32(4, true) } : { prefix: 4, length: view.getInt32(0, true) };
}

/**
 * Reads the header of a message: its table and its type.
 *
 * @throws RangeError if it is damaged
 */
export async function readMessage(
  file: OpenedFile,
  { offset, length, body, end }: MessageLocation,
): Promise<{ readonly type: number; readonly header: FlatTable; readonly bodyLength: number }> {
  const bytes = await file.read(offset, length);
  const { prefix, length: own } = prefixOf(bytes);
  if (own !== length - prefix) throw new RangeError(`no message at byte ${offset}`);
  const message = rootTable(bytes.subarray(prefix));
  const header = message.table(2);
  if (header === undefined) throw new RangeError(`the message at byte ${offset} has no header`);
  const bodyLength = message.int64(3);
  if (!(bodyLength >= 0 && body + bodyLength <= end))
    throw new RangeError(
      `the message at byte ${offset} has a body of ${bodyLength} bytes, which is too long for its location`,
    );
  return { type: message.int8(1), header, bodyLength };
}

/** The location of the message at `offset` in a stream; undefined at its end. */
async function locationAt(file: OpenedFile, offset: number, size: number): Promise<MessageLocation | undefined> {
  if (offset === size) return undefined;
  if (offset + 8 > size) throw new RangeError(`${size - offset} bytes at byte ${offset}, too few for a message`);
  const { prefix, length } = prefixOf(await file.read(offset, 8));
  if (length === 0) return undefined;
  const body = offset + prefix + length;
  if (length < 0 || length > longestHeader || body > size)
    throw new RangeError(`a header of ${length} bytes at byte ${offset}`);
  return { offset, length: prefix + length, body, end: size };
}

/**
 * The locations of a footer's blocks. They must not overlap: a small file whose blocks share bytes could claim any
 * number of rows.
 *
 * @param end - the offset of the footer
 */
function blockLocations(blocks: readonly (readonly number[])[], end: number): readonly MessageLocation[] {
  const starts = Float64Array.from(blocks, ([offset = -1]) => offset).sort();
  const next = new Map<number, number>();
  for (const [i, start] of starts.entries()) next.set(start, starts[i + 1] ?? end);
  if (next.size < starts.length) throw new RangeError("two of its blocks have the same offset");
  return blocks.map(([offset = -1, headerWord = 0]) => {
    // The second word is a length of 32 bits, then 32 bits of padding.
    const length = headerWord % 2 ** 32;
    const body = offset + length;
    const limit = next.get(offset) as number;
    if (offset < 0 || length < 8 || length > longestHeader || body > limit)
      throw new RangeError(`no message at byte ${offset}`);
    return { offset, length, body, end: limit };
  });
}

/** The messages that a footer lists: dictionaries first. */
async function fileContents(file: OpenedFile, path: string, size: number): Promise<ArrowContents> {
  const tail = await file.read(size - endLength, endLength);
  const length = new DataView(tail.buffer).getInt32(0, true);
  if (!startsWith(tail.subarray(4), magic)) throw new RangeError(`it does not end in "${magic}"`);
  if (length <= 0 || length > Math.min(longestHeader, size - endLength))
    throw new RangeError(`a footer of ${length} bytes`);
  const start = size - endLength - length;
  const footer = rootTable(await file.read(start, length));
  const schema = footer.table(1);
  if (schema === undefined) throw new RangeError("it has no schema");
  const messages = blockLocations([...footer.words(2, 3), ...footer.words(3, 3)], start);
  return { fields: schemaFields(schema, path), messages };
}

/** The messages of a stream, one after another. */
async function streamContents(file: OpenedFile, path: string, size: number): Promise<ArrowContents> {
  let fields: readonly ArrowField[] | undefined;
  const messages: MessageLocation[] = [];
  for (let offset = 0; ; ) {
    const location = await locationAt(file, offset, size);
    if (location === undefined) break;
    const { type, header, bodyLength } = await readMessage(file, location);
    offset = location.body + bodyLength;
    if (type === schemaMessage && fields === undefined) fields = schemaFields(header, path);
    else if (type === dictionaryMessage || type === batchMessage) messages.push(location);
    else throw new RangeError(`a message of type ${type} at byte ${location.offset}`);
  }
  if (fields === undefined) throw new RangeError("it has no schema");
  return { fields, messages };
}

/**
 * Finds schema, dictionaries and record batches of an Arrow file or stream.
 *
 * @throws ATC_CORRUPT_DATA if it is damaged, ATC_UNSUPPORTED if it is of another format or has too many columns
 */
export async function readContents(file: OpenedFile, path: string, size: number): Promise<ArrowContents> {
  const start = await file.read(0, Math.min(8, size));
  if (startsWith(start, "FEA1"))
    throw unsupported(path, "is a Feather file of version 1; rewrite it as version 2 (pyarrow.feather.write_feather)");
  const isStream = startsWith(start, "\u00ff\u00ff\u00ff\u00ff");
  if (!startsWith(start, magic) && !isStream)
    throw unsupported(path, "is not an Arrow or Feather file; give one, or choose another source with --source");
  if (!isStream && size < 2 * endLength) throw corrupt(path, `it has only ${size} bytes`);
  try {
    return isStream ? await streamContents(file, path, size) : await fileContents(file, path, size);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw corrupt(path, error.message, error);
  }
}
