import { type FileHandle, open, stat } from "node:fs/promises";
import { AtcError, fromSystemError } from "@atc/contract";

/** What tells one state of a file from another. */
export interface FileState {
  /** Bytes. */
  readonly size: number;
  /** Time of the last change, in ns since the epoch. */
  readonly mtimeNs: bigint;
  /** The file's number in its file system. */
  readonly inode: bigint;
}

/** A file and its state as plain data. */
export interface PlainFile {
  /** Its path. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Time of the last change, in ns since the epoch, as decimal digits. */
  readonly mtimeNs: string;
  /** The file's number in its file system, as decimal digits. */
  readonly inode: string;
}

/** A file in a state as plain data. */
export function plainFile(path: string, { size, mtimeNs, inode }: FileState): PlainFile {
  return { path, size, mtimeNs: String(mtimeNs), inode: String(inode) };
}

/** The state that plain data tell of. */
export function stateOfPlain({ size, mtimeNs, inode }: PlainFile): FileState {
  return { size, mtimeNs: BigInt(mtimeNs), inode: BigInt(inode) };
}

/** Throws where `path` is anything but a regular file; asks before opening, as opening a pipe waits for its other end. */
async function checkRegular(path: string): Promise<void> {
  const status = await stat(path).catch((error: unknown) => {
    throw fromSystemError(error, `cannot read "${path}"`, "check the path");
  });
  if (status.isFile()) return;
  if (status.isDirectory())
    throw new AtcError("ATC_INVALID_ARGUMENT", `"${path}" is a directory; give the path of a CSV file in it`, {
      details: { path },
    });
  throw new AtcError(
    "ATC_UNSUPPORTED",
    `"${path}" is a pipe or a device, which can be read only once; write it to a file first and give the file's path`,
    { details: { path } },
  );
}

/** The present state of an open file. */
export async function fileState(handle: FileHandle): Promise<FileState> {
  const status = await handle.stat({ bigint: true });
  return { size: Number(status.size), mtimeNs: status.mtimeNs, inode: status.ino };
}

/**
 * Opens a regular file to read.
 *
 * @throws ATC_NOT_FOUND, ATC_INVALID_ARGUMENT for a directory, ATC_UNSUPPORTED for a pipe or device, ATC_IO
 */
export async function openFile(path: string): Promise<FileHandle> {
  await checkRegular(path);
  return open(path, "r").catch((error: unknown) => {
    throw fromSystemError(error, `cannot open "${path}"`, "check the file's permissions");
  });
}

/** Throws ATC_INVALID_DATA where the file is no longer in the state in which it was opened first. */
export async function checkUnchanged(handle: FileHandle, path: string, before: FileState): Promise<void> {
  const now = await fileState(handle);
  if (now.size === before.size && now.mtimeNs === before.mtimeNs && now.inode === before.inode) return;
  throw new AtcError(
    "ATC_INVALID_DATA",
    `"${path}" changed after it was opened (${before.size} bytes then, ${now.size} now); wait until its writer is done and open it again`,
    { details: { path, size: now.size } },
  );
}

/** Fills `target` from `position` on, or up to the end of the file; returns the bytes read. */
export async function readFully(handle: FileHandle, target: Uint8Array, position: number): Promise<number> {
  let length = 0;
  while (length < target.length) {
    const { bytesRead } = await handle.read(target, length, target.length - length, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}
