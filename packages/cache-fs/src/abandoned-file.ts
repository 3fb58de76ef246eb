import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isOwnerRunning, newOwner, timeIn } from "@atc/plugin-kit";

/** The prefix of the name of a log whose store is disposed. */
export const closedOwner = "closed-";

const abandonedAfterMs = 24 * 3600 * 1000;

/**
 * Whether the owner of an internal file has ended. On this host the process itself decides, whatever the clock says. A
 * file of another host counts as abandoned after a day without a change, by the clock of its file system. A wrong
 * guess is harmless: the owner notices that its file is gone and rewrites it.
 */
export async function isAbandoned(folder: string, name: string): Promise<boolean> {
  if (name.startsWith(closedOwner)) return true;
  const isKnown = isOwnerRunning(name);
  if (isKnown !== undefined) return !isKnown;
  try {
    const { mtimeMs } = await stat(join(folder, name));
    return (await timeIn(folder, newOwner())) - mtimeMs > abandonedAfterMs;
  } catch {
    // The file is gone, or the folder is read-only, so that nothing can be removed either.
    return false;
  }
}
