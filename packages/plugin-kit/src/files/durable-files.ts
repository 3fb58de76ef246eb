import { fsync } from "node:fs";
import { mkdir, open, readlink, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { systemNameOf } from "@atc/contract";
import { moveFile } from "./file-moving.ts";
import { makeFolders } from "./folder-making.ts";

/** Makes a file durable by its descriptor: the `node:fs` of Yarn Plug'n'Play does not implement `FileHandle.sync`. */
export const syncDescriptor: (descriptor: number) => Promise<void> = promisify(fsync);

/** Makes the names in a folder durable. Windows cannot sync a folder, so there it is left to the file system. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await syncDescriptor(handle.fd);
  } finally {
    await handle.close();
  }
}

/** Like {@link makeFolders}, and makes the names of new folders durable. */
export async function makeDurableFolders(folder: string): Promise<void> {
  const made: string[] = [];
  const makeOne = async (one: string): Promise<void> => {
    await mkdir(one);
    made.push(one);
  };
  await makeFolders(folder, { mkdir: makeOne, stat, readlink, dirname });
  for (const one of made) await syncFolder(dirname(one));
}

/** How a file system says that it cannot sync a folder. */
const unable: readonly string[] = ["EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"];

/**
 * Gives a finished file its own name, and replaces a former one: after a power failure, the name has all of the former
 * or all of the new bytes, and once this returns, the new ones. Without the sync of the file, it may be empty.
 *
 * @throws Node's error
 */
export async function publishFile(from: string, to: string): Promise<void> {
  const handle = await open(from, "r+");
  try {
    await syncDescriptor(handle.fd);
  } finally {
    await handle.close();
  }
  await moveFile(from, to);
  await syncFolder(dirname(to)).catch((error: unknown) => {
    if (!unable.includes(systemNameOf(error))) throw error;
  });
}
