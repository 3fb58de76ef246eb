import { join } from "node:path";
import { fromSystemError, isAtcError } from "@atc/contract";
import { syncFolder } from "@atc/plugin-kit";
import { exists, unlinkIfThere } from "../base/file-system.ts";
import { checkUnlocked, type HeldLock } from "../lock/dataset-lock.ts";
import { manifestPath, readManifest, removeLeftovers } from "../manifest/dataset-directory.ts";
import { keptGenerations } from "../manifest/kept-generations.ts";

/**
 * Removes the dataset in `directory`: its manifest first, so that it is gone at once, then its files. Returns whether
 * it existed.
 */
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
    await removeLeftovers(directory, held.token, 0);
    return wasThere;
  } finally {
    await held[Symbol.asyncDispose]();
  }
}

/**
 * Deletes without a lock, for which a full disk has no room. Removes only files that the manifest names, so a writer
 * that has found room in the meantime loses nothing: its generation has other names.
 */
async function deleteFromFullDisk(name: string, directory: string, lock: () => Promise<HeldLock>): Promise<boolean> {
  await checkUnlocked(name, directory);
  let files: readonly string[] = [];
  try {
    const own = (await readManifest(directory))?.segments.map(({ file }) => file) ?? [];
    const former = (await keptGenerations(directory)).flatMap(({ file, segments = [] }) => [file, ...segments]);
    files = [...new Set([...own, ...former])];
  } catch {
    // The manifest is damaged. The lock below removes its files.
  }
  await unlinkAll(name, directory, ["manifest.json", ...files]);
  try {
    await (await lock())[Symbol.asyncDispose]();
  } catch {
    // There is still no room for a lock, or a writer holds it. The next lock removes the rest.
  }
  return true;
}

async function unlinkAll(name: string, directory: string, files: readonly string[]): Promise<void> {
  try {
    for (const file of files) await unlinkIfThere(join(directory, file));
    await syncFolder(directory);
  } catch (error) {
    throw fromSystemError(
      error,
      `cannot delete dataset "${name}" in "${directory}"`,
      "check the disk and its permissions",
    );
  }
}
