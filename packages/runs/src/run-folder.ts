import { stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AtcError, absentOnly, fromSystemError } from "@atc/contract";
import { makeDurableFolders } from "@atc/plugin-kit";

/** The format of a run, and the newest version that this package writes and reads. */
export const runFormat = "atc-run";
export const runVersion = 2;

/** The files of every run. Others are added by callers. */
export const headFile = "run.json";
export const symbolsFile = "symbols.json";

const runId = /^\d{8}-\d{9}-[0-9a-f]{8}(-\d{1,4})?$/;

/** Whether a folder of this name may be a run. */
export function isRunId(name: string): boolean {
  return runId.test(name);
}

/** What follows the time in the name of a run: the first digits of its digest. */
export function digestPart(id: string): string {
  return id.slice("YYYYMMDD-hhmmssmmm-".length);
}

/** The name of a run: the time of its storage in UTC with milliseconds, then the first digits of its digest. */
export function runIdOf(createdAt: number, digest: string, serial: number): string {
  const [day = "", time = ""] = new Date(createdAt).toISOString().split("T");
  const stamp = `${day.replaceAll("-", "")}-${time.replaceAll(/\D/g, "")}`;
  return `${stamp}-${digest.slice(0, 8)}${serial === 0 ? "" : `-${serial}`}`;
}

/** The folder of a run. Throws ATC_INVALID_ARGUMENT for a name that no run has, so that none leads elsewhere. */
export function runFolder(directory: string, id: string): string {
  if (isRunId(id)) return join(directory, id);
  throw new AtcError("ATC_INVALID_ARGUMENT", `"${id}" cannot name a run; atc runs list shows their names`, {
    details: { run: id },
  });
}

/** Whether a file of a run, other than its head, may have this name. None leads out of the folder. */
export function isFileName(name: string): boolean {
  return /^[a-z][a-z0-9-]{0,60}\.[a-z0-9]{1,8}$/.test(name) && name !== headFile;
}

/** The names of files that a caller may add to a run. */
export function checkFileName(name: string): void {
  if (isFileName(name) && name !== symbolsFile) return;
  throw new AtcError("ATC_INVALID_ARGUMENT", `"${name}" cannot be a file of a run; use a name such as trades.arrow`, {
    details: { file: name },
  });
}

const ignored = "# Written by atc: runs and their files stay out of the repository.\n*\n";

/**
 * Creates the folder of runs. A new `.atc` gets a `.gitignore` that ignores all of it; so does a folder of runs that is
 * elsewhere.
 */
export async function makeRunsFolder(directory: string): Promise<void> {
  try {
    await makeDurableFolders(directory);
    const parent = dirname(directory);
    const place = join(basename(parent) === ".atc" ? parent : directory, ".gitignore");
    if ((await stat(place).catch(absentOnly)) === undefined)
      await writeFile(place, ignored, { flag: "wx" }).catch(existsOnly);
  } catch (error) {
    throw fromSystemError(error, `cannot store runs in "${directory}"`, "check the folder and its permissions");
  }
}

/** Another process may have written the file in the meantime. */
function existsOnly(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
}
