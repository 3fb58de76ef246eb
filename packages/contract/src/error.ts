import type { JsonObject } from "./json.ts";

/**
 * What went wrong, for programs; stable across releases.
 *
 * | code | meaning |
 * |---|---|
 * | ATC_ABORTED | the caller's signal was aborted |
 * | ATC_CLOSED | the resource was disposed before |
 * | ATC_CORRUPT_DATA | stored bytes that no writer of ours could have left there |
 * | ATC_INVALID_ARGUMENT | an argument out of its documented range |
 * | ATC_INVALID_CONFIG | a configuration that does not hold; `details.faults` lists each fault |
 * | ATC_INVALID_DATA | the user's data: a bad row, a price that is not positive |
 * | ATC_IO | the system refused a read or a write |
 * | ATC_LOCKED | somebody else writes the same thing now |
 * | ATC_MISSING_PLUGIN | a package is not installed; the message holds the line that installs it |
 * | ATC_NOT_FOUND | a file, dataset, symbol or key that does not exist |
 * | ATC_NO_SPACE | the disk is full |
 * | ATC_READ_ONLY | the target cannot be written |
 * | ATC_REPLACED | a dataset that was replaced or deleted while it was read |
 * | ATC_TIMEOUT | a deadline passed |
 * | ATC_UNSUPPORTED | valid, but not by this version, platform or plugin |
 */
export type AtcErrorCode =
  | "ATC_ABORTED"
  | "ATC_CLOSED"
  | "ATC_CORRUPT_DATA"
  | "ATC_INVALID_ARGUMENT"
  | "ATC_INVALID_CONFIG"
  | "ATC_INVALID_DATA"
  | "ATC_IO"
  | "ATC_LOCKED"
  | "ATC_MISSING_PLUGIN"
  | "ATC_NOT_FOUND"
  | "ATC_NO_SPACE"
  | "ATC_READ_ONLY"
  | "ATC_REPLACED"
  | "ATC_TIMEOUT"
  | "ATC_UNSUPPORTED";

/** What an {@link AtcError} carries besides its message. */
export interface AtcErrorOptions {
  /** The error that caused this one. */
  readonly cause?: unknown;
  /** Plain data for programs: the file, the line, the field, what was allowed. */
  readonly details?: JsonObject;
}

/**
 * An error that this family of packages throws on purpose. Its message says what is wrong, where, and what to do.
 * Tests and callers compare `code`, never the message.
 */
export class AtcError extends Error {
  /** Always `AtcError`: how it is told across two copies of this package. */
  override readonly name: string = "AtcError";
  /** What went wrong, for programs. */
  readonly code: AtcErrorCode;
  /** Plain data about where and what; survives a worker thread. */
  readonly details: JsonObject;

  /** Makes an error of `code` with a message for people. */
  constructor(code: AtcErrorCode, message: string, options: AtcErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** Whether `error` is an {@link AtcError}, of the given code where one is given. Also true across two copies of this package. */
export function isAtcError(error: unknown, code?: AtcErrorCode): error is AtcError {
  if (!(error instanceof Error) || error.name !== "AtcError" || !("code" in error)) return false;
  return code === undefined ? typeof error.code === "string" : error.code === code;
}

const systemCodes: Readonly<Record<string, AtcErrorCode>> = {
  ENOENT: "ATC_NOT_FOUND",
  ENOTDIR: "ATC_NOT_FOUND",
  ENOSPC: "ATC_NO_SPACE",
  EDQUOT: "ATC_NO_SPACE",
  EROFS: "ATC_READ_ONLY",
  EACCES: "ATC_READ_ONLY",
  EPERM: "ATC_READ_ONLY",
};

/**
 * The {@link AtcError} for an error of Node's file system: ENOENT and ENOTDIR become ATC_NOT_FOUND, ENOSPC and EDQUOT ATC_NO_SPACE,
 * EROFS, EACCES and EPERM ATC_READ_ONLY, an AbortError ATC_ABORTED, all else ATC_IO. An AtcError is returned as it is.
 *
 * @param error - what was caught
 * @param what - what was being done to what, such as `cannot read "bars.csv"`
 * @param remedy - what the user can do, such as `check the path`
 */
export function fromSystemError(error: unknown, what: string, remedy: string): AtcError {
  if (isAtcError(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && error.name === "AbortError")
    return new AtcError("ATC_ABORTED", `${what}: aborted`, { cause: error });
  const system = error instanceof Error && "code" in error ? String(error.code) : "";
  return new AtcError(systemCodes[system] ?? "ATC_IO", `${what}: ${reason}; ${remedy}`, {
    cause: error,
    details: { system },
  });
}

/** Throws ATC_ABORTED, with the signal's reason as cause, where `signal` is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true)
    throw new AtcError("ATC_ABORTED", "the operation was aborted", { cause: signal.reason });
}
