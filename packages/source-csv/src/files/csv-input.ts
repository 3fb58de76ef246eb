import { realpath } from "node:fs/promises";
import { fromSystemError, type JsonObject, type SourceInput } from "@atc/contract";
import { type FileState, identifyingState } from "@atc/plugin-kit";
import type { XXHash } from "xxhash-wasm";
import { type ByteStream, fileBytes, inputBytes } from "./byte-stream.ts";
import { type Compression, compressionOf } from "./encoding.ts";
import { hashFunctions, hexOf } from "./hash.ts";
import { checkUnchanged, closeFile, fileState, openFile, type PlainFile, plainFile, readFully } from "./source-file.ts";

/** Bytes at either end of a file that are part of its identity. */
const endLength = 64 * 1024;

/** An input, open for one reading; disposing closes it. */
interface OpenedInput extends AsyncDisposable {
  /** The bytes from the start, decompressed if they are compressed. `hash` receives the bytes as stored. */
  bytes(hash?: XXHash<bigint>): ByteStream;
  /** Throws ATC_INVALID_DATA if the bytes are no longer those that were inspected. */
  checkUnchanged(): Promise<void>;
}

/** The bytes of a CSV text: a file, or an input that stands for one. */
export interface CsvInput {
  /** The name in messages. */
  readonly name: string;
  /** The name that gives the symbol if no column holds it. */
  readonly fileName: string;
  /** The real path; only files have one. */
  readonly path?: string;
  /** Bytes as stored. */
  readonly size: number;
  /** What identifies the bytes. */
  readonly parts: JsonObject;
  /** The file, if it is not compressed: then it can be read from any offset. */
  readonly plainFile?: PlainFile;
  /** Opens it for one reading. */
  open(): Promise<OpenedInput>;
}

async function fileInput(path: string): Promise<CsvInput> {
  const handle = await openFile(path);
  let state: FileState;
  let ends: { readonly head: string; readonly tail: string; readonly compression: Compression | undefined };
  try {
    state = await fileState(handle, path);
    const { h64Raw } = await hashFunctions();
    const bytes = new Uint8Array(endLength);
    const hex = async (position: number): Promise<string> =>
      hexOf(h64Raw(bytes.subarray(0, await readFully({ handle, path }, bytes, position))));
    const head = await hex(0);
    const compression = state.size === 0 ? undefined : compressionOf(bytes);
    ends = { head, tail: await hex(Math.max(0, state.size - endLength)), compression };
  } finally {
    await closeFile(handle);
  }
  const { head, tail, compression } = ends;
  return {
    name: path,
    fileName: path,
    path: await realPath(path),
    size: state.size,
    parts: { ...identifyingState(state), head, tail },
    ...(compression === undefined ? { plainFile: plainFile(path, state) } : {}),
    open: async () => {
      const opened = await openFile(path);
      return {
        bytes: (hash) => fileBytes({ handle: opened, path, hash, compression }),
        checkUnchanged: () => checkUnchanged(opened, path, state),
        [Symbol.asyncDispose]: () => closeFile(opened),
      };
    },
  };
}

async function realPath(path: string): Promise<string> {
  return await realpath(path).catch((error: unknown) => {
    throw fromSystemError(error, `cannot read "${path}"`, "check the path");
  });
}

async function inputCompression(input: SourceInput): Promise<Compression | undefined> {
  await using bytes = inputBytes(input, {});
  const start = new Uint8Array(4);
  return compressionOf(start.subarray(0, await bytes.read(start)));
}

/** An input that stands for a file. It checks its own bytes for changes. */
async function givenInput(input: SourceInput): Promise<CsvInput> {
  const { name, fileName, size, parts } = input;
  const compression = size > 0 ? await inputCompression(input) : undefined;
  return {
    name,
    fileName,
    size,
    parts,
    open: async () => ({
      bytes: (hash) => inputBytes(input, { compression, hash }),
      checkUnchanged: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    }),
  };
}

/**
 * The input behind a path, or behind bytes that stand for a file.
 *
 * @throws ATC_NOT_FOUND, ATC_INVALID_ARGUMENT for a directory, ATC_UNSUPPORTED for a pipe or device, ATC_IO
 */
export function csvInput(source: string | SourceInput): Promise<CsvInput> {
  return typeof source === "string" ? fileInput(source) : givenInput(source);
}
