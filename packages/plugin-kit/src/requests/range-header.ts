import { AtcError, type ByteRange } from "@atc/contract";

/**
 * The header `Range` of a part of a value (RFC 9110, 14.2); undefined for a part of no bytes, which HTTP does not have.
 *
 * @throws ATC_INVALID_ARGUMENT for a number that is not an integer of 0 or more
 */
export function rangeHeader(range: ByteRange): string | undefined {
  for (const [field, value] of Object.entries(range))
    if (!Number.isSafeInteger(value) || value < 0)
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `the ${field} of a byte range is "${value}"; give a whole number of 0 or more`,
      );
  if ("suffixLength" in range) return range.suffixLength === 0 ? undefined : `bytes=-${range.suffixLength}`;
  return range.length === 0 ? undefined : `bytes=${range.offset}-${range.offset + range.length - 1}`;
}
