import { open, rename, rm, rmdir, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { listFolder, makeFolder } from "./folder.ts";
import { isAbandoned } from "./process-identity.ts";
import { internalFolder, isAbsent, systemCode } from "./store-path.ts";

/** Writes `value` to the new file `path`; leaves nothing behind where that fails. */
export async function writeTemporary(path: string, value: Uint8Array, fsync: boolean): Promise<void> {
  const handle = await openNew(path);
  try {
    await handle.writeFile(value);
    if (fsync) await handle.sync();
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

/** Repeats `operation` where its folder went missing: somebody deleted the directory while it was in use. */
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

/** Moves the file to `target` at once; readers see the old file or the new. */
export async function publishFile(temporary: string, target: string, fsync: boolean): Promise<void> {
  const move = (): Promise<void> => recreating(dirname(target), () => rename(temporary, target));
  try {
    await move();
  } catch (error) {
    if (systemCode(error) !== "EISDIR") throw error;
    // A folder that other keys left empty is in the way; one that is in use makes rmdir fail.
    await rmdir(target);
    await move();
  }
  if (fsync) await syncFolder(dirname(target));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes a file; whether it was there. */
export async function removeFile(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    // Unlinking a folder is EISDIR on Linux and EPERM elsewhere; neither is an entry.
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** Removes what killed writers left half written. */
export async function removeAbandonedTemporaries(directory: string): Promise<void> {
  const folder = join(directory, internalFolder);
  for (const name of await listFolder(folder))
    if (name.endsWith(".tmp") && (await isAbandoned(folder, name))) await rm(join(folder, name), { force: true });
}
