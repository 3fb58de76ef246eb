import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { isSystemError } from "../base/file-system.ts";
import { type Koffi, loadKoffi } from "./koffi.ts";

/**
 * When a process started, as the system writes it; `ended` if there is surely none of this id, `unknown` if the system
 * does not say. Two processes that get the same id one after the other differ by it.
 */
export type ProcessStart = { readonly started: string } | "ended" | "unknown";

/**
 * Fields 3 and 22 of /proc/PID/stat: the state, and the start in clock ticks since boot. The command in field 2 may
 * contain blanks and brackets, so they are counted from its end.
 */
function fromProc(pid: number): ProcessStart {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch (error) {
    // A process without a free descriptor must not take the holder for dead.
    if (isSystemError(error, "EMFILE", "ENFILE", "ENOMEM", "EIO")) throw error;
    // The processes of other users may be hidden.
    return "unknown";
  }
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? "ended" : { started: fields[19] ?? "" };
}

/** The start as `ps` of macOS and the BSDs writes it, in whole seconds. */
export function fromPs(pid: number): ProcessStart {
  const { status, stdout, error } = spawnSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
  });
  if (error !== undefined || status === null) return "unknown";
  const [, state, started] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout) ?? [];
  if (status !== 0 || state === undefined || started === undefined) return "ended";
  return state.startsWith("Z") ? "ended" : { started };
}

/** PROCESS_QUERY_LIMITED_INFORMATION. */
const queryLimited = 0x1000;
/** ERROR_INVALID_PARAMETER: there is no process of that id. */
const invalidParameter = 87;

type WindowsQuery = (pid: number) => ProcessStart;

/** Asks Windows through `GetProcessTimes`, in units of 100 ns. */
function windowsQuery(koffi: Koffi): WindowsQuery {
  const kernel = koffi.load("kernel32.dll");
  const openProcess = kernel.func("intptr_t OpenProcess(uint32_t access, int inherit, uint32_t pid)");
  const times = kernel.func(
    "int GetProcessTimes(intptr_t process, void *created, void *ended, void *kernel, void *user)",
  );
  const lastError = kernel.func("uint32_t GetLastError()");
  const closeHandle = kernel.func("int CloseHandle(intptr_t handle)");
  return (pid) => {
    const handle = openProcess(queryLimited, 0, pid);
    if (BigInt(handle) === 0n) return lastError() === invalidParameter ? "ended" : "unknown";
    const [created, ended, inKernel, inUser] = [0, 1, 2, 3].map(() => Buffer.alloc(8)) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ];
    const isKnown = times(handle, created, ended, inKernel, inUser) !== 0;
    closeHandle(handle);
    if (!isKnown) return "unknown";
    // A process that has ended stays known while a program holds a handle of it.
    return ended.readBigUInt64LE() === 0n ? { started: String(created.readBigUInt64LE()) } : "ended";
  };
}

let onWindows: WindowsQuery | undefined;

/** Without the native package, Windows says no start. */
function fromWindows(pid: number): ProcessStart {
  if (onWindows === undefined) {
    const loaded = loadKoffi();
    onWindows = "koffi" in loaded ? windowsQuery(loaded.koffi) : () => "unknown";
  }
  return onWindows(pid);
}

/** Asks the system when a process started. */
export function processStart(pid: number): ProcessStart {
  if (process.platform === "linux" || process.platform === "android") return fromProc(pid);
  return process.platform === "win32" ? fromWindows(pid) : fromPs(pid);
}
