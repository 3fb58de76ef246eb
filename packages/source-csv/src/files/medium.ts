import { realpath } from "node:fs/promises";
import type { JsonObject, SourceInput } from "@atc/contract";
import type { XXHash } from "xxhash-wasm";
import { type ByteInput, byteInput, streamInput } from "./byte-input.ts";
import { isGzip } from "./encoding.ts";
import { hashFunctions, hexOf } from "./hash.ts";
import {
  checkUnchanged,
  type FileState,
  fileState,
  openFile,
  type PlainFile,
  plainFile,
  readFully,
} from "./source-file.ts";

/** Bytes at either end of a file that are part of the identity. */
const endLength = 64 * 1024;

/** Where the bytes come from, opened for one reading; disposing closes it. */
interface OpenedMedium extends AsyncDisposable {
  /** The bytes from the start, decompressed where they are compressed. */
  input(hash?: XXHash<bigint>): ByteInput;
  /** Throws ATC_INVALID_DATA where the bytes are no longer those that were inspected. */
  checkUnchanged(): Promise<void>;
}

/** Where the bytes come from: a file, or an input that stands for one. */
export interface Medium {
  /** The name in messages. */
  readonly name: string;
  /** The name from which a symbol is told. */
  readonly fileName: string;
  /** The real path of a file. */
  readonly path?: string;
  /** Bytes as they are stored. */
  readonly size: number;
  /** What identifies the bytes. */
  readonly parts: JsonObject;
  /** The file whose bytes are the text, which can be read from anywhere; absent where they are compressed or no file. */
  readonly plainFile?: PlainFile;
  /** Opens it for one reading. */
  open(): Promise<OpenedMedium>;
}

/** A regular file, both ends of which are looked at. */
async function fileMedium(path: string): Promise<Medium> {
  const handle = await openFile(path);
  let state: FileState;
  let ends: { readonly head: string; readonly tail: string; readonly gzip: boolean };
  try {
    state = await fileState(handle);
    const { h64Raw } = await hashFunctions();
    const bytes = new Uint8Array(endLength);
    const hex = async (position: number): Promise<string> =>
      hexOf(h64Raw(bytes.subarray(0, await readFully(handle, bytes, position))));
    const head = await hex(0);
    const gzip = isGzip(bytes);
    ends = { head, tail: await hex(Math.max(0, state.size - endLength)), gzip };
  } finally {
    await handle.close();
  }
  const { head, tail, gzip } = ends;
  return {
    name: path,
    fileName: path,
    path: await realpath(path),
    size: state.size,
    parts: { size: state.size, mtimeNs: String(state.mtimeNs), inode: String(state.inode), head, tail },
    ...(gzip ? {} : { plainFile: plainFile(path, state) }),
    open: async () => {
      const opened = await openFile(path);
      return {
        input: (hash) => byteInput({ handle: opened, path, hash, gzip }),
        checkUnchanged: () => checkUnchanged(opened, path, state),
        [Symbol.asyncDispose]: () => opened.close(),
      };
    },
  };
}

async function startsAsGzip(input: SourceInput): Promise<boolean> {
  await using bytes = streamInput(input, { gzip: false });
  const start = new Uint8Array(2);
  await bytes.read(start);
  return isGzip(start);
}

/** An input that stands for a file, which watches over its bytes itself. */
async function inputMedium(input: SourceInput): Promise<Medium> {
  const { name, fileName, size, parts } = input;
  const gzip = size > 0 && (await startsAsGzip(input));
  return {
    name,
    fileName,
    size,
    parts,
    open: async () => ({
      input: (hash) => streamInput(input, { gzip, hash }),
      checkUnchanged: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    }),
  };
}

/**
 * The medium behind a path or an input.
 *
 * @throws ATC_NOT_FOUND, ATC_INVALID_ARGUMENT for a directory, ATC_UNSUPPORTED for a pipe or device, ATC_IO
 */
export function mediumOf(source: string | SourceInput): Promise<Medium> {
  return typeof source === "string" ? fileMedium(source) : inputMedium(source);
}
