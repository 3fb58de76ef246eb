import { AtcError, isAtcError } from "@atc/contract";

/** ATC_CORRUPT_DATA for a file whose parts contradict each other. */
export function corrupt(path: string, reason: string, cause?: unknown): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `"${path}" is damaged or cut: ${reason}; fetch it again or rewrite it`, {
    ...(cause === undefined ? {} : { cause }),
    details: { path },
  });
}

/** ATC_UNSUPPORTED for a file that is valid but not read here. */
export function unsupported(path: string, what: string): AtcError {
  return new AtcError("ATC_UNSUPPORTED", `"${path}" ${what}`, { details: { path } });
}

/** Messages of RangeErrors that the engine throws if it lacks memory or stack: they say nothing about the file. */
const outOfRoom = /call stack|allocation failed|Invalid string length/i;

/** Turns errors of reading damaged bytes into ATC_CORRUPT_DATA with the file's name; other errors stay. */
export function damaged(error: unknown, path: string): unknown {
  if (error instanceof RangeError && !outOfRoom.test(error.message)) return corrupt(path, error.message, error);
  return isAtcError(error, "ATC_CORRUPT_DATA") && error.details["path"] === undefined
    ? corrupt(path, error.message, error)
    : error;
}
