import { open } from "node:fs/promises";
import {
  AtcError,
  bytesPerElement,
  type ColumnMetadata,
  dtypeOf,
  fromSystemError,
  type TypedArray,
} from "@atc/contract";
import { type ArrowFileMetadata, readArrowMetadata } from "./arrow-reading.ts";

/** A file that {@link encodeArrow} or {@link encodeArrowBlocks} wrote, read by rows. Disposal closes it. */
export interface ArrowTableFile extends AsyncDisposable {
  /** Number of rows. */
  readonly rows: number;
  /** Names and types in stored order. */
  readonly columns: readonly ColumnMetadata[];
  /** The texts of each column of type `text`. */
  readonly texts: Readonly<Record<string, readonly string[]>>;
  /** Custom metadata of the schema. */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * Rows `from` (inclusive) to `to` (exclusive) of a column: of a text, the indices into its texts.
   *
   * @throws ATC_NOT_FOUND for an unknown column; ATC_IO
   */
  read(column: string, from: number, to: number): Promise<TypedArray>;
}

const arrays = {
  int8: Int8Array,
  uint8: Uint8Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** The texts of the columns of type `text`, whose dictionaries have the same order. */
function textsOf({ dictionaries }: ArrowFileMetadata, columns: readonly ColumnMetadata[]): ArrowTableFile["texts"] {
  const names = columns.filter(({ type }) => type === "text").map(({ name }) => name);
  return Object.fromEntries(names.map((name, i) => [name, dictionaries[i] ?? []]));
}

/**
 * Opens an Arrow file with one record batch, without null values and compression, such as the tables of this package.
 *
 * @throws ATC_CORRUPT_DATA if it is not such a file; ATC_NOT_FOUND, ATC_READ_ONLY or ATC_IO if it cannot be read
 */
export async function openArrowTable(path: string): Promise<ArrowTableFile> {
  const failed = (error: unknown): Error => fromSystemError(error, `cannot read "${path}"`, "check the path");
  const handle = await open(path).catch((error: unknown) => {
    throw failed(error);
  });
  const readBytes = async (offset: number, length: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      // Node ends the process for a length of more than 31 bits.
      const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, 2 ** 30), offset + done);
      if (bytesRead === 0) throw new RangeError("it is truncated");
      done += bytesRead;
    }
    return bytes;
  };
  const corrupt = (reason: string): AtcError =>
    new AtcError("ATC_CORRUPT_DATA", `"${path}" is not a table that atc wrote: ${reason}`, { details: { path } });
  const attempt = async <Result>(action: () => Promise<Result>): Promise<Result> => {
    try {
      return await action();
    } catch (error) {
      throw error instanceof RangeError ? corrupt(error.message) : failed(error);
    }
  };
  try {
    const { size } = await handle.stat();
    const metadata = await attempt(() => readArrowMetadata(readBytes, size));
    const columns = metadata.columns.map(({ name, type }): ColumnMetadata => {
      if (type !== undefined) return { name, type };
      throw corrupt(`its column "${name}" has a type that such tables do not have`);
    });
    return {
      rows: metadata.rows,
      columns,
      texts: textsOf(metadata, columns),
      metadata: metadata.metadata,
      async read(name, from, to) {
        const place = columns.findIndex((column) => column.name === name);
        const column = columns[place];
        if (column === undefined)
          throw new AtcError("ATC_NOT_FOUND", `"${path}" has no column "${name}"`, { details: { path, column: name } });
        const dtype = dtypeOf(column.type);
        const width = bytesPerElement[dtype];
        const offset = (metadata.offsets[place] ?? Number.NaN) + width * from;
        if (!(offset >= 0 && to >= from && offset + width * (to - from) <= size))
          throw corrupt(`its column "${name}" is truncated`);
        const bytes = await attempt(() => readBytes(offset, width * (to - from)));
        return new arrays[dtype](bytes.buffer as ArrayBuffer);
      },
      [Symbol.asyncDispose]: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
