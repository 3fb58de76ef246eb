import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hostId, isProcessRunning } from "./process-identity.ts";

/**
 * The owner of an internal file, as `<host>-<process>-<random>`. Process ids are reused, so the start time of the
 * process follows the random digits after an `s`, if the system reports it.
 */
export function newOwner(): string {
  const started = processOf(process.pid)?.started;
  const random = randomBytes(5).toString("hex");
  return `${hostId()}-${process.pid}-${random}${started === undefined ? "" : `s${started}`}`;
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
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
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

/**
 * Whether the owner that a name begins with is running, whatever the clock says; undefined for an owner on another
 * host, and for a name without an owner.
 */
export function isOwnerRunning(name: string): boolean | undefined {
  const [host, pid, start] = name.split("-");
  if (host !== hostId() || !/^\d+$/.test(pid ?? "")) return undefined;
  return isRunning(Number(pid), /^[0-9a-f]{10}s(\d+)/.exec(start ?? "")?.[1]);
}

/**
 * The current time of a folder's file system, in ms. Its clock may be that of another machine, and times of its files
 * are compared with it only.
 *
 * @param owner - begins the name of a file that is written for it and removed
 */
export async function timeIn(folder: string, owner: string): Promise<number> {
  const probe = join(folder, `${owner}-time.tmp`);
  try {
    await writeFile(probe, "");
    return (await stat(probe)).mtimeMs;
  } finally {
    await rm(probe, { force: true });
  }
}
