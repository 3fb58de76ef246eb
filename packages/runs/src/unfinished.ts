import { randomBytes } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { absentOnly } from "@atc/contract";
import { hostId, isProcessRunning } from "@atc/plugin-kit";

/** What begins the names of folders that are written or removed. No run has such a name. */
const prefix = ".tmp-";

/** Folders of another host are left over if they are older than this, in ms. */
const leftoverAge = 3_600_000;

/** A new path for a folder that this process writes or removes. */
export function unfinishedPath(directory: string): string {
  return join(directory, `${prefix}${hostId()}-${process.pid}-${randomBytes(8).toString("hex")}`);
}

/** Whether the process that a name names has ended: known on this host only. */
function hasEnded(name: string): boolean {
  const [host, pid = ""] = name.slice(prefix.length).split("-");
  return host === hostId() && /^\d+$/.test(pid) && !isProcessRunning(Number(pid));
}

async function isLeftOver(directory: string, name: string): Promise<boolean> {
  if (hasEnded(name)) return true;
  const status = await stat(join(directory, name)).catch(absentOnly);
  return status !== undefined && Date.now() - status.mtimeMs >= leftoverAge;
}

/** Removes folders that writers or removals left when they died. One that cannot be removed stays. */
export async function removeLeftovers(directory: string): Promise<void> {
  const names = (await readdir(directory).catch(absentOnly)) ?? [];
  for (const name of names.filter((one) => one.startsWith(prefix)))
    if (await isLeftOver(directory, name))
      await rm(join(directory, name), { recursive: true, force: true }).catch(() => undefined);
}
