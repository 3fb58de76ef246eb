import { AtcError, type Codec } from "@atc/contract";
import type { FlatTable } from "@atc/plugin-kit";
import { corrupt } from "../files/arrow-error.ts";
import type { OpenedFile } from "../files/arrow-file.ts";
import type { ArrowOptions } from "../files/arrow-options.ts";
import { type ArrowField, neededBytes } from "./schema.ts";

/** A buffer of a column, of which any range can be read. */
export interface ArrowBuffer {
  /** Bytes in the file. */
  readonly stored: number;
  /**
   * Reads the bytes `[start, start + length)`. They are aligned to 8 bytes in memory if `start` is a multiple of 8.
   *
   * @throws RangeError beyond the buffer
   */
  read(start: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A column of a record batch. */
export interface BatchColumn {
  /** Rows. */
  readonly length: number;
  /** One bit per row, 0 if the value is missing; undefined if none is. */
  readonly validity: ArrowBuffer | undefined;
  /** The other buffers: values; or offsets and text; or views and the buffers that they point into. */
  readonly buffers: readonly ArrowBuffer[];
}

/** A record batch: its rows and, on demand, its columns. */
export interface RecordBatch {
  /** Rows. */
  readonly length: number;
  /** The column of the field at `position` in the schema. */
  column(position: number): BatchColumn;
}

/** The location of a record batch. */
export interface BatchLocation {
  readonly file: OpenedFile;
  readonly path: string;
  /** The offset of the body in the file. */
  readonly body: number;
  readonly bodyLength: number;
}

const codecNames = ["lz4", "zstd"] as const;
/** The most bytes that a byte of a frame can expand to: a Zstandard block of four bytes may repeat one for 128 KiB. */
const largestExpansion = { lz4: 255, zstd: 2 ** 15 } as const;
/** The most bytes of one decompressed buffer. */
const longestBuffer = 2 ** 31 - 1;
/** Bytes that a writer may leave behind the values of a buffer. */
const spareBytes = 65_536;

interface BufferCodec {
  readonly codec: Codec;
  readonly expansion: number;
}

/** The codec of a batch's buffers; undefined if they are not compressed. */
async function codecOf(header: FlatTable, path: string, find: ArrowOptions["codec"]): Promise<BufferCodec | undefined> {
  const compression = header.table(3);
  if (compression === undefined) return undefined;
  const name = codecNames[compression.int8(0)];
  if (name === undefined || compression.int8(1) !== 0)
    throw new AtcError("ATC_UNSUPPORTED", `"${path}" has an unknown compression; rewrite it with lz4 or zstd`, {
      details: { path },
    });
  if (find !== undefined) return { codec: await find(name), expansion: largestExpansion[name] };
  throw new AtcError(
    "ATC_MISSING_PLUGIN",
    `"${path}" is compressed with ${name}; give the option codec, such as codec: () => ${name}() from @atc/codec-${name}`,
    { details: { path, kind: "codec", name } },
  );
}

function outside(start: number, length: number, whole: number): RangeError {
  return new RangeError(`bytes ${start} to ${start + length} of a buffer of ${whole}`);
}

/** A buffer that is not compressed. */
function plainBuffer({ file, body }: BatchLocation, offset: number, length: number): ArrowBuffer {
  return {
    stored: length,
    read: async (start, count) => {
      if (start < 0 || count < 0 || start + count > length) throw outside(start, count, length);
      return await file.read(body + offset + start, count);
    },
  };
}

/** Decompresses a frame that claims `length` bytes. Nothing is allocated for a frame that cannot hold them. */
function decompressed(frame: Uint8Array, length: number, { codec, expansion }: BufferCodec): Uint8Array<ArrayBuffer> {
  if (length === 0) return new Uint8Array(0);
  const refuse = (found: string): RangeError => new RangeError(`a buffer of ${length} bytes in a frame of ${found}`);
  if (length > expansion * frame.length) throw refuse(`${frame.length} bytes`);
  // Without a target, the codec checks the length against the frame before it allocates.
  const whole = codec.decode(frame, { maxLength: length });
  if (whole.length !== length) throw refuse(`${whole.length}`);
  const isAligned = whole.byteOffset % 8 === 0 && whole.buffer instanceof ArrayBuffer;
  return isAligned ? (whole as Uint8Array<ArrayBuffer>) : new Uint8Array(whole);
}

/**
 * A compressed buffer: its length, then the frame. A length of -1 marks bytes that are not compressed. The first read
 * decompresses the whole buffer.
 *
 * @param needed - bytes that the rows of its batch need; undefined if the batch does not determine them
 */
function compressedBuffer(
  location: BatchLocation,
  offset: number,
  stored: number,
  codec: BufferCodec,
  needed: number | undefined,
): ArrowBuffer {
  if (stored === 0) return plainBuffer(location, offset, 0);
  if (stored < 8) throw new RangeError(`a compressed buffer of ${stored} bytes`);
  const open = async (): Promise<{ readonly length: number; readonly read: ArrowBuffer["read"] }> => {
    const head = await location.file.read(location.body + offset, 8);
    const length = Number(new DataView(head.buffer).getBigInt64(0, true));
    if (length === -1) return { length: stored - 8, read: plainBuffer(location, offset + 8, stored - 8).read };
    const most = Math.min(longestBuffer, needed === undefined ? longestBuffer : 2 * needed + spareBytes);
    if (!(length >= (needed ?? 0) && length <= most))
      throw new RangeError(
        `a buffer of ${length} bytes${needed === undefined ? "" : `, of which its rows need ${needed}`}`,
      );
    const whole = decompressed(await location.file.read(location.body + offset + 8, stored - 8), length, codec);
    return { length, read: async (start, count) => whole.subarray(start, start + count) };
  };
  let opened: ReturnType<typeof open> | undefined;
  return {
    stored,
    read: async (start, count) => {
      opened ??= open();
      const { length, read } = await opened;
      if (start < 0 || count < 0 || start + count > length) throw outside(start, count, length);
      return await read(start, count);
    },
  };
}

/** Throws RangeError if buffers leave the body, or share bytes: a small file could claim any number of values. */
function checkBuffers(stored: readonly (readonly number[])[], bodyLength: number): void {
  for (const [offset = -1, bytes = -1] of stored)
    if (offset < 0 || bytes < 0 || offset + bytes > bodyLength)
      throw new RangeError("a buffer is outside of its record batch");
  const filled = stored.filter(([, bytes = 0]) => bytes > 0).sort(([a = 0], [b = 0]) => a - b);
  let end = 0;
  for (const [offset = 0, bytes = 0] of filled) {
    if (offset < end) throw new RangeError("two buffers of a record batch share bytes");
    end = offset + bytes;
  }
}

/** The index of each field's first node and first buffer, and how many buffers its views have. */
function bufferStarts(
  fields: readonly ArrowField[],
  variadic: readonly number[],
): readonly { readonly node: number; readonly buffer: number; readonly more: number }[] {
  let node = 0;
  let buffer = 0;
  let view = 0;
  return fields.map((field) => {
    const more = variadic.slice(view, view + field.views).reduce((sum, count) => sum + count, 0);
    const location = { node, buffer, more };
    node += field.nodes;
    buffer += field.buffers + more;
    view += field.views;
    return location;
  });
}

/**
 * Reads the header of a record batch.
 *
 * @param find - the option `codec`
 * @throws RangeError if it is damaged, ATC_UNSUPPORTED and ATC_MISSING_PLUGIN for its compression
 */
export async function recordBatch(
  header: FlatTable,
  location: BatchLocation,
  fields: readonly ArrowField[],
  find: ArrowOptions["codec"],
): Promise<RecordBatch> {
  const length = header.int64(0);
  const nodes = header.words(1, 2);
  const stored = header.words(2, 2);
  if (!(length >= 0 && length < 2 ** 40)) throw new RangeError(`a record batch of ${length} rows`);
  checkBuffers(stored, location.bodyLength);
  const codec = await codecOf(header, location.path, find);
  const variadic = header.words(4, 1).map(([count = 0]) => count);
  if (variadic.some((count) => count < 0)) throw new RangeError("a text view has a negative number of buffers");
  const starts = bufferStarts(fields, variadic);
  const refuse = (position: number): AtcError =>
    corrupt(
      location.path,
      `the column "${fields[position]?.name}" does not have the ${length} rows of its record batch`,
    );
  const columnAt = (position: number): BatchColumn => {
    const start = starts[position];
    const field = fields[position];
    const [rows, missing] = nodes[start?.node ?? -1] ?? [];
    const own = start && stored.slice(start.buffer, start.buffer + (field?.buffers ?? 0) + start.more);
    if (field === undefined || own === undefined || own.length < 2 || rows !== length) throw refuse(position);
    const values = neededBytes(field, length);
    const [validity, ...others] = own.map(([offset = 0, bytes = 0], i) => {
      const needed = i === 0 ? Math.ceil(length / 8) : i === 1 ? values : undefined;
      if (codec !== undefined) return compressedBuffer(location, offset, bytes, codec, needed);
      if (i === 1 && bytes < (values ?? 0)) throw refuse(position);
      return plainBuffer(location, offset, bytes);
    });
    return { length, validity: missing === 0 || validity?.stored === 0 ? undefined : validity, buffers: others };
  };
  const columns = new Map<number, BatchColumn>();
  return {
    length,
    column: (position) => {
      const known = columns.get(position) ?? columnAt(position);
      columns.set(position, known);
      return known;
    },
  };
}
