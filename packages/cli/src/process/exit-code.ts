import type { AtcErrorCode } from "@atc/contract";
import { isAtcError } from "@atc/contract";

/** What the `atc` command ends with; documented in the package's README and in `atc --help`. */
export const exitCodes = {
  /** All went well. */
  ok: 0,
  /** A fault of atc itself. */
  fault: 1,
  /** Wrong options or configuration. */
  usage: 2,
  /** The data is wrong or damaged, or no symbol could be computed. */
  data: 3,
  /** A file, dataset or symbol that does not exist. */
  notFound: 4,
  /** A package is not installed. */
  missingPlugin: 5,
  /** The disk is full, read-only or failing. */
  disk: 6,
  /** Another process writes the same dataset, or replaced it while it was read. */
  locked: 7,
  /** Ended by Ctrl-C. */
  aborted: 130,
} as const;

const byError: Readonly<Record<AtcErrorCode, number>> = {
  ATC_ABORTED: exitCodes.aborted,
  ATC_CLOSED: exitCodes.fault,
  ATC_CORRUPT_DATA: exitCodes.data,
  ATC_INVALID_ARGUMENT: exitCodes.usage,
  ATC_INVALID_CONFIG: exitCodes.usage,
  ATC_INVALID_DATA: exitCodes.data,
  ATC_IO: exitCodes.disk,
  ATC_LOCKED: exitCodes.locked,
  ATC_MISSING_PLUGIN: exitCodes.missingPlugin,
  ATC_NOT_FOUND: exitCodes.notFound,
  ATC_NO_SPACE: exitCodes.disk,
  ATC_READ_ONLY: exitCodes.disk,
  ATC_REPLACED: exitCodes.locked,
  ATC_TIMEOUT: exitCodes.disk,
  ATC_UNSUPPORTED: exitCodes.usage,
  ATC_UNTRUSTED: exitCodes.usage,
};

/** The exit code for an error. */
export function exitCodeOf(error: unknown): number {
  return isAtcError(error) ? byError[error.code] : exitCodes.fault;
}
