import { rm } from "node:fs/promises";
import { AtcError, fromSystemError } from "@atc/contract";
import { moveFile, syncFolder } from "@atc/plugin-kit";
import { resolveRunId, runIds } from "./open-run.ts";
import { runFolder } from "./run-folder.ts";
import { removeLeftovers, unfinishedPath } from "./unfinished.ts";

/** Which runs stay. */
export interface PruneRunsOptions {
  /** The folder of all runs. */
  readonly directory: string;
  /** Removes runs that are older than this, in ms. Default: no limit. */
  readonly maxAge?: number;
  /** How many of the newest runs stay. Default: all. */
  readonly keep?: number;
  /** Names the runs, but removes none. Default: false. */
  readonly isDry?: boolean;
  /** The time that ages count from, in ms since the epoch. Default: now. */
  readonly now?: number;
}

/** The time in the name of a run, in ms since the epoch. */
function timeOf(id: string): number {
  const [, year, month, day, ...time] = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)(\d{3})/.exec(id) ?? [];
  const [hour, minute, second, ms] = time.map(Number);
  return Date.UTC(Number(year), Number(month) - 1, Number(day), hour, minute, second, ms);
}

/** The folder disappears at once; its files are removed afterwards. */
async function removeFolder(directory: string, id: string): Promise<void> {
  const gone = unfinishedPath(directory);
  try {
    await moveFile(runFolder(directory, id), gone);
    // A power failure must not bring back the name of a folder without its files.
    await syncFolder(directory);
    await rm(gone, { recursive: true, force: true });
  } catch (error) {
    throw fromSystemError(error, `cannot remove the run "${id}" in "${directory}"`, "check the folder's permissions");
  }
}

/**
 * Removes a run, damaged or not. Returns its name.
 *
 * @param name - what `openRun` accepts
 * @throws ATC_NOT_FOUND, ATC_INVALID_ARGUMENT, ATC_READ_ONLY, ATC_IO
 */
export async function removeRun(name: string, { directory }: { readonly directory: string }): Promise<string> {
  const id = await resolveRunId(directory, name);
  await removeFolder(directory, id);
  return id;
}

/**
 * Removes runs by age and number, damaged ones included. Returns their names, the newest first.
 *
 * @throws ATC_INVALID_ARGUMENT if neither limit is given; ATC_READ_ONLY, ATC_IO
 */
export async function pruneRuns(options: PruneRunsOptions): Promise<readonly string[]> {
  const { directory, maxAge, keep, isDry = false, now = Date.now() } = options;
  if (maxAge === undefined && keep === undefined)
    throw new AtcError("ATC_INVALID_ARGUMENT", "nothing says which runs stay; give an age, a number, or both");
  const pruned = (await runIds(directory)).filter(
    (id, place) =>
      place >= (keep ?? Number.POSITIVE_INFINITY) || now - timeOf(id) > (maxAge ?? Number.POSITIVE_INFINITY),
  );
  if (isDry) return pruned;
  for (const id of pruned) await removeFolder(directory, id);
  try {
    await removeLeftovers(directory);
  } catch (error) {
    throw fromSystemError(error, `cannot remove leftovers in "${directory}"`, "check the folder's permissions");
  }
  return pruned;
}
