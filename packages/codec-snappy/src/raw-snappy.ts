/**
 * Raw Snappy: a varint of the decoded length, then literals and copies.
 *
 * Format: https://github.com/google/snappy/blob/main/format_description.txt
 */
import { AtcError } from "@atc/contract";
import { compressSync, uncompressSync } from "snappy";

/** The largest expansion: a copy of 64 bytes takes three. */
const largestExpansion = 22;

/** ATC_CORRUPT_DATA for bytes that break the format. */
export function corrupt(reason: string, cause?: unknown): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `snappy: ${reason}; the data is damaged or was not written by Snappy`, {
    cause,
  });
}

export function encodeRaw(decoded: Uint8Array): Uint8Array {
  return compressSync(decoded);
}

/**
 * The decoded length in the header of raw Snappy.
 *
 * @throws ATC_CORRUPT_DATA if it is missing or the bytes cannot hold that much
 */
export function rawLength(encoded: Uint8Array): number {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = encoded[i];
    if (byte === undefined) break;
    length += (byte & 127) * 2 ** (7 * i);
    if (byte > 127) continue;
    if (length > largestExpansion * encoded.length)
      throw corrupt(`${encoded.length} bytes cannot hold the declared ${length}`);
    return length;
  }
  throw corrupt("the decoded length is missing");
}

/**
 * Decodes raw Snappy so that it fills `target` exactly. It checks the declared length before it allocates.
 *
 * @throws ATC_CORRUPT_DATA if it does not, or breaks the format
 */
export function decodeRaw(encoded: Uint8Array, target: Uint8Array): void {
  const length = rawLength(encoded);
  if (length !== target.length) throw corrupt(`the block declares ${length} bytes, not ${target.length}`);
  let decoded: string | Uint8Array;
  try {
    decoded = uncompressSync(encoded, { asBuffer: true });
  } catch (error) {
    throw corrupt(error instanceof Error ? error.message : String(error), error);
  }
  if (typeof decoded === "string" || decoded.length !== length)
    throw corrupt(`the block does not decode to the declared ${length} bytes`);
  target.set(decoded);
}
