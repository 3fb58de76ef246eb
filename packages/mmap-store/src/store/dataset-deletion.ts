import { join } from "node:path";
import { fromSystemError, isAtcError } from "@atc/contract";
import { exists, syncDirectory, unlinkIfThere } from "../base/file-system.ts";
import { checkUnlocked, type HeldLock } from "../lock/dataset-lock.ts";
import { manifestPath, readManifest, removeLeftovers } from "../manifest/dataset-directory.ts";

/** Removes the dataset in `directory`: its manifest first, so that it is gone at once, then its files. Tells whether it was there. */
export async function deleteDataset(name: string, directory: string, lock: () => Promise<HeldLock>): Promise<boolean> {
  if (!(await exists(manifestPath(directory)))) return false;
  let held: HeldLock;
  try {
    held = await lock();
  } catch (error) {
    if (!isAtcError(error, "ATC_NO_SPACE")) throw error;
    return await deleteFromFullDisk(name, directory, lock);
  }
  try {
    const wasThere = await exists(manifestPath(directory));
    await unlinkAll(name, directory, ["manifest.json"]);
    await removeLeftovers(directory, held.token);
    return wasThere;
  } finally {
    await held[Symbol.asyncDispose]();
  }
}

/**
 * A full disk has no room for a lock, and deleting is how to make room. Only files that the manifest names are removed, so a writer that
 * found room in the meantime loses nothing: its generation has names of its own.
 */
async function deleteFromFullDisk(name: string, directory: string, lock: () => Promise<HeldLock>): Promise<boolean> {
  await checkUnlocked(name, directory);
  let files: readonly string[] = [];
  try {
    files = (await readManifest(directory))?.segments.map(({ file }) => file) ?? [];
  } catch {
    // Damaged: what it named goes with the lock below.
  }
  await unlinkAll(name, directory, ["manifest.json", ...files]);
  try {
    await (await lock())[Symbol.asyncDispose]();
  } catch {
    // Still no room for a lock, or a writer took it: the next lock removes the rest.
  }
  return true;
}

async function unlinkAll(name: string, directory: string, files: readonly string[]): Promise<void> {
  try {
    for (const file of files) await unlinkIfThere(join(directory, file));
    await syncDirectory(directory);
  } catch (error) {
    throw fromSystemError(
      error,
      `cannot delete dataset "${name}" in "${directory}"`,
      "check the disk and its permissions",
    );
  }
}
