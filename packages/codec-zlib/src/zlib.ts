import { deflateSync } from "node:zlib";
import { AtcError, type Codec, type DecodeOptions } from "@atc/contract";
import { decodeTarget } from "@atc/plugin-kit";
import { inflate } from "./inflate.ts";

/** Options of {@link zlib}. */
export interface ZlibOptions {
  /** 0 (stored) to 9 (smallest); default: 6. */
  readonly level?: number;
}

const defaultLevel = 6;
const smallestChunk = 4096;
const largestChunk = 2 ** 20;
const largestLength = 2 ** 31 - 1;

function checkLevel(level: number): void {
  if (Number.isInteger(level) && level >= 0 && level <= 9) return;
  throw new AtcError("ATC_INVALID_ARGUMENT", `zlib: level is "${level}"; give an integer from 0 to 9`, {
    details: { field: "level" },
  });
}

/**
 * Node may return a part of a larger buffer or of its pool. It is copied, so that the result keeps nothing else alive.
 */
function owned(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== bytes.buffer.byteLength) return new Uint8Array(bytes);
  return new Uint8Array(bytes.buffer, 0, bytes.length);
}

function tooLong(maxLength: number, targetLength: number | undefined): AtcError {
  if (targetLength !== undefined && targetLength < maxLength)
    return new AtcError(
      "ATC_INVALID_ARGUMENT",
      `zlib: the data decodes to more than the ${targetLength} bytes of the target; give a target of the decoded length`,
      { details: { targetLength } },
    );
  return new AtcError(
    "ATC_CORRUPT_DATA",
    `zlib: the data decodes to more than the allowed ${maxLength} bytes; raise maxLength if it is not damaged`,
    { details: { maxLength } },
  );
}

function decode(encoded: Uint8Array, options: DecodeOptions = {}): Uint8Array {
  const { target, maxLength = largestLength } = options;
  const limit = target === undefined ? maxLength : Math.min(maxLength, target.length);
  const decoded = inflate(encoded, limit, target?.length);
  if (decoded === undefined) throw tooLong(maxLength, target?.length);
  if (target === undefined) return owned(decoded);
  decodeTarget("zlib", decoded.length, options).set(decoded);
  return target;
}

/**
 * The codec `zlib`: one zlib stream (RFC 1950), by the zlib of Node, for files that end in `.zz`, as from pigz. Python
 * reads it with `zlib.decompress`. The Adler-32 at its end detects damage. A stream does not declare its length, so
 * `decodedLength` is always undefined.
 *
 * @throws ATC_INVALID_ARGUMENT if `level` is not an integer from 0 to 9
 */
export function zlib(options: ZlibOptions = {}): Codec {
  const { level = defaultLevel } = options;
  checkLevel(level);
  return {
    name: "zlib",
    extension: ".zz",
    encode: (decoded) => {
      const chunkSize = Math.max(smallestChunk, Math.min(largestChunk, decoded.length >> 1));
      return owned(deflateSync(decoded, { level, chunkSize }));
    },
    decode,
    decodedLength: () => undefined,
  };
}
