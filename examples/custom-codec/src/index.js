import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { AtcError } from "@atc/contract";
import { decodeTarget } from "@atc/plugin-kit";

// A Brotli stream has no length and no signature. So eight bytes precede it: "ATCB" and the decoded length.
const headerBytes = 8;
const magic = 0x42435441;

const headerOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, headerBytes);

function corrupt(what, cause) {
  return new AtcError("ATC_CORRUPT_DATA", `brotli: ${what}; delete the file and compute it again`, { cause });
}

function decodedLength(encoded) {
  if (encoded.length < headerBytes || headerOf(encoded).getUint32(0, true) !== magic) return undefined;
  return headerOf(encoded).getUint32(4, true);
}

function decompress(stream, length) {
  try {
    const { buffer, engine } = brotliDecompressSync(stream, { maxOutputLength: Math.max(length, 1), info: true });
    if (buffer.length === length && engine.bytesWritten === stream.length) return buffer;
  } catch (error) {
    throw corrupt("the stream is damaged", error);
  }
  throw corrupt(`the stream does not hold the ${length} bytes that its header declares`);
}

/**
 * Brotli (RFC 7932) as a codec.
 *
 * @param {{ level?: number }} options - 0 to 9, the `compressionLevel` of a configuration; default: 5
 * @returns {import("@atc/contract").Codec}
 */
export function brotli({ level = 5 } = {}) {
  if (!Number.isInteger(level) || level < 0 || level > 9) {
    throw new AtcError("ATC_INVALID_ARGUMENT", `brotli: level is "${level}"; give an integer from 0 to 9`);
  }
  const params = { [constants.BROTLI_PARAM_QUALITY]: level };
  return {
    name: "brotli",
    extension: ".br",
    decodedLength,
    encode(decoded) {
      const stream = brotliCompressSync(decoded, { params });
      const encoded = new Uint8Array(headerBytes + stream.length);
      headerOf(encoded).setUint32(0, magic, true);
      headerOf(encoded).setUint32(4, decoded.length, true);
      encoded.set(stream, headerBytes);
      return encoded;
    },
    decode(encoded, options) {
      const length = decodedLength(encoded);
      if (length === undefined) throw corrupt("these bytes were not written by this codec");
      const target = decodeTarget("brotli", length, options); // checks maxLength before anything is allocated
      target.set(decompress(encoded.subarray(headerBytes), length));
      return target;
    },
  };
}

/** @type {readonly import("@atc/contract").Plugin[]} */
export default [{ kind: "codec", name: "brotli", create: (options) => brotli(options) }];
