import { deflateSync } from "node:zlib";
import { AtcError, type Codec, type DecodeOptions } from "@atc/contract";
import { decodeTarget } from "@atc/plugin-kit";
import { inflate } from "./inflate.ts";

/** How {@link zlib} encodes. */
export interface ZlibOptions {
  /** 0 (stored) to 9 (smallest). 6 where absent. */
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

/** Node may answer with a part of a larger buffer, or of its pool: copied, so that nothing else lives as long as the result. */
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
    `zlib: the data decodes to more than the ${maxLength} bytes that are allowed; it is damaged, or raise maxLength`,
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
 * The codec `zlib`: one zlib stream (RFC 1950) by Node's own zlib, in files that end in `.zz`, the ending that pigz gives such streams.
 * Python reads it with `zlib.decompress`. A stream ends in the Adler-32 of its data, so damage is found. Its length is not written down:
 * `decodedLength` is always undefined.
 *
 * @throws ATC_INVALID_ARGUMENT where `level` is not an integer from 0 to 9
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
