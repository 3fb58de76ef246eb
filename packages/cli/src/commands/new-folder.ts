import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AtcError, fromSystemError, systemNameOf } from "@atc/contract";

async function makeNew(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (systemNameOf(error) === "EEXIST")
      throw new AtcError("ATC_INVALID_ARGUMENT", `"${folder}" exists already; give another name, or remove it`, {
        details: { path: folder },
      });
    throw fromSystemError(error, `cannot create "${folder}"`, "check the working directory");
  }
}

/**
 * Writes files by their path into a folder that does not exist yet. If one cannot be written, the folder is removed
 * again.
 *
 * @throws ATC_INVALID_ARGUMENT if the folder exists; ATC_READ_ONLY, ATC_NO_SPACE or ATC_IO if the disk refuses
 */
export async function writeNewFolder(folder: string, content: ReadonlyMap<string, string>): Promise<void> {
  await makeNew(folder);
  try {
    for (const [name, text] of content) {
      const file = join(folder, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw fromSystemError(error, `cannot write into "${folder}"`, "choose another working directory");
  }
}
