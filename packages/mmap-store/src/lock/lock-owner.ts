import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { isProcessRunning } from "@atc/plugin-kit";
import { processStart } from "../system/process-start.ts";

/** The holder of a lock. Distinguishes a live holder from a dead one whose process id was reused. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** The kernel's id of this boot; undefined if the system has none. */
  readonly boot?: string;
  /** When the process started, as its system writes it; undefined if unknown. */
  readonly started?: string;
  /** The namespace of the process id: containers on one machine do not see each other's processes. */
  readonly namespace?: string;
  /** Set if the lock is held briefly to remove files that no manifest names. Others wait for it. */
  readonly purpose?: "cleanup";
}

/** Whether the holder of a lock is alive; `unknown` if it runs on another machine or in another container. */
export type OwnerState = "alive" | "dead" | "unknown";

function valueOrNothing(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

let ownStart: string | undefined;

/** When this process started; undefined if the system does not say. It is asked once. */
function startOfThis(): string | undefined {
  if (ownStart === undefined) {
    const found = processStart(process.pid);
    ownStart = typeof found === "object" ? found.started : "";
  }
  return ownStart === "" ? undefined : ownStart;
}

/** This process. */
export function thisOwner(): LockOwner {
  const boot = valueOrNothing(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  const started = startOfThis();
  const namespace = valueOrNothing(() => readlinkSync("/proc/self/ns/pid"));
  return {
    pid: process.pid,
    host: hostname(),
    ...(boot === undefined ? {} : { boot }),
    ...(started === undefined ? {} : { started }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** The state of the holder that the lock file's `text` names; `unknown` if it names none. */
export function stateOf(text: string): { readonly state: OwnerState; readonly owner: LockOwner | undefined } {
  const owner = parseOwner(text);
  if (owner === undefined) return { state: "unknown", owner };
  const self = thisOwner();
  if (owner.host !== self.host) return { state: "unknown", owner };
  if (owner.boot !== self.boot) return { state: "dead", owner };
  if (owner.namespace !== self.namespace) return { state: "unknown", owner };
  return { state: isRunning(owner) ? "alive" : "dead", owner };
}

function parseOwner(text: string): LockOwner | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("pid" in value) || !("host" in value)) return undefined;
    return Number.isSafeInteger(value.pid) && typeof value.host === "string" ? (value as LockOwner) : undefined;
  } catch {
    return undefined;
  }
}

function isRunning(owner: LockOwner): boolean {
  const found = owner.started === undefined ? "unknown" : processStart(owner.pid);
  if (found === "ended") return false;
  if (found !== "unknown") return found.started === owner.started;
  return isProcessRunning(owner.pid);
}
