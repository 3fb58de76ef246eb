import { AtcError, isAbsence, systemNameOf } from "@atc/contract";

/** What {@link makeFolders} asks the disk, as `node:fs/promises` and `node:path` have it. */
export interface FolderDisk {
  /** Makes one folder. */
  mkdir(folder: string): Promise<unknown>;
  /** Looks at what a path leads to. */
  stat(path: string): Promise<{ isDirectory(): boolean }>;
  /** Reads where a link leads. */
  readlink(path: string): Promise<string>;
  /** The folder that a path lies in. */
  dirname(path: string): string;
}

/** Attempts at one folder: others may remove an empty one in between. */
const attempts = 5;

/**
 * Makes a folder and those above it; a folder that is there is fine. Unlike Node's own recursive mkdir it ends where a link leads nowhere or the file
 * system takes no folders, as `/proc` does: Node's loops for ever.
 *
 * @throws ATC_NOT_FOUND for a link that leads nowhere; ATC_READ_ONLY for a file system that takes no folders; ATC_IO where a file is in the way; Node's
 * error for all else.
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
        // Some systems refuse the name of a folder that is there before they say that it is.
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
          throw new AtcError("ATC_READ_ONLY", `no folder can be made in "${parent}"; choose another folder`, {
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

/** Whether a folder is there; false where it was removed in between. Throws where something else is in its place. */
async function isThere(path: string, disk: FolderDisk): Promise<boolean> {
  try {
    if ((await disk.stat(path)).isDirectory()) return true;
  } catch (error) {
    if (!isAbsence(error)) throw error;
    const target = await disk.readlink(path).catch(() => undefined);
    if (target === undefined) return false;
    throw new AtcError(
      "ATC_NOT_FOUND",
      `"${path}" is a link to "${target}", which does not exist; mount or make that folder, or choose another one`,
      { cause: error, details: { path, target } },
    );
  }
  throw new AtcError("ATC_IO", `"${path}" is a file where a folder is needed; remove it, or choose another folder`, {
    details: { path, system: "ENOTDIR" },
  });
}
