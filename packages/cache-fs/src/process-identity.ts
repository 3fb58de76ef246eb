import { createHash, randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

/** A name as `<host>-<process>-<random>`: who owns an internal file. */
export function newOwner(): string {
  return `${hostId()}-${process.pid}-${randomBytes(5).toString("hex")}`;
}

function hostId(): string {
  return createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Begins the name of a log whose store was disposed. */
export const closedOwner = "closed-";

const abandonedAfterMs = 24 * 3600 * 1000;

/**
 * Whether the owner of an internal file has ended: its process is gone from this host, or the file is untouched for a day (another host, a
 * process id used again). A wrong guess is harmless: the owner sees that its file is gone and writes it anew.
 */
export async function isAbandoned(folder: string, name: string): Promise<boolean> {
  if (name.startsWith(closedOwner)) return true;
  const [host, pid] = name.split("-");
  if (host === hostId() && /^\d+$/.test(pid ?? "") && !isRunning(Number(pid))) return true;
  try {
    const { mtimeMs } = await stat(join(folder, name));
    return Date.now() - mtimeMs > abandonedAfterMs;
  } catch {
    return false;
  }
}
