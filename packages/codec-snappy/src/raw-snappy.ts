/** Snappy without a frame: a varint of the decoded length, then literals and copies. https://github.com/google/snappy/blob/main/format_description.txt */
import { AtcError } from "@atc/contract";
import { compressSync, uncompressSync } from "snappy";

/** A copy of 64 bytes takes three; nothing of the format stretches further. */
const largestExpansion = 22;

/** The error for encoded bytes that break the format. */
export function corrupt(reason: string, cause?: unknown): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `snappy: ${reason}; the data is damaged or was not written by Snappy`, {
    cause,
  });
}

/** Encodes some bytes. */
export function encodeRaw(decoded: Uint8Array): Uint8Array {
  return compressSync(decoded);
}

/**
 * The decoded length that raw Snappy starts with.
 *
 * @throws ATC_CORRUPT_DATA where there is none, or the bytes cannot hold so much
 */
export function rawLength(encoded: Uint8Array): number {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = encoded[i];
    if (byte === undefined) break;
    length += (byte & 127) * 2 ** (7 * i);
    if (byte > 127) continue;
    if (length > largestExpansion * encoded.length) throw corrupt(`${encoded.length} bytes cannot hold ${length}`);
    return length;
  }
  throw corrupt("no decoded length");
}

/**
 * Decodes raw Snappy so that it fills `target` exactly; its declared length is checked before anything is allocated.
 *
 * @throws ATC_CORRUPT_DATA where it does not, or breaks the format
 */
export function decodeRaw(encoded: Uint8Array, target: Uint8Array): void {
  const length = rawLength(encoded);
  if (length !== target.length) throw corrupt(`${length} bytes where ${target.length} belong`);
  let decoded: string | Uint8Array;
  try {
    decoded = uncompressSync(encoded, { asBuffer: true });
  } catch (error) {
    throw corrupt(error instanceof Error ? error.message : String(error), error);
  }
  if (typeof decoded === "string" || decoded.length !== length) throw corrupt(`not the ${length} bytes it declares`);
  target.set(decoded);
}
