import { AtcError, type Codec, type FlatTable } from "@atc/contract";
import type { OpenedFile } from "./arrow-file.ts";
import type { ArrowOptions } from "./arrow-options.ts";
import { corrupt } from "./messages.ts";
import type { ArrowField } from "./schema.ts";

/** A buffer of a column, of which any stretch can be read. */
export interface ArrowBuffer {
  /** Bytes. */
  readonly length: number;
  /** Bytes `[start, start + length)`, at an offset in memory that is a multiple of 8 where `start` is; RangeError beyond the buffer. */
  read(start: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A column of a record batch. */
export interface BatchColumn {
  /** Rows. */
  readonly length: number;
  /** One bit a row, 0 where the value is missing; undefined where none is. */
  readonly validity: ArrowBuffer | undefined;
  /** The other buffers: values; or offsets and text; or views and the buffers they point into. */
  readonly buffers: readonly ArrowBuffer[];
}

/** A record batch: its rows and, on demand, its columns. */
export interface RecordBatch {
  /** Rows. */
  readonly length: number;
  /** The column of the field at `position` in the schema. */
  column(position: number): BatchColumn;
}

/** Where a record batch is read from. */
export interface BatchPlace {
  readonly file: OpenedFile;
  readonly path: string;
  /** Offset of the body in the file. */
  readonly body: number;
  readonly bodyLength: number;
}

const codecNames = ["lz4", "zstd"] as const;
/** The most bytes of one decompressed buffer. */
const longestBuffer = 2 ** 31 - 1;

/** The codec that a batch's buffers are compressed with. */
async function codecOf(header: FlatTable, path: string, find: ArrowOptions["codec"]): Promise<Codec | undefined> {
  const compression = header.table(3);
  if (compression === undefined) return undefined;
  const name = codecNames[compression.int8(0)];
  if (name === undefined || compression.int8(1) !== 0)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `"${path}" is compressed in a way that is not known; write it anew with lz4 or zstd`,
      {
        details: { path },
      },
    );
  if (find !== undefined) return await find(name);
  throw new AtcError(
    "ATC_MISSING_PLUGIN",
    `"${path}" is compressed with ${name}; give the option codec, such as codec: () => ${name}() from @atc/codec-${name}`,
    { details: { path, kind: "codec", name } },
  );
}

function outside(start: number, length: number, whole: number): RangeError {
  return new RangeError(`bytes ${start} to ${start + length} of a buffer of ${whole}`);
}

/** A buffer that lies in the file as it is. */
function plainBuffer({ file, body }: BatchPlace, offset: number, length: number): ArrowBuffer {
  return {
    length,
    read: async (start, count) => {
      if (start < 0 || count < 0 || start + count > length) throw outside(start, count, length);
      return await file.read(body + offset + start, count);
    },
  };
}

/** A compressed buffer: its length, or -1 where it is not compressed after all, then the frame. Decompressed whole when it is needed first. */
async function compressedBuffer(place: BatchPlace, offset: number, stored: number, codec: Codec): Promise<ArrowBuffer> {
  if (stored === 0) return { length: 0, read: plainBuffer(place, offset, 0).read };
  if (stored < 8) throw new RangeError(`a compressed buffer of ${stored} bytes`);
  const head = await place.file.read(place.body + offset, 8);
  const length = Number(new DataView(head.buffer).getBigInt64(0, true));
  if (length === -1) return plainBuffer(place, offset + 8, stored - 8);
  if (length < 0 || length > longestBuffer) throw new RangeError(`a buffer of ${length} bytes`);
  let whole: Promise<Uint8Array<ArrayBuffer>> | undefined;
  const decode = async (): Promise<Uint8Array<ArrayBuffer>> => {
    const target = new Uint8Array(length);
    if (length > 0) codec.decode(await place.file.read(place.body + offset + 8, stored - 8), { target });
    return target;
  };
  return {
    length,
    read: async (start, count) => {
      if (start < 0 || count < 0 || start + count > length) throw outside(start, count, length);
      whole ??= decode();
      return (await whole).subarray(start, start + count);
    },
  };
}

/** Where the nodes and buffers of each field begin. */
function places(
  fields: readonly ArrowField[],
  variadic: readonly number[],
): readonly { readonly node: number; readonly buffer: number; readonly more: number }[] {
  let node = 0;
  let buffer = 0;
  let view = 0;
  return fields.map((field) => {
    const more = variadic.slice(view, view + field.views).reduce((sum, count) => sum + count, 0);
    const place = { node, buffer, more };
    node += field.nodes;
    buffer += field.buffers + more;
    view += field.views;
    return place;
  });
}

/**
 * Reads the header of a record batch, whose fields are `fields`.
 *
 * @throws RangeError where it is damaged, ATC_UNSUPPORTED and ATC_MISSING_PLUGIN for its compression
 */
export async function recordBatch(
  header: FlatTable,
  place: BatchPlace,
  fields: readonly ArrowField[],
  find: ArrowOptions["codec"],
): Promise<RecordBatch> {
  const length = header.int64(0);
  const nodes = header.words(1, 2);
  const stored = header.words(2, 2);
  if (!(length >= 0 && length < 2 ** 40)) throw new RangeError(`a record batch of ${length} rows`);
  for (const [offset = -1, bytes = -1] of stored)
    if (offset < 0 || bytes < 0 || offset + bytes > place.bodyLength)
      throw new RangeError("a buffer outside of its record batch");
  const codec = await codecOf(header, place.path, find);
  const variadic = header.words(4, 1).map(([count = 0]) => count);
  const starts = places(fields, variadic);
  const buffers = await Promise.all(
    stored.map(([offset = 0, bytes = 0]) =>
      codec === undefined ? plainBuffer(place, offset, bytes) : compressedBuffer(place, offset, bytes, codec),
    ),
  );
  return {
    length,
    column: (position) => {
      const start = starts[position];
      const field = fields[position];
      const [rows, missing] = nodes[start?.node ?? -1] ?? [];
      const own = start && buffers.slice(start.buffer, start.buffer + (field?.buffers ?? 0) + start.more);
      if (field === undefined || own === undefined || own.length < 2 || rows !== length)
        throw corrupt(place.path, `the column "${field?.name}" does not have the ${length} rows of its record batch`);
      const [validity, ...others] = own;
      return { length, validity: missing === 0 || validity?.length === 0 ? undefined : validity, buffers: others };
    },
  };
}
