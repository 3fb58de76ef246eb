import { AtcError, isAtcError } from "@atc/contract";

/** A slice has other rows than were counted in it. All slices must be read again, into runs. */
export function miscounted(message: string): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", message, { details: { miscounted: true } });
}

/** Whether an error is one of {@link miscounted}. */
export function isMiscount(error: unknown): boolean {
  return isAtcError(error, "ATC_CORRUPT_DATA") && error.details["miscounted"] === true;
}
