import { deflateRawSync, inflateRawSync } from "node:zlib";
import { AtcError, type Codec } from "@atc/contract";

/** A codec without a check of its own: it inverts each byte. */
export const xor: Codec = {
  name: "xor",
  extension: ".xor",
  encode: (decoded) => decoded.map((byte) => byte ^ 0x5a),
  decode: (encoded) => encoded.map((byte) => byte ^ 0x5a),
  decodedLength: (encoded) => encoded.length,
};

/** Deflate without a checksum: flipped bits decode to wrong bytes, or not at all. */
export const deflate: Codec = {
  name: "deflate",
  extension: ".deflate",
  encode: (decoded) => deflateRawSync(decoded),
  decode(encoded, { maxLength = 2 ** 31 - 1 } = {}) {
    try {
      return inflateRawSync(encoded, { maxOutputLength: Math.min(maxLength, 2 ** 26) });
    } catch (error) {
      throw new AtcError("ATC_CORRUPT_DATA", "no deflate stream", { cause: error });
    }
  },
  decodedLength: () => undefined,
};
