import { fsync as syncOf } from "node:fs";
import { open, rename, rm, rmdir, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { listFolder, makeFolder } from "./folder.ts";
import { isAbandoned } from "./process-identity.ts";
import { internalFolder, isAbsent, systemCode } from "./store-path.ts";

/** Makes a file durable by its descriptor: the `node:fs` of Yarn Plug'n'Play does not implement `FileHandle.sync`. */
const syncDescriptor = promisify(syncOf);

/** Writes `value` to the new file `path`. Leaves no file if that fails. */
export async function writeTemporary(path: string, value: Uint8Array, fsync: boolean): Promise<void> {
  const handle = await openNew(path);
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

async function openNew(path: string): ReturnType<typeof open> {
  return recreating(dirname(path), () => open(path, "wx"));
}

/** Repeats `operation` if its folder is missing: another process has deleted the directory while it was in use. */
async function recreating<T>(folder: string, operation: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await operation();
    } catch (error) {
      if (systemCode(error) !== "ENOENT" || attempt === 3) throw error;
      await makeFolder(folder);
    }
  }
}

/** Moves the file to `target` atomically: readers see the old file or the new one. */
export async function publishFile(temporary: string, target: string, fsync: boolean): Promise<void> {
  const move = (): Promise<void> => recreating(dirname(target), () => rename(temporary, target));
  try {
    await move();
  } catch (error) {
    if (systemCode(error) !== "EISDIR") throw error;
    // An empty folder that other keys have left is in the way. If it is in use, rmdir fails.
    await rmdir(target);
    await move();
  }
  if (fsync) await syncFolder(dirname(target));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await syncDescriptor(handle.fd);
  } finally {
    await handle.close();
  }
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
    if (name.endsWith(".tmp") && (await isAbandoned(folder, name))) await rm(join(folder, name), { force: true });
}
