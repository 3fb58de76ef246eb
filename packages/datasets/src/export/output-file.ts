import { randomBytes } from "node:crypto";
import { mkdir, readdir, readlink, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { AtcError, absentOnly, fromSystemError } from "@atc/contract";
import { isProcessRunning, makeFolders, publishFile } from "@atc/plugin-kit";

/** What to do if the disk refuses. */
const remedy = "check the folder and the space on the disk";

/** Whether an existing file is replaced. */
interface Replacing {
  readonly force?: boolean;
}

/** Throws ATC_INVALID_ARGUMENT if a file exists and may not be replaced, or if the path is a directory. */
export async function checkFree(file: string, { force }: Replacing): Promise<void> {
  const status = await stat(file)
    .catch(absentOnly)
    .catch((error: unknown) => {
      throw fromSystemError(error, `cannot look at "${file}"`, remedy);
    });
  if (status?.isDirectory() === true)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `"${file}" is a directory; name a file in it, or "${join(file, "{symbol}.csv")}" for one file per symbol`,
      { details: { file } },
    );
  if (status !== undefined && force !== true)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `"${file}" already exists; give another name, or replace it with --force`,
      { details: { file } },
    );
}

/** The temporary name of a file: unique across processes and containers, and impossible to guess for other users. */
export function temporaryOf(file: string): string {
  const token = randomBytes(8).toString("hex");
  return join(dirname(file), `.${basename(file).slice(0, 100)}.${process.pid}-${token}.tmp`);
}

/** Removes temporary files that killed writers of the same file left. */
export async function removeStale(file: string): Promise<void> {
  const pattern = /\.(\d+)(?:-[0-9a-f]+)?\.tmp(?:\.store)?$/;
  const prefix = `.${basename(file).slice(0, 100)}.`;
  for (const name of await readdir(dirname(file))) {
    const pid = Number(pattern.exec(name)?.[1]);
    if (!name.startsWith(prefix) || !(pid > 0) || pid === process.pid || isProcessRunning(pid)) continue;
    await rm(join(dirname(file), name), { recursive: true, force: true });
  }
}

/** Makes the folder of a file, and removes what killed exports to the file left in it. */
export async function makeFolder(file: string): Promise<void> {
  try {
    await makeFolders(dirname(resolve(file)), { mkdir, stat, readlink, dirname });
    await removeStale(file);
  } catch (error) {
    throw fromSystemError(error, `cannot make the folder of "${file}"`, remedy);
  }
}

/** Renames a finished temporary file to its own name. */
export async function replace(temporary: string, file: string, options: Replacing): Promise<void> {
  await checkFree(file, options);
  try {
    await publishFile(temporary, file);
  } catch (error) {
    throw fromSystemError(error, `cannot write "${file}"`, remedy);
  }
}
