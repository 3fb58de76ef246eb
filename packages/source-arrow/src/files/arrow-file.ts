import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { AtcError, fromSystemError, type JsonObject } from "@atc/contract";
import { type FileState, fileStateOf, identifyingState, throwIfChanged } from "@atc/plugin-kit";
import xxhash from "xxhash-wasm";

/** A file, open for one reading. */
export interface OpenedFile extends AsyncDisposable {
  /**
   * Reads the bytes `[offset, offset + length)`.
   *
   * @throws ATC_CORRUPT_DATA beyond the end of the file, ATC_IO
   */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Throws ATC_INVALID_DATA if the file changed after it was first opened. */
  checkUnchanged(): Promise<void>;
}

/** A regular file. */
export interface ArrowFile {
  /** The path as it was given. */
  readonly path: string;
  /** The real, absolute path. */
  readonly realPath: string;
  /** Bytes. */
  readonly size: number;
  /** What identifies its bytes. */
  readonly parts: JsonObject;
  /** Opens it for one reading. */
  open(): Promise<OpenedFile>;
}

/** Bytes at either end of the file that are part of its identity. */
const endLength = 64 * 1024;

const wanted = "an Arrow file in it";

async function stateOf(handle: FileHandle, path: string): Promise<FileState> {
  return fileStateOf(path, await handle.stat({ bigint: true }), wanted);
}

async function openRegular(path: string): Promise<FileHandle> {
  // Checked before opening: to open a pipe blocks until its other end is opened.
  const status = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw fromSystemError(error, `cannot read "${path}"`, "check the path");
  });
  fileStateOf(path, status, wanted);
  return await open(path, "r").catch((error: unknown) => {
    throw fromSystemError(error, `cannot open "${path}"`, "check the file's permissions");
  });
}

function readerOf(handle: FileHandle, path: string, size: number): OpenedFile["read"] {
  return async (offset, length) => {
    // Checked before the allocation: damaged bytes may ask for any length.
    if (!(offset >= 0 && length >= 0 && offset + length <= size))
      throw new AtcError(
        "ATC_CORRUPT_DATA",
        `"${path}" has ${size} bytes, but refers to bytes ${offset} to ${offset + length}; fetch it again`,
        { details: { path } },
      );
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const { bytesRead } = await handle.read(bytes, done, length - done, offset + done).catch((error: unknown) => {
        throw fromSystemError(error, `cannot read "${path}"`, "check the disk");
      });
      if (bytesRead === 0)
        throw new AtcError("ATC_CORRUPT_DATA", `"${path}" ends at byte ${offset + done}: it was cut; fetch it again`, {
          details: { path },
        });
      done += bytesRead;
    }
    return bytes;
  };
}

function opened(handle: FileHandle, path: string, before: FileState): OpenedFile {
  return {
    read: readerOf(handle, path, before.size),
    checkUnchanged: async () => throwIfChanged(path, before, await stateOf(handle, path)),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

/**
 * Opens a regular file and takes its state.
 *
 * @throws ATC_NOT_FOUND, ATC_INVALID_ARGUMENT for a directory, ATC_UNSUPPORTED for a pipe or device, ATC_INVALID_DATA
 * for an empty file, ATC_IO
 */
export async function arrowFile(path: string): Promise<ArrowFile> {
  const handle = await openRegular(path);
  const state = await stateOf(handle, path);
  await using file = opened(handle, path, state);
  if (state.size === 0) throw new AtcError("ATC_INVALID_DATA", `"${path}" is empty; rewrite it`, { details: { path } });
  const { h64Raw } = await xxhash();
  const length = Math.min(endLength, state.size);
  const hex = async (offset: number): Promise<string> =>
    h64Raw(await file.read(offset, length))
      .toString(16)
      .padStart(16, "0");
  return {
    path,
    realPath: await realpath(path),
    size: state.size,
    parts: { ...identifyingState(state), head: await hex(0), tail: await hex(state.size - length) },
    open: async () => opened(await openRegular(path), path, state),
  };
}
