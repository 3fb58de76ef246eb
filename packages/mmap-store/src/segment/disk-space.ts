import { statfs } from "node:fs/promises";
import { AtcError } from "@atc/contract";

/** File systems that compress, by the `type` of `statfs`: files may need less than their size. */
const compressing: ReadonlySet<number> = new Set([0x9123683e, 0x2fc12fc1, 0xca451a4e, 0xf2f52010]);

/**
 * Throws ATC_NO_SPACE if a disk has no room for files whose sizes are known, before anything is written. Does nothing
 * if the system does not say how much is free.
 */
export async function checkSpace(directory: string, bytes: number): Promise<void> {
  const disk = await statfs(directory).catch(() => undefined);
  // Some file systems report no sizes at all.
  if (disk === undefined || disk.blocks === 0 || compressing.has(disk.type >>> 0)) return;
  const free = disk.bavail * disk.bsize;
  if (bytes <= free) return;
  const shown = (count: number): string => `${(count / 1e6).toFixed(1)} MB`;
  throw new AtcError(
    "ATC_NO_SPACE",
    `the dataset takes ${shown(bytes)}, but the disk of "${directory}" has ${shown(free)} free; free some space, or choose another folder`,
    { details: { directory, bytes, free, system: "ENOSPC" } },
  );
}
