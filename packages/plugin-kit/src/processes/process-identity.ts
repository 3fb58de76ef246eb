import { createHash } from "node:crypto";
import { readlinkSync } from "node:fs";
import { hostname } from "node:os";

/**
 * Names this host and container, for files that several may share: 8 hexadecimal digits. Containers do not see each
 * other's processes, and may share a host name.
 */
export function hostId(): string {
  let container = "";
  try {
    container = ` ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    // Only Linux has it.
  }
  return createHash("sha256").update(`${hostname()}${container}`).digest("hex").slice(0, 8);
}

/** Whether a process of this host has this id. It need not be the one that wrote the id: systems use ids again. */
export function isProcessRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process of another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
