import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hostId, isProcessRunning } from "@atc/plugin-kit";

/**
 * The owner of an internal file, as `<host>-<process>-<random>`. Process ids are reused, so the start time of the
 * process follows the random digits after an `s`, if the system reports it.
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

interface RunningProcess {
  readonly state: string;
  /** In the kernel's clock ticks since boot, which changes of the clock do not affect. */
  readonly started: string;
}

/**
 * Fields 3 and 22 of /proc/PID/stat. The command in field 2 may contain blanks and brackets, so they are counted from
 * its end.
 */
function processOf(pid: number): RunningProcess | undefined {
  const text = valueOrNothing(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", started: fields[19] ?? "" };
}

function isRunning(pid: number, started: string | undefined): boolean {
  if (!isProcessRunning(pid)) return false;
  // A system may hide the processes of other users; then the id alone decides.
  const found = processOf(pid);
  if (found === undefined) return true;
  return found.state !== "Z" && (started === undefined || found.started === started);
}

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
  const [host, pid, start] = name.split("-");
  if (host === hostId() && /^\d+$/.test(pid ?? ""))
    return !isRunning(Number(pid), /^[0-9a-f]{10}s(\d+)/.exec(start ?? "")?.[1]);
  try {
    const { mtimeMs } = await stat(join(folder, name));
    return (await timeIn(folder)) - mtimeMs > abandonedAfterMs;
  } catch {
    // The file is gone, or the folder is read-only, so that nothing can be removed either.
    return false;
  }
}

/** The current time of a folder's file system, in ms. Its clock may be that of another machine. */
async function timeIn(folder: string): Promise<number> {
  const probe = join(folder, `${newOwner()}-time.tmp`);
  try {
    await writeFile(probe, "");
    return (await stat(probe)).mtimeMs;
  } finally {
    await rm(probe, { force: true });
  }
}
