import { AtcError, type Codec, type DecodeOptions } from "@atc/contract";
import { checkDecodedLength } from "@atc/plugin-kit";
import { decompress, type ZstdBinding, zstdBinding } from "./binding.ts";
import { checkLength, frameLength, readFrame } from "./frame-blocks.ts";
import { writeFrame } from "./frame-writer.ts";

/** Options of {@link zstd}. */
export interface ZstdOptions {
  /** -7 (fastest) to 22 (smallest); default: 3. 0 means 3, as in Zstandard. */
  readonly level?: number;
}

const defaultLevel = 3;

/** A part of a much larger buffer or of Node's pool is copied, so that the result keeps nothing else alive. */
function owned(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer.byteLength - bytes.length > bytes.length >> 3) return new Uint8Array(bytes);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function encode(binding: ZstdBinding, content: Uint8Array, level: number): Uint8Array {
  const { header, blocks, checksum } = writeFrame(binding, content, level, true);
  const frame = new Uint8Array(header.length + blocks.length + checksum.length);
  frame.set(header);
  frame.set(blocks, header.length);
  frame.set(checksum, header.length + blocks.length);
  return frame;
}

function decode(binding: ZstdBinding, encoded: Uint8Array, options: DecodeOptions = {}): Uint8Array {
  const frame = readFrame(encoded);
  const length = frameLength(frame);
  checkDecodedLength("zstd", length, options);
  checkLength(frame, length);
  const content = decompress(binding, encoded, length);
  if (options.target === undefined) return owned(content);
  options.target.set(content);
  return options.target;
}

function decodedLength(encoded: Uint8Array): number | undefined {
  try {
    return frameLength(readFrame(encoded));
  } catch {
    return undefined;
  }
}

/**
 * The codec `zstd`: one Zstandard frame with content length and checksum, for files that end in `.zst`. The `zstd`
 * command reads them, and its frames decode here unless they require a dictionary.
 *
 * @throws ATC_INVALID_ARGUMENT if `level` is not an integer from -7 to 22; ATC_UNSUPPORTED if this Node has no
 * Zstandard and the addon for older ones does not load
 */
export function zstd(options: ZstdOptions = {}): Codec {
  const { level = defaultLevel } = options;
  if (!Number.isInteger(level) || level < -7 || level > 22)
    throw new AtcError("ATC_INVALID_ARGUMENT", `zstd: level is "${level}"; give an integer from -7 to 22`, {
      details: { field: "level" },
    });
  const binding = zstdBinding();
  return {
    name: "zstd",
    extension: ".zst",
    encode: (decoded) => encode(binding, plain(decoded), level === 0 ? defaultLevel : level),
    decode: (encoded, decodeOptions) => decode(binding, plain(encoded), decodeOptions),
    decodedLength: (encoded) => decodedLength(plain(encoded)),
  };
}
