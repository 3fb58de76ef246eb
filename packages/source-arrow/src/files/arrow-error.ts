import { AtcError, isAtcError } from "@atc/contract";

/** An error for a file that is not what its parts say. */
export function corrupt(path: string, reason: string, cause?: unknown): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `"${path}" is damaged or cut: ${reason}; fetch it again or write it anew`, {
    ...(cause === undefined ? {} : { cause }),
    details: { path },
  });
}

/** An error for a file that is valid and not read here. */
export function unsupported(path: string, what: string): AtcError {
  return new AtcError("ATC_UNSUPPORTED", `"${path}" ${what}`, { details: { path } });
}

/** RangeErrors that the engine raises for want of room: they say nothing about the file. */
const wantOfRoom = /call stack|allocation failed|Invalid string length/i;

/** Turns what reading damaged bytes throws into ATC_CORRUPT_DATA with the file's name. */
export function damaged(error: unknown, path: string): unknown {
  if (error instanceof RangeError && !wantOfRoom.test(error.message)) return corrupt(path, error.message, error);
  return isAtcError(error, "ATC_CORRUPT_DATA") && error.details["path"] === undefined
    ? corrupt(path, error.message, error)
    : error;
}
