import { AtcError, type AtcErrorCode, isAtcError } from "./error.ts";

/** The meaning of an error of the operating system. */
export interface SystemFault {
  /** The code for programs. */
  readonly code: AtcErrorCode;
  /** What is wrong, as part of a message. */
  readonly words: string;
  /** What the user can do. */
  readonly remedy: string;
  /** Whether `remedy` replaces the caller's, because the machine is at fault and not the caller's path. */
  readonly ofMachine: boolean;
}

function ofPath(code: AtcErrorCode, words: string, remedy: string): SystemFault {
  return { code, words, remedy, ofMachine: false };
}

function ofMachine(code: AtcErrorCode, words: string, remedy: string): SystemFault {
  return { code, words, remedy, ofMachine: true };
}

/** Every system error with a message of its own, by Node's name for it. */
export const systemFaults: ReadonlyMap<string, SystemFault> = new Map([
  ["ENOENT", ofPath("ATC_NOT_FOUND", "there is no such file or folder", "check the path")],
  ["ENOTDIR", ofPath("ATC_NOT_FOUND", "a part of the path is a file, not a folder", "check the path")],
  ["EACCES", ofPath("ATC_READ_ONLY", "permission denied", "check the permissions of the path and its folders")],
  ["EPERM", ofPath("ATC_READ_ONLY", "the system does not allow it", "check the owner and the permissions")],
  ["EISDIR", ofPath("ATC_IO", "it is a folder, not a file", "name a file in it")],
  ["EEXIST", ofPath("ATC_IO", "it exists already", "remove it, or choose another name")],
  ["ENOTEMPTY", ofPath("ATC_IO", "the folder is not empty", "empty it, or choose another folder")],
  ["EINVAL", ofPath("ATC_IO", "the file system refuses the operation", "check the path, or choose another disk")],
  [
    "ENXIO",
    ofPath("ATC_IO", "it is a socket, pipe or device without a process at its other end", "name a regular file"),
  ],
  ["EPIPE", ofPath("ATC_IO", "the reader closed its end", "keep the program that reads the output running")],
  ["ELOOP", ofMachine("ATC_IO", "its links form a circle", "remove the link, or choose another path")],
  ["ENAMETOOLONG", ofMachine("ATC_IO", "the path is too long for the file system", "choose a shorter path")],
  ["EROFS", ofMachine("ATC_READ_ONLY", "the file system is read-only", "choose a folder on another disk")],
  ["ENOSPC", ofMachine("ATC_NO_SPACE", "no space is left on the disk", "free space on it, or choose another disk")],
  ["EDQUOT", ofMachine("ATC_NO_SPACE", "the user's disk quota is exceeded", "delete files, or have the quota raised")],
  [
    "EFBIG",
    ofMachine(
      "ATC_NO_SPACE",
      "the file is larger than the file system or the limit allows",
      "raise the limit (ulimit -f), or choose another disk",
    ),
  ],
  [
    "EMFILE",
    ofMachine("ATC_IO", "this process has too many files open", "raise the limit (ulimit -n 4096) and run it again"),
  ],
  [
    "ENFILE",
    ofMachine("ATC_IO", "the machine has too many files open", "end other programs, or raise the limit fs.file-max"),
  ],
  ["ENOMEM", ofMachine("ATC_IO", "the system is out of memory", "end other programs, or give the process more memory")],
  ["EIO", ofMachine("ATC_IO", "the disk failed to read or write", "check the disk, and copy what is on it")],
  ["ESTALE", ofMachine("ATC_IO", "the network disk no longer knows the file", "mount the disk again")],
  ["EBUSY", ofMachine("ATC_IO", "another program or a mount uses it", "end that program, or choose another path")],
  ["ETXTBSY", ofMachine("ATC_IO", "it is a program that is running", "end that program, or choose another path")],
  ["EXDEV", ofMachine("ATC_IO", "source and target are on different disks", "choose a path on the same disk")],
  ["ETIMEDOUT", ofMachine("ATC_TIMEOUT", "the disk or the network did not answer", "check the network and the mount")],
]);

/**
 * The system's name of an error, such as `ENOENT`; "" for an error of another kind. For an {@link AtcError}, the name
 * of the system error behind it.
 */
export function systemNameOf(error: unknown): string {
  if (isAtcError(error)) return typeof error.details["system"] === "string" ? error.details["system"] : "";
  if (!(error instanceof Error) || !("code" in error)) return "";
  const name = String(error.code);
  return systemFaults.has(name) || ("errno" in error && /^E[A-Z0-9]+$/.test(name)) ? name : "";
}

/**
 * Whether `error` proves that nothing exists at a path: ENOENT or ENOTDIR. After any other error, such as EMFILE or
 * EACCES, something may exist there.
 */
export function isAbsence(error: unknown): boolean {
  const name = systemNameOf(error);
  return name === "ENOENT" || name === "ENOTDIR";
}

/**
 * Turns an error that {@link isAbsence} accepts into undefined, and throws every other error again:
 * `stat(path).catch(absentOnly)`.
 */
export function absentOnly(error: unknown): undefined {
  if (!isAbsence(error)) throw error;
  return undefined;
}

/**
 * Converts an error of Node's file system to an {@link AtcError}: with the code and words of {@link systemFaults},
 * ATC_ABORTED for an AbortError, ATC_IO for any other. `details.system` is the system's name of the error. An AtcError
 * is returned unchanged.
 *
 * @param error - what was caught
 * @param what - what failed, such as `cannot read "bars.csv"`
 * @param remedy - what the user can do, such as `check the path`; an error of the machine, such as EMFILE, has its own
 * remedy
 */
export function fromSystemError(error: unknown, what: string, remedy: string): AtcError {
  if (isAtcError(error)) return error;
  if (error instanceof Error && error.name === "AbortError")
    return new AtcError("ATC_ABORTED", `${what}: aborted`, { cause: error });
  const system = error instanceof Error && "code" in error ? String(error.code) : "";
  const fault = systemFaults.get(system);
  const cause = { cause: error, details: { system } };
  if (fault === undefined) {
    const reason = error instanceof Error ? error.message : String(error);
    return new AtcError("ATC_IO", `${what}: ${reason}; ${remedy}`, cause);
  }
  const path = error instanceof Error && "path" in error ? String(error.path) : "";
  const place = path === "" || what.includes(path) ? system : `${system} at "${path}"`;
  return new AtcError(
    fault.code,
    `${what}: ${fault.words} (${place}); ${fault.ofMachine || remedy === "" ? fault.remedy : remedy}`,
    cause,
  );
}
