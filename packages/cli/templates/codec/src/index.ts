import { brotliCompressSync, brotliDecompressSync, constants, crc32 } from "node:zlib";
import { AtcError, type Codec, type Plugin } from "@atc/contract";
import { checkDecodedLength, decodeTarget } from "@atc/plugin-kit";

/** The options that package.json declares. */
export interface CodecOptions {
  /** From 0 (fastest) to 9 (smallest): the `compressionLevel` of a configuration. Default: 5. */
  readonly level?: number;
}

const name = "plugin-name";

// A Brotli stream has neither a signature nor a length nor a checksum. So these precede it: the name of the codec, the
// CRC-32 of everything that follows it, and the decoded length.
const signature = new TextEncoder().encode(name);
const lengthAt = signature.length + 4;
const headerBytes = lengthAt + 4;
const longest = 2 ** 31 - 1;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function corrupt(what: string, cause?: unknown): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `${name}: ${what}; delete the file and compute it again`, { cause });
}

/** The length in the header; undefined for bytes that this codec did not write. */
function decodedLength(encoded: Uint8Array): number | undefined {
  const isOurs = encoded.length >= headerBytes && signature.every((byte, i) => encoded[i] === byte);
  return isOurs ? viewOf(encoded).getUint32(lengthAt, true) : undefined;
}

function encode(decoded: Uint8Array, level: number): Uint8Array {
  if (decoded.length > longest)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `${name}: ${decoded.length} bytes are too many; give at most ${longest}`,
    );
  // Your algorithm begins here.
  const stream = brotliCompressSync(decoded, { params: { [constants.BROTLI_PARAM_QUALITY]: level } });
  const encoded = new Uint8Array(headerBytes + stream.length);
  encoded.set(signature);
  encoded.set(stream, headerBytes);
  viewOf(encoded).setUint32(lengthAt, decoded.length, true);
  viewOf(encoded).setUint32(signature.length, crc32(encoded.subarray(lengthAt)), true);
  return encoded;
}

function decompress(stream: Uint8Array, length: number): Uint8Array {
  try {
    // The limit keeps a few hostile bytes from filling the memory.
    const decoded = brotliDecompressSync(stream, { maxOutputLength: Math.max(length, 1) });
    if (decoded.length === length) return decoded;
  } catch (error) {
    throw corrupt("the stream is damaged", error);
  }
  throw corrupt(`the stream does not have the ${length} bytes that its header declares`);
}

/** Brotli (RFC 7932) as a codec. */
export function codec({ level = 5 }: CodecOptions = {}): Codec {
  if (!Number.isInteger(level) || level < 0 || level > 9)
    throw new AtcError("ATC_INVALID_ARGUMENT", `${name}: level is "${level}"; give an integer from 0 to 9`);
  return {
    name,
    extension: ".pluginname",
    decodedLength,
    encode: (decoded) => encode(decoded, level),
    decode(encoded, options) {
      const length = decodedLength(encoded);
      if (length === undefined) throw corrupt("these bytes were not written by this codec");
      // Refuses a length above `maxLength` (ATC_CORRUPT_DATA) and a target of another length (ATC_INVALID_ARGUMENT).
      checkDecodedLength(name, length, options);
      // Also finds bytes that follow the stream, which Brotli would ignore.
      if (crc32(encoded.subarray(lengthAt)) !== viewOf(encoded).getUint32(signature.length, true))
        throw corrupt("the checksum differs");
      const decoded = decompress(encoded.subarray(headerBytes), length);
      const target = decodeTarget(name, length, options);
      target.set(decoded);
      return target;
    },
  };
}

const plugin: Plugin<"codec", CodecOptions> = { kind: "codec", name, create: (options) => codec(options) };

/** What a host imports. */
const plugins: readonly Plugin[] = [plugin];
export default plugins;
