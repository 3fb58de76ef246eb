import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { absentOnly } from "@atc/contract";
import { isOwnerRunning, newOwner, timeIn } from "@atc/plugin-kit";

/** What begins the names of folders that are written or removed. No run has such a name. */
const prefix = ".tmp-";

/** Folders of another host are left over if they are older than this, in ms. */
const leftoverAge = 3_600_000;

/** A new path for a folder that this process writes or removes. */
export function unfinishedPath(directory: string): string {
  return join(directory, `${prefix}${newOwner()}`);
}

/** On this host the process decides, whatever the clock says: a stopped one continues later. */
async function isLeftOver(directory: string, name: string): Promise<boolean> {
  const isKnown = isOwnerRunning(name.slice(prefix.length));
  if (isKnown !== undefined) return !isKnown;
  const status = await stat(join(directory, name)).catch(absentOnly);
  // Without a time, nothing in the folder can be removed either.
  const now = await timeIn(directory, `${prefix}${newOwner()}`).catch(() => undefined);
  return status !== undefined && now !== undefined && now - status.mtimeMs >= leftoverAge;
}

/** Removes folders that writers or removals left when they died. One that cannot be removed stays. */
export async function removeLeftovers(directory: string): Promise<void> {
  const names = (await readdir(directory).catch(absentOnly)) ?? [];
  for (const name of names.filter((one) => one.startsWith(prefix)))
    if (await isLeftOver(directory, name))
      await rm(join(directory, name), { recursive: true, force: true }).catch(() => undefined);
}
