import { type FileHandle, open, stat } from "node:fs/promises";
import { fromSystemError } from "@atc/contract";
import { type FileState, fileStateOf, throwIfChanged } from "@atc/plugin-kit";

/** A file and its state as plain data, which can be sent to another thread. */
export interface PlainFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Time of the last change, in ns since the epoch, as decimal digits. */
  readonly mtimeNs: string;
  /** The inode number, as decimal digits. */
  readonly inode: string;
}

const wanted = "a CSV file in it";

/** A file's state as plain data. */
export function plainFile(path: string, { size, mtimeNs, inode }: FileState): PlainFile {
  return { path, size, mtimeNs: String(mtimeNs), inode: String(inode) };
}

function readError(path: string): (error: unknown) => never {
  return (error) => {
    throw fromSystemError(error, `cannot read "${path}"`, "check the disk");
  };
}

/** The state of an open file. */
export async function fileState(handle: FileHandle, path: string): Promise<FileState> {
  const status = await handle.stat({ bigint: true }).catch(readError(path));
  return fileStateOf(path, status, wanted);
}

/**
 * Opens a regular file to read.
 *
 * @throws ATC_NOT_FOUND, ATC_INVALID_ARGUMENT for a directory, ATC_UNSUPPORTED for a pipe or device, ATC_IO
 */
export async function openFile(path: string): Promise<FileHandle> {
  // Checked before opening: to open a pipe blocks until its other end is opened.
  const status = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw fromSystemError(error, `cannot read "${path}"`, "check the path");
  });
  fileStateOf(path, status, wanted);
  return open(path, "r").catch((error: unknown) => {
    throw fromSystemError(error, `cannot open "${path}"`, "check the file's permissions");
  });
}

/** Throws ATC_INVALID_DATA if the file is no longer in the state `before`. */
export async function checkUnchanged(handle: FileHandle, path: string, before: FileState): Promise<void> {
  throwIfChanged(path, before, await fileState(handle, path));
}

/** Like {@link checkUnchanged}, for the state of a {@link PlainFile}. */
export function checkUnchangedPlain(handle: FileHandle, path: string, file: PlainFile): Promise<void> {
  const { size, mtimeNs, inode } = file;
  return checkUnchanged(handle, path, { size, mtimeNs: BigInt(mtimeNs), inode: BigInt(inode) });
}

/**
 * Closes a file that was only read, so that nothing is lost if the disk fails now. Its descriptor is free in any case.
 */
export async function closeFile(handle: FileHandle): Promise<void> {
  await handle.close().catch(() => undefined);
}

/** An open file, and its path for messages. */
export interface OpenFile {
  readonly handle: FileHandle;
  readonly path: string;
}

/** Fills `target` from `position`, or up to the end of the file; returns the bytes read. */
export async function readFully({ handle, path }: OpenFile, target: Uint8Array, position: number): Promise<number> {
  let length = 0;
  while (length < target.length) {
    const { bytesRead } = await handle
      .read(target, length, target.length - length, position + length)
      .catch(readError(path));
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}
