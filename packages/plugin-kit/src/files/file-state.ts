import type { JsonObject } from "@atc/contract";
import { AtcError } from "@atc/contract";

/** Distinguishes one state of a file from another. */
export interface FileState {
  /** Bytes. */
  readonly size: number;
  /** Time of the last change, in ns since the epoch. */
  readonly mtimeNs: bigint;
  /** The file's inode number. */
  readonly inode: bigint;
}

/** The status of a path, as Node's `stat` returns it with `bigint`. */
export interface FileStatus {
  /** Bytes. */
  readonly size: bigint;
  /** Time of the last change, in ns since the epoch. */
  readonly mtimeNs: bigint;
  /** The file's inode number. */
  readonly ino: bigint;
  /** Whether it is a regular file. */
  isFile(): boolean;
  /** Whether it is a directory. */
  isDirectory(): boolean;
}

/**
 * The state of a regular file.
 *
 * @param wanted - what to ask for if the path is a directory: `a CSV file in it`
 * @throws ATC_INVALID_ARGUMENT for a directory, ATC_UNSUPPORTED for a pipe or a device
 */
export function fileStateOf(path: string, status: FileStatus, wanted: string): FileState {
  const { size, mtimeNs, ino } = status;
  if (status.isFile()) return { size: Number(size), mtimeNs, inode: ino };
  if (status.isDirectory())
    throw new AtcError("ATC_INVALID_ARGUMENT", `"${path}" is a directory; give the path of ${wanted}`, {
      details: { path },
    });
  throw new AtcError(
    "ATC_UNSUPPORTED",
    `"${path}" is a pipe or a device, which can be read only once; write it to a file first and give the file's path`,
    { details: { path } },
  );
}

/** Throws ATC_INVALID_DATA if a file changed after it was opened. */
export function throwIfChanged(path: string, before: FileState, now: FileState): void {
  if (now.size === before.size && now.mtimeNs === before.mtimeNs && now.inode === before.inode) return;
  throw new AtcError(
    "ATC_INVALID_DATA",
    `"${path}" changed after it was opened (${before.size} bytes then, ${now.size} now); wait until its writer has finished, and open it again`,
    { details: { path, size: now.size } },
  );
}

/** A state as plain data, for a source's identity. */
export function identifyingState({ size, mtimeNs, inode }: FileState): JsonObject {
  return { size, mtimeNs: String(mtimeNs), inode: String(inode) };
}
