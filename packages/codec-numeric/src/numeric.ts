import { AtcError, type Codec } from "@atc/contract";
import { decodedLengthOf, readFrame } from "./frame/frame-reader.ts";
import { writeFrame } from "./frame/frame-writer.ts";
import { type Workspace, workspace } from "./kernel/workspace.ts";

/** A Buffer has another hidden class and would slow down the loops for all later calls. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The codec over a workspace. */
export function numericIn(space: () => Workspace): Codec {
  return {
    name: "numeric",
    extension: ".numeric",
    encode: (decoded, { typesize = 1 } = {}) => {
      if (!Number.isInteger(typesize) || typesize < 1 || typesize > 255)
        throw new AtcError(
          "ATC_INVALID_ARGUMENT",
          `numeric: typesize is "${typesize}"; give an integer from 1 to 255`,
          {
            details: { field: "typesize" },
          },
        );
      return writeFrame(space(), plain(decoded), typesize);
    },
    decode: (encoded, options) => readFrame(space(), plain(encoded), options),
    decodedLength: (encoded) => decodedLengthOf(plain(encoded)),
  };
}

/**
 * The lossless codec `numeric`, for files that end in `.numeric`.
 *
 * Each block of up to 512 KiB is encoded as a sample of it suggests: as decimals, floats or integers, whose differences
 * of order 0 to 3, runs or common values are entropy-coded. Blocks without numbers are deflated or stored. Elements
 * have a `typesize` of 1, 2, 4 or 8 bytes; the arrays of a cache entry are found without it. A frame holds its decoded
 * length and the CRC-32 of its content, which `decode` verifies.
 */
export function numeric(): Codec {
  return numericIn(workspace);
}
