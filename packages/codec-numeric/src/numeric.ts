import { AtcError, type Codec } from "@atc/contract";
import { decodedLengthOf, readFrame } from "./frame/frame-reader.ts";
import { writeFrame } from "./frame/frame-writer.ts";
import { type Workspace, workspace } from "./kernel/workspace.ts";

/** A Buffer has another hidden class, which would slow the loops down for every later call. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The codec over one workspace. */
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
 * The codec `numeric`: lossless, in files that end in `.numeric`. Each block of up to 512 KiB is taken for what a sample of it suggests: decimals,
 * floats or integers, whose differences of order 0 to 3, runs or common values are entropy-coded. What is not of numbers is deflated or stored. Elements
 * are of `typesize` 1, 2, 4 or 8; the arrays of a cache entry are found by themselves. A frame tells its length and the CRC-32 of its content, which
 * `decode` compares.
 */
export function numeric(): Codec {
  return numericIn(workspace);
}
