import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { AtcError, decodeTarget } from "@atc/contract";

/** Eight bytes of decoded length ahead of the Brotli stream, which tells neither its length nor whether it is one. */
const headerBytes = 8;
const magic = 0x0b;

/**
 * Brotli (RFC 7932) as a codec.
 *
 * @param {{ level?: number }} options - 0 to 9, as `compressionLevel` in the configuration
 * @returns {import("@atc/contract").Codec}
 */
export function brotli({ level = 5 } = {}) {
  if (!Number.isInteger(level) || level < 0 || level > 9) {
    throw new AtcError("ATC_INVALID_ARGUMENT", `level is "${level}"; it must be an integer from 0 to 9`);
  }
  const params = { [constants.BROTLI_PARAM_QUALITY]: level };
  const decodedLength = (encoded) => {
    if (encoded.length < headerBytes || encoded[0] !== magic) return undefined;
    return Number(new DataView(encoded.buffer, encoded.byteOffset).getBigUint64(0, true) >> 8n);
  };
  return {
    name: "brotli",
    extension: ".br",
    decodedLength,
    encode(decoded) {
      const stream = brotliCompressSync(decoded, { params });
      const encoded = new Uint8Array(headerBytes + stream.length);
      new DataView(encoded.buffer).setBigUint64(0, (BigInt(decoded.length) << 8n) | BigInt(magic), true);
      encoded.set(stream, headerBytes);
      return encoded;
    },
    decode(encoded, options = {}) {
      const length = decodedLength(encoded);
      if (length === undefined) throw new AtcError("ATC_CORRUPT_DATA", "these bytes were not written by the brotli codec");
      const target = decodeTarget("brotli", length, options);
      let decoded;
      try {
        decoded = brotliDecompressSync(encoded.subarray(headerBytes), { maxOutputLength: Math.max(length, 1) });
      } catch (error) {
        throw new AtcError("ATC_CORRUPT_DATA", "the Brotli stream is damaged; delete the file and compute it again", { cause: error });
      }
      if (decoded.length !== length) throw new AtcError("ATC_CORRUPT_DATA", `${decoded.length} bytes came out instead of ${length}`);
      target.set(decoded);
      return target;
    },
  };
}

/** @type {readonly import("@atc/contract").Plugin[]} */
export default [{ kind: "codec", name: "brotli", create: (options) => brotli(options) }];
