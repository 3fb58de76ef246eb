import { mkdir, readdir, readlink, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { makeDurableFolders, makeFolders } from "@atc/plugin-kit";
import { isAbsent } from "./store-path.ts";

/** Creates a folder and its parents. `isDurable` makes the names of new ones durable. */
export async function makeFolder(folder: string, isDurable = false): Promise<void> {
  if (isDurable) await makeDurableFolders(folder);
  else await makeFolders(folder, { mkdir, stat, readlink, dirname });
}

/** The names in a folder; none if it does not exist. */
export async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
