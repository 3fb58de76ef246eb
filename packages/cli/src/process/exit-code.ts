import type { AtcErrorCode } from "@atc/contract";
import { isAtcError } from "@atc/contract";

/** The exit codes of the `atc` command by name; `atc --help` describes them. */
export const exitCodes = {
  /** Success. */
  ok: 0,
  /** A bug in atc. */
  fault: 1,
  /** Wrong options or configuration. */
  usage: 2,
  /** Wrong or damaged data, or no symbol could be computed. */
  data: 3,
  /** A file, dataset or symbol that does not exist. */
  notFound: 4,
  /** A package is not installed. */
  missingPlugin: 5,
  /** The disk is full, read-only or failing. */
  disk: 6,
  /** Another process writes the dataset, or replaced it while it was read. */
  locked: 7,
  /** A check found what it looks for, or a run differs. */
  found: 8,
  /** The network or a server failed. */
  network: 9,
  /** Ended by Ctrl-C. */
  aborted: 130,
} as const;

/** The meaning of each exit code. `atc --help` prints this list, and the README's table is compared with it. */
export const exitCodeMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.ok, "success"],
  [exitCodes.fault, "a bug in atc"],
  [exitCodes.usage, "wrong options or configuration, or files that other users may change"],
  [exitCodes.data, "wrong or damaged data, or no symbol could be computed"],
  [exitCodes.notFound, "a file, dataset or symbol that does not exist"],
  [exitCodes.missingPlugin, "a package is not installed; the message shows the command that installs it"],
  [exitCodes.disk, "the disk is full, read-only or failing, or standard output cannot be written"],
  [exitCodes.locked, "another process writes the dataset, or replaced it while it was read"],
  [exitCodes.found, "atc check found decisions that change or data that distorts results, or a run differs"],
  [exitCodes.network, "the network or an exchange failed; the same command resumes"],
  [exitCodes.aborted, "Ctrl-C; no partial file is left, and an ingest resumes"],
];

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
  ATC_NETWORK: exitCodes.network,
  ATC_NOT_FOUND: exitCodes.notFound,
  ATC_NO_SPACE: exitCodes.disk,
  ATC_READ_ONLY: exitCodes.disk,
  ATC_REPLACED: exitCodes.locked,
  ATC_STRATEGY: exitCodes.data,
  ATC_TIMEOUT: exitCodes.disk,
  ATC_UNSUPPORTED: exitCodes.usage,
  ATC_UNTRUSTED: exitCodes.usage,
};

export function exitCodeOfCode(code: AtcErrorCode): number {
  return byError[code];
}

export function exitCodeOf(error: unknown): number {
  return isAtcError(error) ? exitCodeOfCode(error.code) : exitCodes.fault;
}
