import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

/**
 * A name as `<host>-<process>-<random>`: who owns an internal file. The time at which the process started follows the random digits after an `s`, if the
 * system tells it: process ids are used again.
 */
export function newOwner(): string {
  const started = processOf(process.pid)?.started;
  const random = randomBytes(5).toString("hex");
  return `${hostId()}-${process.pid}-${random}${started === undefined ? "" : `s${started}`}`;
}

function valueOrNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** This host, and this container of it: containers do not see each other's processes, and may have one name. */
function hostId(): string {
  const namespace = valueOrNothing(() => readlinkSync("/proc/self/ns/pid"));
  return createHash("sha256")
    .update(namespace === undefined ? hostname() : `${hostname()} ${namespace}`)
    .digest("hex")
    .slice(0, 8);
}

interface RunningProcess {
  readonly state: string;
  /** In the kernel's clock ticks since boot, which no change of the clock moves. */
  readonly started: string;
}

/** Fields 3 and 22 of /proc/PID/stat; the command in field 2 may hold blanks and brackets, so they are counted from its end. */
function processOf(pid: number): RunningProcess | undefined {
  const text = valueOrNothing(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", started: fields[19] ?? "" };
}

function isRunning(pid: number, started: string | undefined): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  // Systems may hide the processes of others: then the id alone decides.
  const found = processOf(pid);
  if (found === undefined) return true;
  return found.state !== "Z" && (started === undefined || found.started === started);
}

/** Begins the name of a log whose store was disposed. */
export const closedOwner = "closed-";

const abandonedAfterMs = 24 * 3600 * 1000;

/**
 * Whether the owner of an internal file has ended. A process of this host decides by itself, whatever the clock says. A file of another host counts as
 * abandoned if it is untouched for a day by the time of the file system that holds it. A wrong guess about such a file is harmless: the owner sees that its
 * file is gone and writes it anew.
 */
export async function isAbandoned(folder: string, name: string): Promise<boolean> {
  if (name.startsWith(closedOwner)) return true;
  const [host, pid, start] = name.split("-");
  if (host === hostId() && /^\d+$/.test(pid ?? ""))
    return !isRunning(Number(pid), /^[0-9a-f]{10}s(\d+)/.exec(start ?? "")?.[1]);
  try {
    const { mtimeMs } = await stat(join(folder, name));
    return (await timeIn(folder)) - mtimeMs > abandonedAfterMs;
  } catch {
    // The file is gone, or nothing can be written here, so that nothing can be removed either.
    return false;
  }
}

/** The present time of a folder's file system, in ms: another machine may keep it. */
async function timeIn(folder: string): Promise<number> {
  const probe = join(folder, `${newOwner()}-time.tmp`);
  try {
    await writeFile(probe, "");
    return (await stat(probe)).mtimeMs;
  } finally {
    await rm(probe, { force: true });
  }
}
