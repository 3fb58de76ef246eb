import { AtcError, isAtcError } from "@atc/contract";

/** The error of a slice that has other rows than were counted in it: all must be read in another way. */
export function miscounted(message: string): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", message, { details: { miscounted: true } });
}

/** Whether an error is one of {@link miscounted}. */
export function isMiscount(error: unknown): boolean {
  return isAtcError(error, "ATC_CORRUPT_DATA") && error.details["miscounted"] === true;
}
