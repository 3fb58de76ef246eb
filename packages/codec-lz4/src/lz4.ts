import { AtcError, type Codec } from "@atc/contract";
import { descriptorLength, storedBit, writeDescriptor } from "./frame-descriptor.ts";
import { decodedLengthOf, readFrame } from "./frame-reader.ts";
import { lz4Block, lz4hcBlock } from "./lz4-block.ts";
import { xxhash32 } from "./xxhash32.ts";

/** Options of {@link lz4}. */
export interface Lz4Options {
  /**
   * 0 (fastest) to 9 (smallest); default: 1. As with the `lz4` command, levels from 3 on search longer for matches
   * (lz4hc).
   */
  readonly level?: number;
}

type BlockEncoder = (source: Uint8Array, target: Uint8Array) => number;

const firstChainedLevel = 3;

/** Maps levels to clevels: level 0 has an acceleration of 8, 1 and 2 have 1. */
function blockEncoder(level: number): BlockEncoder {
  const codec = level >= firstChainedLevel ? lz4hcBlock() : lz4Block();
  const fastClevel = level === 0 ? 2 : 9;
  const clevel = level >= firstChainedLevel ? level : fastClevel;
  return (source, target) => codec.encodeBlock(source, target, clevel);
}

function writeFrame(content: Uint8Array, encodeBlock: BlockEncoder): Uint8Array {
  const frame = new Uint8Array(descriptorLength + content.length + 4 * Math.ceil(content.length / 2 ** 16) + 8);
  const view = new DataView(frame.buffer);
  const blockLength = writeDescriptor(frame, content.length);
  let at = descriptorLength;
  for (let start = 0; start < content.length; start += blockLength) {
    const block = content.subarray(start, Math.min(start + blockLength, content.length));
    const written = encodeBlock(block, frame.subarray(at + 4, at + 3 + block.length));
    if (written === 0) frame.set(block, at + 4);
    view.setUint32(at, written === 0 ? block.length + storedBit : written, true);
    at += 4 + (written === 0 ? block.length : written);
  }
  view.setUint32(at, 0, true);
  view.setUint32(at + 4, xxhash32(content), true);
  return frame.slice(0, at + 8);
}

/**
 * The codec `lz4`: one LZ4 frame with content length and checksum, for files that end in `.lz4`. The `lz4` command
 * reads them, and its frames decode here unless they require a dictionary.
 *
 * @throws ATC_INVALID_ARGUMENT if `level` is not an integer from 0 to 9
 */
export function lz4(options: Lz4Options = {}): Codec {
  const { level = 1 } = options;
  if (!Number.isInteger(level) || level < 0 || level > 9)
    throw new AtcError("ATC_INVALID_ARGUMENT", `lz4: level is "${level}"; give an integer from 0 to 9`, {
      details: { field: "level" },
    });
  const encodeBlock = blockEncoder(level);
  // A Buffer has another hidden class and would slow down the loops for all later calls.
  const plain = (bytes: Uint8Array) => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    name: "lz4",
    extension: ".lz4",
    encode: (decoded) => writeFrame(plain(decoded), encodeBlock),
    decode: (encoded, decodeOptions) => readFrame(plain(encoded), decodeOptions),
    decodedLength: (encoded) => decodedLengthOf(plain(encoded)),
  };
}
