import { AtcError, isAbsence, systemNameOf } from "@atc/contract";

/** The functions of `node:fs/promises` and `node:path` that {@link makeFolders} needs. */
export interface FolderDisk {
  /** Creates one folder. */
  mkdir(folder: string): Promise<unknown>;
  /** Reads the status of a path, following links. */
  stat(path: string): Promise<{ isDirectory(): boolean }>;
  /** Reads the target of a link. */
  readlink(path: string): Promise<string>;
  /** The folder that contains a path. */
  dirname(path: string): string;
}

/** Attempts per folder: others may remove an empty one in between. */
const attempts = 5;

/**
 * Creates a folder and its parents; existing folders are accepted. Unlike Node's recursive mkdir, which loops forever,
 * it ends at a dangling link and in a file system without new folders, such as `/proc`.
 *
 * @throws ATC_NOT_FOUND for a dangling link; ATC_READ_ONLY for a file system without new folders; ATC_IO if a file is
 * in the way; Node's error otherwise
 */
export async function makeFolders(folder: string, disk: FolderDisk): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await disk.mkdir(folder);
      return;
    } catch (error) {
      const name = systemNameOf(error);
      if (name === "EEXIST") {
        if (await isThere(folder, disk)) return;
      } else {
        const parent = disk.dirname(folder);
        // Some systems refuse a folder's name before they report that it exists.
        if (
          name !== "ENOENT" &&
          (await disk.stat(folder).then(
            (found) => found.isDirectory(),
            () => false,
          ))
        )
          return;
        if (name !== "ENOENT" || parent === folder) throw error;
        if (attempt > 1 && (await isThere(parent, disk))) {
          if (attempt < attempts) continue;
          throw new AtcError("ATC_READ_ONLY", `cannot create a folder in "${parent}"; choose another folder`, {
            cause: error,
            details: { path: folder, system: name },
          });
        }
        await makeFolders(parent, disk);
      }
      if (attempt === attempts) throw error;
    }
  }
}

/** Whether a folder exists; false if it was removed in between. Throws if something else is in its place. */
async function isThere(path: string, disk: FolderDisk): Promise<boolean> {
  try {
    if ((await disk.stat(path)).isDirectory()) return true;
  } catch (error) {
    if (!isAbsence(error)) throw error;
    const target = await disk.readlink(path).catch(() => undefined);
    if (target === undefined) return false;
    throw new AtcError(
      "ATC_NOT_FOUND",
      `"${path}" is a link to "${target}", which does not exist; mount or create that folder, or choose another one`,
      { cause: error, details: { path, target } },
    );
  }
  throw new AtcError("ATC_IO", `"${path}" is a file, but a folder is required; remove it, or choose another folder`, {
    details: { path, system: "ENOTDIR" },
  });
}
