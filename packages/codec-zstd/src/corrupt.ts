import { AtcError } from "@atc/contract";

/** ATC_CORRUPT_DATA for bytes that break the format. */
export function corrupt(reason: string, cause?: unknown): AtcError {
  const message = `zstd: ${reason}; the data is damaged or was not written by Zstandard`;
  return new AtcError("ATC_CORRUPT_DATA", message, { cause });
}
