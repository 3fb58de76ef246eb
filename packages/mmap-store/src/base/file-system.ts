import { fdatasync, writeSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, readlink, rm, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { absentOnly, fromSystemError } from "@atc/contract";
import { makeFolders, syncDescriptor } from "@atc/plugin-kit";

/** The names in a directory; none if it does not exist. */
export async function entriesOf(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return [];
    throw fromSystemError(error, `cannot list "${directory}"`, "check the disk and its permissions");
  }
}

const syncDataOf = promisify(fdatasync);

/**
 * Makes a file durable. `FileHandle.sync` is not used here, because the `node:fs` of Yarn Plug'n'Play does not
 * implement it.
 */
export function syncFile(file: FileHandle): Promise<void> {
  return syncDescriptor(file.fd);
}

/** Makes the bytes of a file durable, but not its times. Like {@link syncFile}, it needs no `FileHandle.datasync`. */
export function syncFileData(file: FileHandle): Promise<void> {
  return syncDataOf(file.fd);
}

/** Writes a file and makes its bytes durable, but not its name. With `wx`, the file must be new. */
export async function writeDurably(path: string, text: string | Uint8Array, flags: "w" | "wx" = "wx"): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.writeFile(text);
    await syncFile(file);
  } finally {
    await file.close();
  }
}

/**
 * Removes a file or directory. Never fails: Windows refuses while the file is mapped, and the next lock tries again.
 */
export async function removeQuietly(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    // The next lock tries again.
  }
}

/** Removes a file. Does nothing if it does not exist. */
export async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
  }
}

/** Whether `error` is Node's error with one of these system codes, such as `ENOENT`. */
export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

/** Creates a directory and its parents. */
export async function makeDirectories(directory: string): Promise<void> {
  await makeFolders(directory, { mkdir, stat, readlink, dirname });
}

/** Whether there is something at `path`. Throws if that cannot be determined. */
export async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path).catch(absentOnly)) !== undefined;
  } catch (error) {
    throw fromSystemError(error, `cannot look for "${path}"`, "check the disk and its permissions");
  }
}

/**
 * Writes of fewer bytes are synchronous: for a few hundred bytes the way to a pool thread and back takes ten times as
 * long as the write.
 */
const synchronousBytes = 16 * 1024;

/** Writes all of `bytes`, in several calls if the system writes fewer at once. */
export async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const left = bytes.length - done;
    done +=
      left < synchronousBytes
        ? writeSync(file.fd, bytes, done, left, position + done)
        : (await file.write(bytes, done, left, position + done)).bytesWritten;
  }
}

/** Fills `target` from byte `position` of a file; throws RangeError if the file ends before. */
export async function readFully(file: FileHandle, target: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < target.length; ) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) throw new RangeError(`it ends at byte ${position + done}`);
    done += bytesRead;
  }
}
