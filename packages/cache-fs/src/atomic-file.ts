import { open, rm, rmdir, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { absentOnly } from "@atc/contract";
import { isRefusal, moveFile, syncDescriptor, syncFolder } from "@atc/plugin-kit";
import { isAbandoned } from "./abandoned-file.ts";
import { listFolder, makeFolder } from "./folder.ts";
import { internalFolder, isAbsent, systemCode } from "./store-path.ts";

/** Writes `value` to the new file `path`. Leaves no file if that fails. */
export async function writeTemporary(path: string, value: Uint8Array, fsync: boolean): Promise<void> {
  const handle = await openNew(path, fsync);
  try {
    await handle.writeFile(value);
    if (fsync) await syncDescriptor(handle.fd);
  } catch (error) {
    await handle.close();
    await rm(path, { force: true });
    throw error;
  }
  await handle.close();
}

async function openNew(path: string, fsync: boolean): ReturnType<typeof open> {
  return recreating(dirname(path), fsync, () => open(path, "wx"));
}

/** Repeats `operation` if its folder is missing: another process has deleted the directory while it was in use. */
async function recreating<T>(folder: string, fsync: boolean, operation: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await operation();
    } catch (error) {
      if (systemCode(error) !== "ENOENT" || attempt === 3) throw error;
      await makeFolder(folder, fsync);
    }
  }
}

/**
 * How long readers and writers of an entry wait for each other on Windows, in ms. After that, a writer moves the old
 * file aside.
 */
export const readerPatience = 100;

/**
 * Moves the file to `target` atomically: readers see the old file or the new one. On Windows a reader that keeps the
 * old file open for long makes the entry absent for a moment instead.
 */
export async function publishFile(temporary: string, target: string, fsync: boolean): Promise<void> {
  const move = (): Promise<void> =>
    recreating(dirname(target), fsync, () => moveFile(temporary, target, { patience: readerPatience }));
  try {
    await move();
  } catch (error) {
    const inTheWay = await obstacleOf(error, target);
    if (inTheWay === undefined) throw error;
    // An empty folder that other keys have left is in the way. If it is in use, rmdir fails.
    if (inTheWay === "folder") {
      await rmdir(target);
      await move();
    } else await moveInPlaceOf(target, `${temporary.slice(0, -".tmp".length)}-old.tmp`, move);
  }
  if (fsync) await syncFolder(dirname(target));
}

/** What kept a file from being moved to `target`; undefined if that was something else. */
async function obstacleOf(error: unknown, target: string): Promise<"folder" | "open file" | undefined> {
  if (systemCode(error) === "EISDIR") return "folder";
  if (!isRefusal(error)) return undefined;
  const found = await stat(target).catch(absentOnly);
  return found === undefined ? undefined : found.isDirectory() ? "folder" : "open file";
}

/**
 * Windows renames an open file, but does not replace it: it is moved to `aside` first, and back if `move` fails. It is
 * removed last, since readers find no entry until `move` is done. What cannot be removed goes with the next store.
 */
async function moveInPlaceOf(target: string, aside: string, move: () => Promise<void>): Promise<void> {
  await moveFile(target, aside);
  try {
    await move();
  } catch (error) {
    await moveFile(aside, target).catch(() => undefined);
    throw error;
  }
  await rm(aside, { force: true }).catch(() => undefined);
}

/** Removes a file. Returns whether it existed. */
export async function removeFile(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    // Unlinking a folder fails with EISDIR on Linux and EPERM elsewhere. A folder is not an entry.
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** Removes the temporary files of killed writers. */
export async function removeAbandonedTemporaries(directory: string): Promise<void> {
  const folder = join(directory, internalFolder);
  for (const name of await listFolder(folder))
    if (name.endsWith(".tmp") && (await isAbandoned(folder, name)))
      await rm(join(folder, name), { recursive: true, force: true });
}
