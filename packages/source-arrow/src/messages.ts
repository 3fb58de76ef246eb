import { AtcError, type FlatTable, rootTable } from "@atc/contract";
import type { OpenedFile } from "./arrow-file.ts";
import { type ArrowField, schemaFields } from "./schema.ts";

/** Where a message lies: its header, then its body. */
export interface MessagePlace {
  /** Offset of the header's flatbuffer. */
  readonly offset: number;
  /** Bytes of the header. */
  readonly length: number;
  /** Offset of the body. */
  readonly body: number;
}

/** What an Arrow file says of itself. */
export interface ArrowContents {
  /** The columns. */
  readonly fields: readonly ArrowField[];
  /** The dictionaries and record batches, in the order in which they are to be read. */
  readonly messages: readonly MessagePlace[];
}

const magic = "ARROW1";
const endLength = magic.length + 4;
/** Bytes of a header: thousands of columns fit. */
const longestHeader = 64 * 1024 * 1024;
const schemaMessage = 1;
export const dictionaryMessage = 2;
export const batchMessage = 3;

/** An error for a file that is not what its parts say. */
export function corrupt(path: string, reason: string, cause?: unknown): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `"${path}" is damaged or cut: ${reason}; fetch it again or write it anew`, {
    ...(cause === undefined ? {} : { cause }),
    details: { path },
  });
}

function unsupported(path: string, what: string): AtcError {
  return new AtcError("ATC_UNSUPPORTED", `"${path}" ${what}`, { details: { path } });
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(bytes.subarray(0, text.length)).toString("latin1") === text;
}

/** The header of a message; its table and its type. */
export async function readMessage(
  file: OpenedFile,
  { offset, length }: Pick<MessagePlace, "offset" | "length">,
): Promise<{ readonly type: number; readonly header: FlatTable; readonly bodyLength: number }> {
  const message = rootTable(await file.read(offset, length));
  const header = message.table(2);
  if (header === undefined) throw new RangeError(`the message at byte ${offset} has no header`);
  return { type: message.int8(1), header, bodyLength: message.int64(3) };
}

/** The place of the message at `offset`, which a length precedes; undefined at the end of a stream. */
async function placeAt(file: OpenedFile, offset: number, size: number): Promise<MessagePlace | undefined> {
  if (offset === size) return undefined;
  if (offset + 8 > size) throw new RangeError(`${size - offset} bytes at byte ${offset} where a message should be`);
  const view = new DataView((await file.read(offset, 8)).buffer);
  const isMarked = view.getInt32(0, true) === -1;
  const length = view.getInt32(isMarked ? 4 : 0, true);
  if (length === 0) return undefined;
  const start = offset + (isMarked ? 8 : 4);
  if (length < 0 || length > longestHeader || start + length > size)
    throw new RangeError(`a header of ${length} bytes at byte ${offset}`);
  return { offset: start, length, body: start + length };
}

/** The messages that a footer lists: dictionaries first. */
async function fileContents(file: OpenedFile, size: number): Promise<ArrowContents> {
  const tail = await file.read(size - endLength, endLength);
  const length = new DataView(tail.buffer).getInt32(0, true);
  if (!startsWith(tail.subarray(4), magic)) throw new RangeError(`it does not end in "${magic}"`);
  if (length <= 0 || length > Math.min(longestHeader, size - endLength))
    throw new RangeError(`a footer of ${length} bytes`);
  const footer = rootTable(await file.read(size - endLength - length, length));
  const schema = footer.table(1);
  if (schema === undefined) throw new RangeError("it has no schema");
  const messages: MessagePlace[] = [];
  for (const [offset = -1, headerWord = 0] of [...footer.words(2, 3), ...footer.words(3, 3)]) {
    const place = offset < 0 ? undefined : await placeAt(file, offset, size);
    // The block's second word is a 32-bit length and 32 bits of padding; it counts the marker and the length too.
    if (place === undefined || place.body !== offset + (headerWord % 2 ** 32))
      throw new RangeError(`no message at byte ${offset}`);
    messages.push(place);
  }
  return { fields: schemaFields(schema), messages };
}

/** The messages of a stream, one after another. */
async function streamContents(file: OpenedFile, size: number): Promise<ArrowContents> {
  let fields: readonly ArrowField[] | undefined;
  const messages: MessagePlace[] = [];
  for (let offset = 0; ; ) {
    const place = await placeAt(file, offset, size);
    if (place === undefined) break;
    const { type, header, bodyLength } = await readMessage(file, place);
    offset = place.body + bodyLength;
    if (bodyLength < 0 || offset > size)
      throw new RangeError(`the message at byte ${place.offset} ends beyond the file`);
    if (type === schemaMessage && fields === undefined) fields = schemaFields(header);
    else if (type === dictionaryMessage || type === batchMessage) messages.push(place);
    else throw new RangeError(`a message of type ${type} at byte ${place.offset}`);
  }
  if (fields === undefined) throw new RangeError("it has no schema");
  return { fields, messages };
}

/**
 * Finds schema, dictionaries and record batches of an Arrow file or stream.
 *
 * @throws ATC_CORRUPT_DATA where it is damaged, ATC_UNSUPPORTED where it is of another format
 */
export async function readContents(file: OpenedFile, path: string, size: number): Promise<ArrowContents> {
  const start = await file.read(0, Math.min(8, size));
  if (startsWith(start, "FEA1"))
    throw unsupported(
      path,
      "is a Feather file of version 1; write it anew as version 2 (pyarrow.feather.write_feather)",
    );
  const isStream = startsWith(start, "\u00ff\u00ff\u00ff\u00ff");
  if (!startsWith(start, magic) && !isStream)
    throw unsupported(path, "is no Arrow or Feather file; give one, or choose another source with --source");
  if (!isStream && size < 2 * endLength) throw corrupt(path, `it has only ${size} bytes`);
  try {
    return isStream ? await streamContents(file, size) : await fileContents(file, size);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw corrupt(path, error.message, error);
  }
}
