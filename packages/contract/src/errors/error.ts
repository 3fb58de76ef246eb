import type { JsonObject } from "../data/json.ts";

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
 * | ATC_UNTRUSTED | a configuration or a package that another user owns or may write |
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
  | "ATC_UNSUPPORTED"
  | "ATC_UNTRUSTED";

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

/** Throws ATC_ABORTED, with the signal's reason as cause, where `signal` is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true)
    throw new AtcError("ATC_ABORTED", "the operation was aborted", { cause: signal.reason });
}
