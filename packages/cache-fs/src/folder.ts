import { mkdir, readdir } from "node:fs/promises";
import { dirname } from "node:path";
import { isAbsent, systemCode } from "./store-path.ts";

/** Makes a folder and those above it. Node's recursive mkdir says ENOENT where a disk is read-only, so the step that failed is asked again by itself. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    if (systemCode(error) !== "ENOENT" || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await mkdir(folder).catch((again: unknown) => {
      if (systemCode(again) !== "EEXIST") throw again;
    });
  }
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
