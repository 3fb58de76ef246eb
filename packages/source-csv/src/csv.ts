import type { FileHandle } from "node:fs/promises";
import { realpath } from "node:fs/promises";
import { AtcError, type ChunksOptions, type DataSource, type JsonObject, type SourceSummary } from "@atc/contract";
import { CR, LF, padding } from "./byte.ts";
import { byteInput } from "./byte-input.ts";
import { chunksOf, type OpenedFile } from "./chunks.ts";
import { type CsvOptions, checkOptions, identifyingOptions } from "./csv-options.ts";
import { checkEncoding, isGzip } from "./encoding.ts";
import { hashFunctions, hexOf } from "./hash.ts";
import { detectLayout, type FileHead } from "./layout.ts";
import { type FileState, fileState, openFile, readFully } from "./source-file.ts";

/** Raised when the same bytes are read to other values than before, so that stored results are not taken for current. */
const readerVersion = 1;
/** Bytes at either end of the file that are part of the identity. */
const endLength = 64 * 1024;
/** Bytes of text from which separator, header, times and types of columns are told: as many as a line may have. */
const headLength = 1024 * 1024;

/** Hashes of both ends of a file; whether it starts as gzip. */
async function hashEnds(handle: FileHandle, size: number): Promise<{ head: string; tail: string; gzip: boolean }> {
  const { h64Raw } = await hashFunctions();
  const bytes = new Uint8Array(endLength);
  const hex = async (position: number): Promise<string> => {
    const length = await readFully(handle, bytes, position);
    return hexOf(h64Raw(bytes.subarray(0, length)));
  };
  const head = await hex(0);
  const gzip = isGzip(bytes);
  return { head, tail: await hex(Math.max(0, size - endLength)), gzip };
}

/** The start of the file's text, without a byte order mark. */
async function readHead(handle: FileHandle, path: string, gzip: boolean): Promise<FileHead> {
  await using input = byteInput({ handle, path, gzip });
  const bytes = new Uint8Array(headLength + padding);
  const end = await input.read(bytes.subarray(0, headLength));
  const start = checkEncoding(bytes.subarray(0, Math.min(end, endLength)), path);
  const text = bytes.subarray(0, end);
  const loneReturns = text.includes(CR) && !text.includes(LF);
  if (loneReturns) for (let i = 0; i < end; i++) if (bytes[i] === CR) bytes[i] = LF;
  bytes.fill(LF, end);
  return { bytes, start, end, final: end < headLength, loneReturns };
}

/** Opens the file, looks at its ends and its first rows, and closes it. */
async function inspect(path: string, options: CsvOptions): Promise<{ file: OpenedFile; parts: JsonObject }> {
  const handle = await openFile(path);
  try {
    const state: FileState = await fileState(handle);
    if (state.size === 0)
      throw new AtcError("ATC_INVALID_DATA", `"${path}" is empty; give a CSV file with a header line and rows`, {
        details: { path },
      });
    const { head, tail, gzip } = await hashEnds(handle, state.size);
    const layout = detectLayout(await readHead(handle, path, gzip), path, options);
    const parts: JsonObject = {
      reader: `@atc/source-csv/${readerVersion}`,
      size: state.size,
      mtimeNs: String(state.mtimeNs),
      inode: String(state.inode),
      head,
      tail,
      options: identifyingOptions(options),
      // The file's name gives the symbol, so that a renamed file is another source.
      ...(layout.symbol === undefined ? {} : { symbol: layout.symbol }),
    };
    return { file: { path, state, gzip, layout, badRows: options.badRows ?? "error" }, parts };
  } finally {
    await handle.close();
  }
}

/**
 * Opens a CSV file of bars or ticks as a source of column chunks: tells gzip, byte order mark, separator, header, times and types of columns
 * from its first rows. Times become `timestamp[ms]` for bars (finer parts cut off) and `timestamp[ns]` for ticks, UTC where they name no
 * zone; numbers are float64, bit-equal to `Number()` of their text. A missing volume is NaN; a missing price is a bad row. Rows are read by
 * `chunks`, in memory that does not grow with the file (dictionaries of texts do).
 *
 * @param path - a regular file
 * @throws ATC_NOT_FOUND; ATC_INVALID_ARGUMENT for a directory or an option out of range; ATC_UNSUPPORTED for a pipe, UTF-16 or a format that
 * is not CSV; ATC_INVALID_DATA for a file without rows or without columns of a time and a price; ATC_CORRUPT_DATA for a damaged gzip file; ATC_IO
 */
export async function csv(path: string, options: CsvOptions = {}): Promise<DataSource> {
  checkOptions(options);
  const { file, parts } = await inspect(path, options);
  const resolved = await realpath(path);
  let closed = false;
  let latest: SourceSummary | undefined;
  const checkOpen = (): void => {
    if (closed) throw new AtcError("ATC_CLOSED", `the source of "${path}" was disposed; open the file again`);
  };
  return {
    identity: { name: path, path: resolved, parts },
    kind: file.layout.kind,
    columns: file.layout.columns,
    chunks: (chunksOptions: ChunksOptions = {}) => {
      checkOpen();
      return chunksOf(
        file,
        chunksOptions,
        () => closed,
        (summary) => {
          latest = summary;
        },
      );
    },
    summary: () => {
      checkOpen();
      return latest;
    },
    [Symbol.asyncDispose]: async () => {
      closed = true;
    },
  };
}
