import { mkdir, readdir, readlink, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolders } from "@atc/plugin-kit";
import { isAbsent } from "./store-path.ts";

/** Makes a folder and those above it. */
export async function makeFolder(folder: string): Promise<void> {
  await makeFolders(folder, { mkdir, stat, readlink, dirname });
}

/** The names in a folder; none where it does not exist. */
export async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
